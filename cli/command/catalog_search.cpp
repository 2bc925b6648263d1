#include <algorithm>

#include "cli/command/catalog_flags.hpp"
#include "cli/command/commands.hpp"
#include "cli/command/connection_state.hpp"
#include "cli/command/tool_card.hpp"
#include "cli/command/view.hpp"
#include "cli/terminal/table.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::cli {
namespace {

struct SearchOptions : NetworkOption {
  protocol::SearchQuery query{};
  std::vector<std::string> words{};
  std::string limit{};
  bool connected = false;
  ViewOptions view{};
};

Table table_of(SearchResult const& result, SearchHit::Kind kind) {
  bool const is_tools = kind == SearchHit::Kind::tool;
  Table table{{is_tools ? "TOOL" : "SLUG", is_tools ? "INTEGRATION" : "NAME", "STATE", "DESCRIPTION"}};
  table.keep(0).keep(2).paint(2, ink_of_state).hide_all(1, "").hide_all(2, "-");
  for (SearchHit const& hit : result.items) {
    table.add({hit.slug, is_tools ? untold_integration(hit.slug, hit.integration) : hit.name,
               hit.is_connected ? "connected" : "-", hit.description});
  }
  return table;
}

Result<void> run_search(Context& context, SearchOptions const& options, SearchHit::Kind kind) {
  protocol::SearchQuery query = options.query;
  query.words = join(options.words, " ");
  if (trim(query.words).empty()) return fail(ErrorCode::usage, "say what to look for");
  AGENTA_TRY(query.limit, read_count("--limit", options.limit));
  query.kind = kind;
  if (options.connected) query.connected = true;
  query.network = options.network();
  if (query.remote && options.offline) {
    return fail(ErrorCode::usage, "--remote asks Composio, and --offline forbids that");
  }

  AGENTA_TRY(auto const reply, context.call_far(protocol::search(query)));
  AGENTA_TRY(auto const result, protocol::decode_search(reply.body));

  AGENTA_CHECK(present_view(context, reply.body, options.view, [&]() -> Result<View> {
    View view;
    std::string_view const nothing =
        kind == SearchHit::Kind::tool ? "No tool matches." : "No integration matches.";
    view.text = table_text(context, table_of(result, kind), nothing);
    auto const shown = static_cast<std::int64_t>(result.items.size());
    if (shown < result.total) view.notes.push_back(more_line(result.items.size(), result.total, "--limit"));
    return view;
  }));
  if (!result.complete) context.say("the catalogue is still being fetched: more may match later");
  return {};
}

void declare(Syntax& syntax, SearchOptions& options) {
  syntax.some_arguments("WORDS", options.words, "What to look for, in your own words")
      .flag("--connected", options.connected, "Only what you have an active connection for")
      .option("--limit", "N", options.limit, "At most so many")
      .flag("--remote", options.query.remote, "Ask Composio's own search too, and merge what it finds");
  add_offline_flag(syntax, options);
  add_view_flags(syntax, options.view);
}

}  // namespace

RunFn add_integrations_search(Syntax& syntax) {
  auto options = std::make_shared<SearchOptions>();
  declare(syntax, *options);
  syntax.note("Best matches first. Looks at slugs, names and descriptions; forgives typing errors.")
      .example("agenta-tools integrations search invoices");
  return [options](Context& context) { return run_search(context, *options, SearchHit::Kind::integration); };
}

RunFn add_tools_search(Syntax& syntax) {
  auto options = std::make_shared<SearchOptions>();
  declare(syntax, *options);
  syntax.option("--integration", "SLUG", options->query.integration, "Only tools of one integration")
      .completes(Completes::integration)
      .flag("--read-only", options->query.read_only, "Only tools that say that they only read")
      .note(
          "Best matches first. Looks at slugs, names and descriptions of every tool that is known here; "
          "forgives "
          "typing errors.")
      .example("agenta-tools tools search create github issue")
      .example("agenta-tools tools search send a message --connected");
  return [options](Context& context) { return run_search(context, *options, SearchHit::Kind::tool); };
}

}  // namespace agenta::cli
