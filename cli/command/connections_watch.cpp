#include <algorithm>

#include "cli/command/change_watch.hpp"
#include "cli/command/commands.hpp"
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

using std::chrono::seconds;

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

Result<void> run_watch(Context& context, std::string const& since) {
  // Starts the daemon where there is none, and says where the changes stand: what comes while it is away
  // later is then not missed.
  AGENTA_TRY(auto const first, context.call(protocol::list_connection_changes(since, seconds{0})));
  std::string cursor = next_cursor_of(first.body, since);
  if (context.terminal.out_is_tty()) context.say("Watching the connections; Ctrl-C ends it.");
  AGENTA_CHECK(print_events(context, first.body));
  ChangeWatch watch;
  watch.request = [](std::string const& at) { return protocol::list_connection_changes(at, kWatchSlice); };
  watch.tell = [&](std::string const& body) { return print_events(context, body); };
  watch.away = "The daemon is away; what changes is told when it is back.";
  auto const watched = follow_changes(context, cursor, watch);
  if (watched || watched.error().code != ErrorCode::cancelled) return watched;
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
