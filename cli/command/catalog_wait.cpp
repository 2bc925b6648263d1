#include "cli/command/catalog_wait.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "cli/terminal/progress.hpp"
#include "shared/base/clock.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Between two questions: what a person sees move, and no burden on the daemon.
constexpr milliseconds kPause{200};
/// One question: short enough that a daemon that hangs is noticed.
constexpr milliseconds kPatienceForOne{20'000};
/// A daemon that restarts loses a question.
constexpr int kMostLostQuestions = 5;
/// How often the daemon may say that it does nothing before the run counts as forgotten: it may not have
/// begun yet.
constexpr int kMostIdleAnswers = 25;

/// False where `stop` came first.
bool pause(std::stop_token const& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock{mutex};
  wake.wait_for(lock, stop, kPause, [] { return false; });
  return !stop.stop_requested();
}

Error no_longer_waiting(ErrorCode code, std::string message) {
  Error error;
  error.code = code;
  error.message = std::move(message) + "; the daemon goes on fetching";
  error.next_step = {"agenta-tools", "daemon", "status"};
  return error;
}

Error forgotten() {
  Error error;
  error.code = ErrorCode::daemon_unavailable;
  error.message = "the daemon was restarted and no longer fetches the catalogue; what it had fetched is kept";
  error.next_step = {"agenta-tools", "integrations", "refresh", "--all"};
  return error;
}

Step step_of(CatalogStatus const& status, SteadyTime start) {
  Step step;
  step.what = "fetching the catalogue";
  if (status.state == CatalogStatus::State::waiting) {
    step.what = status.error ? "waiting: " + status.error->message : "waiting for Composio";
  }
  step.done = status.refresh_done;
  step.total = status.refresh_total;
  step.elapsed = std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
  return step;
}

bool may_ask_again(Error const& error) {
  return error.code == ErrorCode::daemon_unavailable || error.code == ErrorCode::timeout;
}

/// Whether the run has ended, or nobody is at it any more.
class Watch {
 public:
  explicit Watch(CatalogStatus const& begun) : base_(begun.refreshes) {}

  bool has_ended(CatalogStatus const& status) const { return status.refreshes > base_; }
  bool is_forgotten(CatalogStatus const& status) {
    // Fewer runs than before: this is another daemon, which counts from nothing. It may have taken the run
    // up.
    base_ = std::min(base_, status.refreshes);
    idle_ = status.state == CatalogStatus::State::idle ? idle_ + 1 : 0;
    return idle_ > kMostIdleAnswers;
  }

 private:
  std::int64_t base_;
  int idle_ = 0;
};

}  // namespace

Result<ToldCatalog> wait_until_refreshed(Context& context, CatalogStatus const& begun, SteadyTime start,
                                         milliseconds patience) {
  Progress progress{context.terminal, context.verbosity(), context.quietness()};
  progress.show(step_of(begun, start));
  Watch watch{begun};
  int lost = 0;
  for (;;) {
    ServiceRequest request = protocol::get_catalog();
    request.timeout = kPatienceForOne;
    auto reply = context.tools.call(request, context.stop);
    if (context.stop.stop_requested()) {
      return fail(no_longer_waiting(ErrorCode::cancelled, "no longer waiting"));
    }
    if (!reply) {
      if (!may_ask_again(reply.error()) || ++lost > kMostLostQuestions) return fail(std::move(reply).error());
    } else {
      lost = 0;
      AGENTA_TRY(auto status, protocol::decode_catalog_status(reply->body));
      if (watch.has_ended(status)) {
        if (status.error) return fail(*status.error);
        return ToldCatalog{.document = std::move(reply->body), .status = std::move(status)};
      }
      if (watch.is_forgotten(status)) return fail(forgotten());
      progress.show(step_of(status, start));
    }
    if (steady_clock::now() - start >= patience) {
      return fail(no_longer_waiting(ErrorCode::timeout,
                                    "not everything was fetched within " + format_duration(patience)));
    }
    if (!pause(context.stop)) {
      return fail(no_longer_waiting(ErrorCode::cancelled, "no longer waiting"));
    }
  }
}

}  // namespace agenta::cli
