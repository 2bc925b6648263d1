#include "cli/command/catalog_flags.hpp"
#include "cli/command/commands.hpp"
#include "cli/command/connection_state.hpp"
#include "cli/command/inside_step.hpp"
#include "cli/command/integration_card.hpp"
#include "cli/command/view.hpp"
#include "cli/terminal/table.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::cli {
namespace {

struct ListOptions : NetworkOption {
  protocol::IntegrationQuery query{};
  std::string limit{};
  bool connected = false;
  bool all = false;
  ViewOptions view{};
};

Result<View> render_list(Context const& context, std::string const& body) {
  AGENTA_TRY(auto const page, protocol::decode_integration_items(body));
  Table table{{"SLUG", "NAME", "STATE", "TOOLS", "AUTH", "DESCRIPTION"}};
  table.keep(0).keep(2).paint(2, ink_of_state);
  for (auto const& [integration, state] : page.items) {
    table.add({integration.slug.text, integration.name, state_word(state.status),
               std::to_string(integration.tools_count), join(integration.auth_schemes, ","),
               integration.description});
  }
  View view;
  view.text = table_text(context, table, "No integration matches.");
  if (page.next_cursor) view.notes.push_back(more_line(page.items.size(), page.total));
  return view;
}

Result<void> run_list(Context& context, ListOptions const& options) {
  protocol::IntegrationQuery query = options.query;
  AGENTA_TRY(query.limit, read_page_size(options.limit, options.all));
  if (options.connected) query.connected = true;
  query.network = options.network();
  AGENTA_TRY(auto const body, fetch_list(context, options.all, [&](std::string const& cursor) {
               protocol::IntegrationQuery page = query;
               if (!cursor.empty()) page.cursor = cursor;
               return protocol::list_integrations(page);
             }));
  return present_view(context, body, options.view, [&] { return render_list(context, body); });
}

struct ShowOptions : NetworkOption {
  std::string slug{};
  ViewOptions view{};
};

Result<void> run_show(Context& context, ShowOptions const& options) {
  AGENTA_TRY(auto const reply, context.call_far(protocol::get_integration(options.slug, options.network())));
  return present_view(context, reply.body, options.view, [&]() -> Result<View> {
    AGENTA_TRY(auto const view, protocol::decode_integration_view(reply.body));
    auto const next = steps_here(context, next_steps(view));
    return View{.text = render_integration(view, next, page_style(context))};
  });
}

struct CategoriesOptions : NetworkOption {
  ViewOptions view{};
};

Result<void> run_categories(Context& context, CategoriesOptions const& options) {
  AGENTA_TRY(auto const reply, context.call_far(protocol::list_categories(options.network())));
  return present_view(context, reply.body, options.view, [&]() -> Result<View> {
    AGENTA_TRY(auto const page, protocol::decode_categories(reply.body));
    Table table{{"CATEGORY", "NAME"}};
    for (Category const& each : page.items) table.add({each.slug, each.name});
    return View{.text = table_text(context, table, "There are no categories.")};
  });
}

}  // namespace

RunFn add_integrations_list(Syntax& syntax) {
  auto options = std::make_shared<ListOptions>();
  syntax.option("--search", "WORDS", options->query.search, "Only what matches these words")
      .option("--category", "CATEGORY", options->query.category, "Only one category")
      .completes(Completes::category)
      .option("--auth", "SCHEME", options->query.auth, "Only what can be connected by this scheme")
      .one_of(auth_scheme_words())
      .flag("--connected", options->connected, "Only what has an active connection")
      .option("--limit", "N", options->limit, "At most so many; with --all, so many at once")
      .option("--cursor", "CURSOR", options->query.cursor, "Go on after a page: its next_cursor")
      .flag("--all", options->all, "Every page");
  add_offline_flag(syntax, *options);
  add_view_flags(syntax, options->view);
  syntax.example("agenta-tools integrations list --search mail")
      .example("agenta-tools integrations list --category developer-tools --auth OAUTH2");
  return [options](Context& context) { return run_list(context, *options); };
}

RunFn add_integrations_show(Syntax& syntax) {
  auto options = std::make_shared<ShowOptions>();
  syntax.argument("INTEGRATION", options->slug, "Slug of an integration").completes(Completes::integration);
  add_offline_flag(syntax, *options);
  add_view_flags(syntax, options->view);
  syntax
      .note(
          "Shows what it is, the ways to connect it with the fields that each needs, your connections and "
          "how "
          "they are, and what to do next.")
      .example("agenta-tools integrations show stripe");
  return [options](Context& context) { return run_show(context, *options); };
}

RunFn add_integrations_categories(Syntax& syntax) {
  auto options = std::make_shared<CategoriesOptions>();
  add_offline_flag(syntax, *options);
  add_view_flags(syntax, options->view);
  syntax.note("What --category of the lists takes.").example("agenta-tools integrations categories");
  return [options](Context& context) { return run_categories(context, *options); };
}

}  // namespace agenta::cli
