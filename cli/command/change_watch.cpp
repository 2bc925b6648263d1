#include "cli/command/change_watch.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "cli/terminal/closed_output.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

/// Before a question that was lost is asked again.
constexpr std::chrono::milliseconds kPause{300};
/// So often a daemon may leave a question unanswered. One that is not there at all is waited for: it loses
/// questions, not changes, and whoever stopped it did not mean to have it started again from here.
constexpr int kMostUnanswered = 3;

void pause(std::stop_token const& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock{mutex};
  wake.wait_for(lock, stop, kPause, [] { return false; });
}

}  // namespace

std::string next_cursor_of(std::string const& body, std::string const& before) {
  return protocol::read_string(protocol::find_member(body, "next_cursor").value_or("null")).value_or(before);
}

Result<void> follow_changes(Context& context, std::string& cursor, ChangeWatch const& watch) {
  ClosedOutput const output{context.terminal, context.stop};
  auto const daemon = context.without_autostart();
  int unanswered = 0;
  bool is_away = false;
  while (!output.token().stop_requested() && !context.terminal.out_failure()) {
    auto const reply = daemon->call(watch.request(cursor), output.token());
    if (output.token().stop_requested()) break;
    if (!reply) {
      bool const away = reply.error().code == ErrorCode::daemon_unavailable;
      if (!away && (reply.error().code != ErrorCode::timeout || ++unanswered > kMostUnanswered))
        return fail(reply.error());
      if (away && !std::exchange(is_away, true)) context.say(watch.away);
      pause(output.token());
      continue;
    }
    unanswered = 0;
    is_away = false;
    AGENTA_CHECK(watch.tell(reply->body));
    cursor = next_cursor_of(reply->body, cursor);
  }
  if (context.stop.stop_requested()) return fail(ErrorCode::cancelled, "no longer watching");
  // Whoever closed the pipe has seen enough. A write finds that out as in any other command, and how the
  // program ends tells of it.
  context.terminal.out("\n");
  return {};
}

}  // namespace agenta::cli
