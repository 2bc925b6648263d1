#include <algorithm>

#include "cli/command/catalog_flags.hpp"
#include "cli/command/commands.hpp"
#include "cli/command/staleness.hpp"
#include "cli/command/tool_name.hpp"
#include "cli/terminal/json_print.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

struct SchemaOptions : NetworkOption {
  protocol::SchemaQuery query{.format = "json-schema"};
  bool with_mapping = false;
};

std::vector<std::string> format_words() {
  return {"json-schema", "openai", "openai-responses", "anthropic", "gemini", "mcp", "example"};
}
std::vector<std::string> compat_words() { return {"composio"}; }

/// The known spelling of what a flag was given.
Result<std::string> read_choice(std::string_view flag, std::string const& given,
                                std::vector<std::string> const& known) {
  auto const found =
      std::ranges::find_if(known, [&](std::string const& each) { return equal_ignoring_case(each, given); });
  if (found != known.end()) return *found;
  std::string message = std::string{flag} + " knows " + join(known, ", ") + ", and not " + given;
  if (auto const meant = nearest(given, known)) message += "; did you mean " + *meant + "?";
  return fail(ErrorCode::usage, std::move(message));
}

Result<protocol::SchemaQuery> read_query(SchemaOptions const& options) {
  protocol::SchemaQuery query = options.query;
  query.network = options.network();
  AGENTA_TRY(query.format, read_choice("--format", query.format, format_words()));
  if (!query.compat.empty()) {
    AGENTA_TRY(query.compat, read_choice("--compat", query.compat, compat_words()));
  }
  if (query.tools.empty() == query.integration.empty()) {
    return fail(ErrorCode::usage, query.tools.empty()
                                      ? "name tools, or an integration with --integration"
                                      : "name tools or an integration with --integration, and not both");
  }
  for (std::string& tool : query.tools) {
    AGENTA_TRY(auto const reference, read_tool_name(tool));
    tool = reference.slug.text;
  }
  return query;
}

/// The definitions as their documents, each `{slug, name, definition, …}`, in the order asked for.
Result<std::string> fetch_items(Context& context, protocol::SchemaQuery const& query) {
  constexpr std::size_t kMostAtOnce = 100;  // their names go into the request's first line
  std::string items;
  std::size_t first = 0;
  do {
    protocol::SchemaQuery part = query;
    std::size_t const end = std::min(first + kMostAtOnce, query.tools.size());
    part.tools.assign(query.tools.begin() + static_cast<std::ptrdiff_t>(first),
                      query.tools.begin() + static_cast<std::ptrdiff_t>(end));
    AGENTA_TRY(auto const reply, context.call_far(protocol::get_schemas(part)));
    auto const page = protocol::find_member(reply.body, "items").value_or("[]");
    std::string_view const inner = trim(page.substr(1, page.size() - 2));
    if (!inner.empty()) items.append(items.empty() ? "" : ",").append(inner);
    first = end;
  } while (first < query.tools.size());
  return "[" + items + "]";
}

/// Several definitions as the API they are for takes them.
std::string collection_of(std::vector<ToolDefinition> const& definitions,
                          protocol::SchemaQuery const& query) {
  std::string list;
  for (ToolDefinition const& each : definitions) {
    list.append(list.empty() ? "" : ",").append(each.definition.text);
  }
  list = "[" + list + "]";
  if (query.format == "mcp") return "{\"tools\":" + list + "}";
  if (query.format == "gemini" && query.compat.empty()) return "{\"functionDeclarations\":" + list + "}";
  return list;
}

/// Says what in a definition is not as the service has it, a line each.
void say_changes(Context& context, ToolDefinition const& definition) {
  std::string const& slug = definition.tool.text;
  auto const renamed = [&](std::string const& original, std::string const& alias) {
    context.say(slug + ": `" + original + "` is offered as `" + alias + "`");
  };
  if (!definition.name.empty() && definition.name != slug) {
    context.say(slug + " is offered as " + definition.name);
  }
  for (auto const& [alias, original] :
       protocol::members_of(definition.renamed.text).value_or(std::vector<protocol::JsonMember>{})) {
    renamed(protocol::read_string(original).value_or(std::string{original}), alias);
  }
  for (std::string const& note : definition.notes) context.say(std::string{slug}.append(": ").append(note));
}

Result<void> run_schema(Context& context, SchemaOptions const& options) {
  AGENTA_TRY(auto const query, read_query(options));
  AGENTA_TRY(auto const items, fetch_items(context, query));
  std::string const total =
      std::to_string(protocol::elements_of(items).value_or(std::vector<std::string_view>{}).size());
  std::string const document = "{\"items\":" + items + ",\"total\":" + total + ",\"next_cursor\":null}";
  AGENTA_TRY(auto const page, protocol::decode_definitions(document));
  if (query.tools.size() == 1 && page.items.size() != 1) {
    return fail(ErrorCode::internal, "the daemon was asked for one definition and gave " + total);
  }

  if (options.with_mapping) {
    print_json(context.terminal, document);
  } else if (query.tools.size() == 1) {
    print_json(context.terminal, page.items.front().definition.text);
  } else {
    print_json(context.terminal, collection_of(page.items, query));
  }
  for (ToolDefinition const& each : page.items) say_changes(context, each);
  say_age(context);
  return {};
}

}  // namespace

RunFn add_tools_schema(Syntax& syntax) {
  auto options = std::make_shared<SchemaOptions>();
  syntax.arguments("TOOL", options->query.tools, "Slugs of tools")
      .completes(Completes::tool)
      .option("--integration", "SLUG", options->query.integration, "All tools of this integration")
      .completes(Completes::integration)
      .option("--format", "FORMAT", options->query.format,
              join(format_words(), ", ") + " (default: json-schema)")
      .one_of(format_words())
      .flag("--strict", options->query.strict,
            "So that a model cannot get the arguments wrong, where that is possible")
      .option("--compat", "WHOSE", options->query.compat,
              "composio: what Composio's own SDK gives, losses and all")
      .one_of(compat_words())
      .option("--tool-version", "V", options->query.version, "The tools as they are in this version")
      .flag("--with-mapping", options->with_mapping,
            "Print the definitions with their notes and renamed names");
  add_offline_flag(syntax, *options);
  syntax
      .note(
          "One TOOL gives its definition alone. Several, or an integration, give what the API takes: an "
          "array; for "
          "mcp {\"tools\": [...]}; for gemini {\"functionDeclarations\": [...]}, with --compat composio an "
          "array.")
      .note(
          "What had to be renamed is said on stderr. Arguments may come back under the new names: execute "
          "takes "
          "them.")
      .example("agenta-tools tools schema GITHUB_CREATE_AN_ISSUE --format openai --strict")
      .example("agenta-tools tools schema --integration gmail --format anthropic > tools.json");
  return [options](Context& context) { return run_schema(context, *options); };
}

}  // namespace agenta::cli
