#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "cli/command/commands.hpp"
#include "cli/terminal/closed_output.hpp"
#include "cli/terminal/json_print.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/style.hpp"
#include "cli/terminal/width.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// One question to the daemon: short enough that a daemon that hangs is noticed.
constexpr seconds kSlice{20};
/// Before a question that was lost is asked again.
constexpr milliseconds kPause{300};
/// So often a daemon may leave a question unanswered. One that is not there at all is waited for: it loses
/// questions, not changes, and whoever stopped it did not mean to have it started again from here.
constexpr int kMostUnanswered = 3;

void pause(std::stop_token const& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock{mutex};
  wake.wait_for(lock, stop, kPause, [] { return false; });
}

Ink ink_of(ConnectionChange change) {
  switch (change) {
    case ConnectionChange::connected:
    case ConnectionChange::adopted: return Ink::green;
    case ConnectionChange::failed:
    case ConnectionChange::expired: return Ink::red;
    case ConnectionChange::begun: return Ink::yellow;
    case ConnectionChange::disabled:
    case ConnectionChange::renamed:
    case ConnectionChange::made_default:
    case ConnectionChange::disconnected: break;
  }
  return Ink::plain;
}

std::string event_line(ConnectionEvent const& event, bool has_color) {
  constexpr int kWidest = 12;  // made_default, disconnected
  std::string word{name_of(event.change)};
  std::string line = short_time(event.at) + "  " +
                     inked(pad_width(word, kWidest), ink_of(event.change), has_color) + "  " +
                     visible(event.slug) + " (" + visible(event.integration.text) + ")";
  if (!event.detail.empty()) line += ": " + visible(event.detail);
  if (!event.by.user.empty()) line += "  by " + visible(event.by.user);
  return line + "\n";
}

Result<void> print_events(Context& context, std::string const& body) {
  if (context.wants_json()) {
    auto const items = protocol::elements_of(protocol::find_member(body, "items").value_or("[]"));
    if (!items) return fail(ErrorCode::internal, "the daemon's list of changes is none");
    // As the daemon writes them: one line each.
    for (std::string_view const item : *items) print_json(context.terminal, item);
  } else {
    AGENTA_TRY(auto const page, protocol::decode_connection_events(body));
    for (ConnectionEvent const& event : page.items)
      context.terminal.out(event_line(event, context.terminal.out_has_color()));
  }
  context.terminal.flush();
  return {};
}

Error no_longer_watching(std::string const& cursor) {
  Error error;
  error.code = ErrorCode::cancelled;
  error.message = "no longer watching";
  if (!cursor.empty()) error.next_step = {"agenta-tools", "connections", "watch", "--since", cursor};
  return error;
}

std::string cursor_of(std::string const& body, std::string const& before) {
  auto const next = protocol::read_string(protocol::find_member(body, "next_cursor").value_or("null"));
  return next.value_or(before);
}

Result<void> run_watch(Context& context, std::string const& since) {
  // Starts the daemon where there is none, and says where the changes stand: what comes while it is away
  // later is then not missed.
  AGENTA_TRY(auto const first, context.call(protocol::list_connection_changes(since, seconds{0})));
  std::string cursor = cursor_of(first.body, since);
  if (context.terminal.out_is_tty()) context.say("Watching the connections; Ctrl-C ends it.");
  AGENTA_CHECK(print_events(context, first.body));
  ClosedOutput const output{context.terminal, context.stop};
  auto const daemon = context.without_autostart();
  int unanswered = 0;
  bool is_away = false;
  while (!output.token().stop_requested() && !context.terminal.out_failure()) {
    auto const reply = daemon->call(protocol::list_connection_changes(cursor, kSlice), output.token());
    if (output.token().stop_requested()) break;
    if (!reply) {
      bool const away = reply.error().code == ErrorCode::daemon_unavailable;
      if (!away && (reply.error().code != ErrorCode::timeout || ++unanswered > kMostUnanswered))
        return fail(reply.error());
      if (away && !std::exchange(is_away, true))
        context.say("The daemon is away; what changes is told when it is back.");
      pause(output.token());
      continue;
    }
    unanswered = 0;
    is_away = false;
    AGENTA_CHECK(print_events(context, reply->body));
    cursor = cursor_of(reply->body, cursor);
  }
  if (!context.stop.stop_requested()) {
    // Whoever closed the pipe has seen enough. A write finds that out as in any other command, and how the
    // program ends tells of it.
    context.terminal.out("\n");
    return {};
  }
  return fail(no_longer_watching(cursor));
}

}  // namespace

RunFn add_connections_watch(Syntax& syntax) {
  auto since = std::make_shared<std::string>();
  syntax.option("--since", "CURSOR", *since, "What changed after this: the cursor that a watch ended with")
      .note(
          "Prints what happens to the connections, as it happens: a line each, in a pipe a JSON document "
          "each. Ctrl-C ends it.")
      .example("agenta-tools connections watch");
  return [since](Context& context) { return run_watch(context, *since); };
}

}  // namespace agenta::cli
