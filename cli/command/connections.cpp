#include "cli/command/commands.hpp"
#include "cli/command/connection_card.hpp"
#include "cli/command/view.hpp"
#include "cli/terminal/card.hpp"
#include "cli/terminal/table.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/error_table.hpp"

namespace agenta::cli {
namespace {

struct ListOptions {
  protocol::ConnectionQuery query{};
  ViewOptions view{};
};

Result<void> run_list(Context& context, ListOptions const& options) {
  AGENTA_TRY(auto const reply, context.call(protocol::list_connections(options.query)));
  return present_view(context, reply.body, options.view, [&]() -> Result<View> {
    AGENTA_TRY(auto const page, protocol::decode_connections(reply.body));
    Table table{{"SLUG", "INTEGRATION", "STATUS", "AUTH", "NAME", "LAST USED"}};
    table.keep(0).keep(2);
    for (Connection const& row : page.items) {
      table.add({row.is_default ? row.slug + " *" : row.slug, row.integration.text,
                 std::string{name_of(row.status)}, row.auth_type, row.name,
                 row.last_used_at ? short_time(*row.last_used_at) : "never"});
    }
    return View{.text =
                    table_text(context, table, "No connections yet. Make one: agenta-tools connect github")};
  });
}

}  // namespace

void print_connection(Terminal& terminal, Connection const& row) {
  Card card{row.slug + " (" + row.integration.text + ")"};
  card.row("status", name_of(row.status))
      .row("name", row.name)
      .row("auth", row.auth_type)
      .row("default", row.is_default ? "yes" : "")
      .row("id", row.id.text)
      .row("account", row.account.text)
      .row("auth config", row.auth_config.text)
      .row("created", short_time(row.created_at))
      .row("last used", row.last_used_at ? short_time(*row.last_used_at) : "never");
  if (row.error) {
    card.row("error", std::string{protocol::row_of(row.error->code).name} + ": " + row.error->message);
  }
  print(terminal, card);
}

RunFn add_connections_list(Syntax& syntax) {
  auto options = std::make_shared<ListOptions>();
  syntax.option("--integration", "SLUG", options->query.integration, "Only the accounts of one integration")
      .completes(Completes::integration)
      .option("--status", "STATUS", options->query.status,
              "Only PENDING, ACTIVE, EXPIRED, FAILED or INACTIVE ones")
      .one_of({"PENDING", "ACTIVE", "EXPIRED", "FAILED", "INACTIVE"});
  add_view_flags(syntax, options->view);
  syntax.example("agenta-tools connections list --integration github");
  return [options](Context& context) { return run_list(context, *options); };
}

RunFn add_connections_show(Syntax& syntax) {
  auto name = std::make_shared<std::string>();
  syntax.argument("CONNECTION", *name, "Slug or id of a connection")
      .completes(Completes::connection)
      .example("agenta-tools connections show github");
  return [name](Context& context) -> Result<void> {
    AGENTA_TRY(auto const reply, context.call(protocol::get_connection(*name, std::chrono::seconds{0})));
    return present(context, reply.body, [&]() -> Result<void> {
      AGENTA_TRY(auto const row, protocol::decode_connection(reply.body));
      print_connection(context.terminal, row);
      return {};
    });
  };
}

}  // namespace agenta::cli
