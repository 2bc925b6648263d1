#include "daemon/core/rate_limiter.hpp"

#include <algorithm>
#include <iterator>

namespace agenta::daemon {
namespace {

constexpr std::chrono::seconds kUsualWindow{60};
/// A call that finds out whether a block is over, and does not come back, is not waited for longer.
constexpr std::chrono::seconds kProbePatience{5};

}  // namespace

RateLimiter::Ticket RateLimiter::join(Wish wish) {
  Ticket const ticket = next_++;
  Member member;
  member.wish = std::move(wish);
  queue_of(member).push(member.wish.client, ticket);
  by_deadline_.emplace(member.wish.deadline, ticket);
  members_.emplace(ticket, std::move(member));
  return ticket;
}

void RateLimiter::forget() {
  blocked_until_ = SteadyTime::min();
  window_.reset();
  pace_.reset();
  probe_ = Probe::none;
}

std::optional<RateLimiter::Ticket> RateLimiter::front() const {
  auto const first = interactive_.front();
  return first ? first : batch_.front();
}

/// What was known of a window that is over is known no more; where it had been used up, one call finds out.
void RateLimiter::let_lapse(SteadyTime now) {
  if (probe_ == Probe::out && now >= probe_until_) probe_ = Probe::wanted;
  if (!window_ || now < window_->end()) return;
  if (left_in_window() <= 0) probe_ = Probe::wanted;
  window_.reset();
}

/// What is left of the window after all that was let go since it was told.
std::int64_t RateLimiter::left_in_window() const {
  return window_->remaining - static_cast<std::int64_t>(grants_ - window_->newest);
}

/// Calls that were out before the one that told of the window, and still are: it may not have counted them.
std::int64_t RateLimiter::older_out() const {
  return std::distance(out_.begin(), out_.lower_bound(window_->newest));
}

std::optional<SteadyTime> RateLimiter::blocked_until(SteadyTime now) const {
  if (now < blocked_until_) return blocked_until_;
  // As long as a call is out, its answer may tell of a new window.
  if (window_ && now < window_->end() && out_.empty() && left_in_window() <= 0) return window_->end();
  return std::nullopt;
}

bool RateLimiter::grant(SteadyTime now) {
  let_lapse(now);
  if (is_limiting(now)) return false;
  auto const next = front();
  if (!next) return false;
  Member& member = members_.at(*next);
  queue_of(member).pop();
  by_deadline_.erase({member.wish.deadline, *next});
  member.standing = Standing::granted;
  member.number = ++grants_;
  out_.insert(member.number);
  if (probe_ == Probe::wanted) {
    probe_ = Probe::out;
    probing_ = member.number;
    probe_until_ = now + kProbePatience;
  }
  news_.push_back(member.wish.owner);
  return true;
}

bool RateLimiter::is_limiting(SteadyTime now) const { return next_look(now).has_value(); }

void RateLimiter::review(SteadyTime now) {
  let_lapse(now);
  if (auto const blocked = blocked_until(now)) {
    while (!by_deadline_.empty() && by_deadline_.begin()->first <= *blocked) {
      Ticket const ticket = by_deadline_.begin()->second;
      Member& member = members_.at(ticket);
      queue_of(member).remove(ticket);
      by_deadline_.erase(by_deadline_.begin());
      member.standing = Standing::hopeless;
      news_.push_back(member.wish.owner);
    }
  }
  auto const look_at = next_look(now);
  Ticket const watcher = look_at ? front().value_or(0) : 0;
  if (watcher != 0 && (watcher != watcher_ || look_at != watched_)) {
    news_.push_back(members_.at(watcher).wish.owner);
  }
  watcher_ = watcher;
  watched_ = look_at;
}

/// When time alone may let the next one go.
std::optional<SteadyTime> RateLimiter::next_look(SteadyTime now) const {
  if (now < blocked_until_) return blocked_until_;
  if (probe_ == Probe::out) return probe_until_;
  if (window_ && now < window_->end() && left_in_window() - older_out() <= 0) return window_->end();
  return std::nullopt;
}

RateLimiter::Standing RateLimiter::standing(Ticket ticket) const { return members_.at(ticket).standing; }

void RateLimiter::release(Member& member) {
  out_.erase(member.number);
  if (probe_ == Probe::out && probing_ == member.number) probe_ = Probe::wanted;
}

void RateLimiter::learn(std::uint64_t number, RateAnswer const& answer, SteadyTime now) {
  auto const length = answer.facts.window.value_or(kUsualWindow);
  if (answer.facts.limit) pace_ = std::pair{length, *answer.facts.limit};
  if (answer.limited) {
    blocked_until_ = std::max(blocked_until_, now + answer.retry_after.value_or(length));
    window_.reset();
    probe_ = Probe::wanted;
    return;
  }
  if (probe_ != Probe::none && probing_ == number) probe_ = Probe::none;
  // What an earlier call was told is older than what is known.
  if (!answer.facts.remaining || (window_ && number < window_->newest)) return;
  bool const is_same = window_ && now < window_->end() && *answer.facts.remaining <= window_->remaining;
  Window told;
  told.limit = answer.facts.limit.value_or(0);
  told.remaining = *answer.facts.remaining;
  told.newest = number;
  told.began = is_same ? window_->began : now;
  told.length = length;
  window_ = told;
}

void RateLimiter::finish(Ticket ticket, RateAnswer const* answer, SteadyTime now) {
  auto const found = members_.find(ticket);
  if (found == members_.end()) return;
  Member member = std::move(found->second);
  members_.erase(found);
  release(member);
  if (answer != nullptr) learn(member.number, *answer, now);
}

void RateLimiter::put_back(Ticket ticket, RateAnswer const& answer, SteadyTime now) {
  Member& member = members_.at(ticket);
  release(member);
  learn(member.number, answer, now);
  member.standing = Standing::waiting;
  queue_of(member).push_front(ticket);
  by_deadline_.emplace(member.wish.deadline, ticket);
}

void RateLimiter::leave(Ticket ticket) {
  auto const found = members_.find(ticket);
  if (found == members_.end()) return;
  Member& member = found->second;
  if (member.standing == Standing::granted) release(member);
  queue_of(member).remove(ticket);
  by_deadline_.erase({member.wish.deadline, ticket});
  members_.erase(found);
}

std::optional<SteadyTime> RateLimiter::look_again_at(Ticket ticket, SteadyTime now) const {
  if (front() != ticket) return std::nullopt;
  return next_look(now);
}

std::size_t RateLimiter::position(Ticket ticket) const {
  if (std::size_t const place = interactive_.position(ticket); place != 0) return place;
  std::size_t const place = batch_.position(ticket);
  return place == 0 ? 0 : interactive_.size() + place;
}

std::optional<std::pair<std::chrono::seconds, std::int64_t>> RateLimiter::window() const { return pace_; }

}  // namespace agenta::daemon
