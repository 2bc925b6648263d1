#include "daemon/core/turns.hpp"

#include <algorithm>
#include <utility>

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;
using Standing = RateLimiter::Standing;

constexpr std::size_t kManyKeys = 64;
constexpr double kWeightOfNew = 0.1;

}  // namespace

/// Gives free places away, key by key, and collects who has news. With the lock held.
std::vector<std::string> Turns::settle() {
  auto const now = clock_.steady();
  for (bool any = true; any && out_ < options_.most_out;) {
    any = false;
    auto at = limiters_.upper_bound(last_served_);
    for (std::size_t seen = 0; seen < limiters_.size() && out_ < options_.most_out; ++seen, ++at) {
      if (at == limiters_.end()) at = limiters_.begin();
      if (!at->second.grant(now)) continue;
      ++out_;
      any = true;
      last_served_ = at->first;
    }
  }
  std::vector<std::string> news;
  for (auto& [key, limiter] : limiters_) {
    limiter.review(now);
    std::ranges::move(limiter.take_news(), std::back_inserter(news));
  }
  return news;
}

void Turns::tell(std::vector<std::string> const& owners, std::string const& but) const {
  if (!options_.tell) return;
  for (std::string const& owner : owners) {
    if (owner != but) options_.tell(owner);
  }
}

/// A key that is not used any more is forgotten, with what was known of it.
void Turns::drop_idle_limiters() {
  if (limiters_.size() < kManyKeys) return;
  std::erase_if(limiters_, [](auto const& entry) { return entry.second.is_idle(); });
}

std::unique_ptr<Turns::Turn> Turns::join(ProviderAccess const& access, RateLimiter::Wish wish) {
  std::string owner = wish.owner;
  std::unique_ptr<Turn> turn;
  std::vector<std::string> news;
  {
    std::lock_guard const guard{mutex_};
    drop_idle_limiters();
    RateLimiter& limiter = limiters_[access.key_scope + "\n" + access.endpoint()];
    auto const ticket = limiter.join(std::move(wish));
    turn = std::make_unique<Turn>(*this, limiter, ticket, owner);
    news = settle();
  }
  tell(news, owner);
  return turn;
}

void Turns::forget_rates() {
  std::vector<std::string> news;
  {
    std::lock_guard const guard{mutex_};
    for (auto& [key, limiter] : limiters_) limiter.forget();
    news = settle();
  }
  tell(news, {});
}

Turns::Turn::~Turn() {
  if (over_) return;
  std::vector<std::string> news;
  {
    std::lock_guard const guard{turns_.mutex_};
    if (limiter_.standing(ticket_) == Standing::granted) --turns_.out_;
    limiter_.leave(ticket_);
    news = turns_.settle();
  }
  turns_.tell(news, owner_);
}

Turns::Turn::View Turns::Turn::look() {
  View view;
  std::vector<std::string> news;
  {
    std::lock_guard const guard{turns_.mutex_};
    news = turns_.settle();
    auto const now = turns_.clock_.steady();
    view.standing = limiter_.standing(ticket_);
    view.blocked_until = limiter_.blocked_until(now);
    view.look_again_at = limiter_.look_again_at(ticket_, now);
    view.is_rate = limiter_.is_limiting(now);
    if (view.standing == Standing::granted && !granted_at_) granted_at_ = now;
  }
  turns_.tell(news, owner_);
  return view;
}

std::optional<QueuePlace> Turns::Turn::find_place() const {
  std::lock_guard const guard{turns_.mutex_};
  if (over_ || limiter_.standing(ticket_) != Standing::waiting) return std::nullopt;
  auto const now = turns_.clock_.steady();
  QueuePlace place;
  auto const position = std::max<std::size_t>(limiter_.position(ticket_), 1);
  place.position = static_cast<int>(position);
  place.reason = limiter_.is_limiting(now) ? "rate_limit" : turns_.options_.bound;
  double wait = 0;
  bool is_known = false;
  if (auto const blocked = limiter_.blocked_until(now)) {
    wait = static_cast<double>(std::chrono::ceil<milliseconds>(*blocked - now).count());
    is_known = true;
    if (auto const pace = limiter_.window(); pace && pace->second > 0) {
      auto const windows = static_cast<std::int64_t>(position - 1) / pace->second;
      wait += static_cast<double>(windows * milliseconds{pace->first}.count());
    }
  }
  if (turns_.usual_ms_ > 0) {
    wait = std::max(wait, turns_.usual_ms_ * static_cast<double>(position) /
                              static_cast<double>(turns_.options_.most_out));
    is_known = true;
  }
  if (is_known) place.expected_wait = milliseconds{static_cast<long long>(wait)};
  return place;
}

void Turns::Turn::finish(RateAnswer const* answer) {
  std::vector<std::string> news;
  {
    std::lock_guard const guard{turns_.mutex_};
    auto const now = turns_.clock_.steady();
    if (granted_at_) {
      auto const took = std::chrono::duration<double, std::milli>{now - *granted_at_}.count();
      auto& usual = turns_.usual_ms_;
      usual = usual == 0 ? took : usual + kWeightOfNew * (took - usual);
    }
    over_ = true;
    --turns_.out_;
    limiter_.finish(ticket_, answer, now);
    news = turns_.settle();
  }
  turns_.tell(news, owner_);
}

void Turns::Turn::put_back(RateAnswer const& answer) {
  std::vector<std::string> news;
  {
    std::lock_guard const guard{turns_.mutex_};
    granted_at_.reset();
    --turns_.out_;
    limiter_.put_back(ticket_, answer, turns_.clock_.steady());
    news = turns_.settle();
  }
  turns_.tell(news, owner_);
}

}  // namespace agenta::daemon
