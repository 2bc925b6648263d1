#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include "cli/command/commands.hpp"
#include "cli/command/connection_card.hpp"
#include "cli/command/view.hpp"
#include "cli/terminal/table.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using Replies = std::vector<Result<ServiceReply>>;

constexpr std::size_t kAtOnce = 4;

struct CheckOptions {
  std::vector<std::string> connections{};
  bool all = false;
  ViewOptions view{};
};

/// Why a connection is not checked; nothing where there is a grant that may be alive or dead.
std::string_view why_left_out(Connection const& row, Foreign foreign) {
  if (foreign == Foreign::yes) return "of another Composio project";
  if (row.status == ConnectionStatus::pending) return "pending";
  return row.status == ConnectionStatus::failed ? "failed" : "";
}

void tell_left_out(Context const& context, std::map<std::string_view, int> const& counts) {
  std::vector<std::string> parts;
  for (auto const& [why, count] : counts) {
    parts.push_back(std::to_string(count) + " " + std::string{why});
  }
  if (!parts.empty()) context.say("Not checked: " + join(parts, ", ") + ".");
}

/// Every connection that can be checked, by id. Says how many are left out.
Result<std::vector<std::string>> find_all(Context& context) {
  AGENTA_TRY(auto const size, read_page_size("", true));
  AGENTA_TRY(auto const body, fetch_list(context, true, [&](std::string const& cursor) {
               protocol::ConnectionQuery query;
               query.limit = size;
               query.cursor = cursor;
               return protocol::list_connections(query);
             }));
  AGENTA_TRY(auto const page, protocol::decode_connections(body));
  auto const documents = protocol::elements_of(protocol::find_member(body, "items").value_or("[]"));
  std::vector<std::string> ids;
  std::map<std::string_view, int> left_out;
  for (std::size_t i = 0; i < page.items.size(); ++i) {
    auto const why = why_left_out(page.items[i], find_foreign((*documents)[i]));
    if (why.empty()) {
      ids.push_back(page.items[i].id.text);
    } else {
      ++left_out[why];
    }
  }
  tell_left_out(context, left_out);
  return ids;
}

/// Asks about each, a few at the same time: every service is slow in its own way.
Replies ask_all(Context& context, std::vector<std::string> const& names) {
  Replies replies(names.size(), fail(ErrorCode::cancelled, "not checked"));
  std::atomic<std::size_t> next = 0;
  auto const work = [&] {
    auto const service = context.another_service();
    for (std::size_t i = next++; i < names.size() && !context.stop.stop_requested(); i = next++) {
      ServiceRequest request = protocol::check_connection(names[i]);
      request.timeout = context.timeout;
      replies[i] = service->call(request, context.stop);
    }
  };
  std::vector<std::jthread> workers;
  for (std::size_t i = 0; i < std::min(kAtOnce, names.size()); ++i) workers.emplace_back(work);
  return replies;
}

Ink ink_of_health(std::string_view word) {
  if (word == name_of(Health::alive)) return Ink::green;
  return word == name_of(Health::dead) ? Ink::red : Ink::yellow;
}

View render(Context const& context, std::vector<ConnectionCheck> const& checks) {
  constexpr std::size_t kHealth = 2;
  Table table{{"SLUG", "INTEGRATION", "HEALTH", "ASKED", "DETAIL"}};
  table.whole(0).whole(kHealth).paint(kHealth, ink_of_health);
  for (ConnectionCheck const& check : checks) {
    table.add({check.connection.slug, check.connection.integration.text, std::string{name_of(check.health)},
               check.probe, check.detail});
  }
  return View{.text = table_text(context, table, "There is no connection to check.")};
}

Error dead_ones(std::vector<ConnectionCheck> const& checks, std::string const& document) {
  std::vector<std::string> dead;
  Error error;
  error.code = ErrorCode::connection_expired;
  for (ConnectionCheck const& check : checks) {
    if (check.health != Health::dead) continue;
    Connection const& row = check.connection;
    if (dead.empty()) {
      error.next_step = {"agenta-tools", "connect", row.integration.text, "--reconnect", row.slug};
      error.message = row.integration.text + " does not take the connection " + row.slug + " any more" +
                      (check.detail.empty() ? "" : ": " + check.detail);
    }
    dead.push_back(row.slug);
  }
  if (dead.size() > 1) error.message = "these connections are dead: " + join(dead, ", ");
  error.context.text = document;
  return error;
}

Result<void> run_check(Context& context, CheckOptions const& options) {
  if (options.all && !options.connections.empty())
    return fail(ErrorCode::usage, "--all and names of connections contradict each other");
  std::vector<std::string> names = options.connections;
  if (names.empty()) {
    AGENTA_TRY(names, find_all(context));
  }
  Replies const replies = [&] {
    Spinner spinner{context.terminal, context.verbosity(), context.quietness()};
    spinner.say(names.size() == 1 ? "asking the service" : "asking the services");
    return ask_all(context, names);
  }();

  std::vector<ConnectionCheck> checks;
  std::string items;
  std::optional<Error> problem;
  for (Result<ServiceReply> const& reply : replies) {
    if (!reply) {
      if (!problem) problem = reply.error();
      continue;
    }
    context.notices.take(*reply);
    AGENTA_TRY(auto check, protocol::decode_connection_check(reply->body));
    items.append(items.empty() ? "" : ",").append(reply->body);
    checks.push_back(std::move(check));
  }
  say_notices(context);
  std::string const document = "{\"items\":[" + items + "]}";
  bool const has_dead =
      std::ranges::any_of(checks, [](ConnectionCheck const& check) { return check.health == Health::dead; });
  if (!problem && !has_dead) {
    return present_view(context, document, options.view,
                        [&]() -> Result<View> { return render(context, checks); });
  }
  // With --json the error's document stands in for the result, and holds what there is of it.
  if (!context.flags.json && !checks.empty()) {
    AGENTA_CHECK(present_view(context, document, options.view,
                              [&]() -> Result<View> { return render(context, checks); }));
    context.terminal.flush();  // before what is said of it
  }
  // A dead grant is sure; what could not be asked may be anything.
  return fail(has_dead ? dead_ones(checks, document) : *problem);
}

}  // namespace

RunFn add_connections_check(Syntax& syntax) {
  auto options = std::make_shared<CheckOptions>();
  syntax.arguments("CONNECTION", options->connections, "Slugs or ids; none: all")
      .completes(Completes::connection)
      .flag("--all", options->all, "Every connection, as without arguments");
  add_view_flags(syntax, options->view);
  syntax
      .note(
          "Makes a cheap real call through each connection, and says whether the service takes it. One that "
          "it "
          "refuses is EXPIRED from then on, and the command ends with 4 and the step that renews it. Where "
          "nothing can be reached that is said instead: no connection is blamed for a dead network.")
      .example("agenta-tools connections check")
      .example("agenta-tools connections check work --json");
  return [options](Context& context) { return run_check(context, *options); };
}

}  // namespace agenta::cli
