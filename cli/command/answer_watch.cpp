#include "cli/command/answer_watch.hpp"

#include <algorithm>
#include <utility>

namespace agenta::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

/// One request to the daemon: short enough that one that hangs is noticed; ours, whose end is a withdrawal
/// that must not be missed, is held longer.
constexpr milliseconds kSlice{20'000};
constexpr milliseconds kOurSlice{300'000};
/// Between requests that come back before their time, as from a daemon that restarts.
constexpr milliseconds kPause{300};
/// So that a reply comes after the end of the question's time, and tells of it.
constexpr milliseconds kBeyond{200};

}  // namespace

AnswerWatch::AnswerWatch(Approval const& approval, Options options)
    : id_(approval.id), expires_at_(approval.expires_at), options_(std::move(options)) {
  thread_ = std::jthread{[this](std::stop_token const& stop) { watch(stop); }};
}

AnswerWatch::~AnswerWatch() {
  thread_.request_stop();
  thread_.join();
}

std::optional<Approval> AnswerWatch::outcome() const {
  std::lock_guard const guard{mutex_};
  return outcome_;
}

void AnswerWatch::watch(std::stop_token const& stop) {
  auto const service = options_.make_service();
  while (service && !is_late()) {
    auto const reply = service->call(next_request(), stop);
    if (stop.stop_requested()) return;
    if (reply) {
      auto const view = protocol::decode_approval(reply->body);
      if (view && view->approval.state != ApprovalState::pending) return settle(view->approval);
    }
    // A daemon that is away comes back, and one that was replaced knows what became of the question.
    if (!is_late()) rest(stop);
    if (stop.stop_requested()) return;
  }
  if (service) settle(std::nullopt);
}

ServiceRequest AnswerWatch::next_request() const {
  auto left = std::chrono::ceil<milliseconds>(expires_at_ - std::chrono::system_clock::now()) + kBeyond;
  if (options_.until)
    left = std::min(left, std::chrono::ceil<milliseconds>(*options_.until - steady_clock::now()));
  left = std::clamp(left, milliseconds{1}, options_.is_ours ? kOurSlice : kSlice);
  return options_.is_ours ? protocol::wait_for_answer(id_.text, left)
                          : protocol::get_approval(id_.text, std::chrono::ceil<seconds>(left));
}

bool AnswerWatch::is_late() const { return options_.until && steady_clock::now() >= *options_.until; }

void AnswerWatch::rest(std::stop_token const& stop) {
  std::unique_lock lock{mutex_};
  wake_.wait_for(lock, stop, kPause, [] { return false; });
}

void AnswerWatch::settle(std::optional<Approval> outcome) {
  {
    std::lock_guard const guard{mutex_};
    outcome_ = std::move(outcome);
  }
  settled_.request_stop();
}

}  // namespace agenta::cli
