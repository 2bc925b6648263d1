#include "cli/command/commands.hpp"
#include "cli/command/connection_card.hpp"
#include "cli/command/connection_state.hpp"
#include "cli/command/view.hpp"
#include "cli/terminal/table.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

struct ListOptions {
  protocol::ConnectionQuery query{};
  std::string limit{};
  bool all = false;
  ViewOptions view{};
};

Ink ink_of_status(std::string_view word) {
  auto const status = parse_connection_status(word);
  return status ? ink_of_state(state_word(*status)) : Ink::plain;
}

/// What is said where there are none, and how to go on: what was asked for may be the reason.
std::string none_found(Context const& context, protocol::ConnectionQuery const& query) {
  std::string text = "No " + (query.status.empty() ? "" : query.status + " ") + "connections";
  if (!query.integration.empty()) text += " of " + query.integration;
  bool const is_all = query.status.empty() && query.integration.empty();
  std::vector<std::string> step{"agenta-tools", "connections", "list"};
  if (query.status.empty()) step = {"agenta-tools", "connect", is_all ? "github" : query.integration};
  if (!query.status.empty() && !query.integration.empty())
    step.insert(step.end(), {"--integration", query.integration});
  text += is_all ? " yet. " : ". ";
  return text + (query.status.empty() ? "Make one: " : "All there are: ") +
         shell_line(step_here(std::move(step), context.flags));
}

Result<View> render_list(Context const& context, protocol::ConnectionQuery const& query,
                         std::string const& body) {
  AGENTA_TRY(auto const page, protocol::decode_connections(body));
  auto const documents = protocol::elements_of(protocol::find_member(body, "items").value_or("[]"));
  constexpr std::size_t kStatus = 2;
  constexpr std::size_t kAuth = 3;
  constexpr std::size_t kName = 4;
  constexpr std::size_t kDefault = 5;
  constexpr std::size_t kLastUsed = 6;
  constexpr std::size_t kWhy = 7;
  constexpr std::size_t kDate = 10;
  Table table{{"SLUG", "INTEGRATION", "STATUS", "AUTH", "NAME", "DEFAULT", "LAST USED", "WHY"}};
  table.whole(0)
      .whole(kStatus)
      .paint(kStatus, ink_of_status)
      .spare(kAuth)
      .keep(kLastUsed)
      .hide_all(kName, "");
  // Where each is the only one of its integration, or none is a default, there is nothing to tell apart.
  table.hide_all(kDefault, "default").hide_all(kDefault, "").hide_all(kWhy, "");
  for (std::size_t i = 0; i < page.items.size(); ++i) {
    Connection const& row = page.items[i];
    table.add({row.slug, row.integration.text, std::string{name_of(row.status)}, row.auth_type,
               row.name == row.slug ? "" : row.name, row.is_default ? "default" : "",
               row.last_used_at ? short_time(*row.last_used_at).substr(0, kDate) : "never",
               why_text(row, find_foreign((*documents)[i]))});
  }
  View view;
  view.text = table_text(context, table, none_found(context, query));
  if (page.next_cursor) view.notes.push_back(more_line(page.items.size(), page.total));
  return view;
}

Result<void> run_list(Context& context, ListOptions const& options) {
  protocol::ConnectionQuery query = options.query;
  AGENTA_TRY(query.limit, read_page_size(options.limit, options.all));
  AGENTA_TRY(auto const body, fetch_list(context, options.all, [&](std::string const& cursor) {
               protocol::ConnectionQuery page = query;
               if (!cursor.empty()) page.cursor = cursor;
               return protocol::list_connections(page);
             }));
  return present_view(context, body, options.view, [&] { return render_list(context, query, body); });
}

}  // namespace

RunFn add_connections_list(Syntax& syntax) {
  auto options = std::make_shared<ListOptions>();
  syntax.option("--integration", "SLUG", options->query.integration, "Only the accounts of one integration")
      .completes(Completes::integration)
      .option("--status", "STATUS", options->query.status,
              "Only PENDING, ACTIVE, EXPIRED, FAILED or INACTIVE ones")
      .one_of({"PENDING", "ACTIVE", "EXPIRED", "FAILED", "INACTIVE"})
      .option("--limit", "N", options->limit, "At most so many; with --all, so many at once")
      .option("--cursor", "CURSOR", options->query.cursor, "Go on after a page: its next_cursor")
      .flag("--all", options->all, "Every page");
  add_view_flags(syntax, options->view);
  syntax.example("agenta-tools connections list --integration github");
  return [options](Context& context) { return run_list(context, *options); };
}

RunFn add_connections_show(Syntax& syntax) {
  auto name = std::make_shared<std::string>();
  syntax.argument("CONNECTION", *name, "Slug or id of a connection")
      .completes(Completes::connection)
      .note("Shows how it is, and who made it, changed it and used it last: when, and from which program.")
      .example("agenta-tools connections show github");
  return [name](Context& context) -> Result<void> {
    AGENTA_TRY(auto const reply, context.call(protocol::get_connection(*name, std::chrono::seconds{0})));
    return present(context, reply.body, [&]() -> Result<void> {
      AGENTA_TRY(auto const row, protocol::decode_connection(reply.body));
      auto const next = step_here(mending_step(row), context.flags);
      context.terminal.out(connection_card(row, find_foreign(reply.body), next, page_style(context)));
      return {};
    });
  };
}

}  // namespace agenta::cli
