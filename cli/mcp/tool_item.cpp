#include "cli/mcp/tool_item.hpp"

#include "cli/mcp/call_result.hpp"
#include "shared/base/text.hpp"
#include "shared/domain/belief.hpp"
#include "shared/schema/tool_format.hpp"

namespace agenta::mcp {
namespace {

constexpr std::string_view kTitles = "2025-06-18";  ///< titles and output schemas came with it

std::string annotations_of(std::string_view title, ToolHints const& said) {
  ToolHints const hints = believed(said);
  JsonObject out;
  if (!title.empty()) out.text("title", title);
  return out.boolean("readOnlyHint", hints.read_only)
      .boolean("destructiveHint", hints.destructive)
      .boolean("idempotentHint", hints.idempotent)
      .boolean("openWorldHint", hints.open_world)
      .done();
}

/// Kept byte for byte unless a client could not read it.
std::string input_schema_of(Tool const& tool) {
  schema::FormatOptions options;
  options.format = schema::ToolFormat::mcp;
  auto const definition = schema::define_tool(tool, options);
  return std::string{protocol::find_member(definition.definition.text, "inputSchema")
                         .value_or(R"({"type":"object","additionalProperties":false})")};
}

}  // namespace

std::string write_tool(Tool const& tool, ToolHints const& hints, Speech const& speech) {
  JsonObject out;
  out.text("name", schema::offered_name(tool.slug, kLongestName));
  if (speech.at_least(kTitles) && !tool.name.empty()) out.text("title", tool.name);
  out.text("description", tool.description.empty() ? tool.slug.text : tool.description);
  out.raw("inputSchema", input_schema_of(tool));
  if (speech.at_least(kTitles)) out.raw("outputSchema", envelope_schema());
  return out.raw("annotations", annotations_of(tool.name, hints)).done();
}

std::string write_tool(OwnTool const& tool, Speech const& speech) {
  JsonObject out;
  out.text("name", tool.name);
  if (speech.at_least(kTitles)) out.text("title", tool.title);
  out.text("description", tool.description).raw("inputSchema", tool.input_schema);
  return out.raw("annotations", tool.annotations).done();
}

std::string NameBook::name_of(ToolSlug const& slug) {
  std::string name = schema::offered_name(slug, kLongestName);
  if (name != slug.text) {
    std::lock_guard const guard{mutex_};
    slugs_.emplace(name, slug.text);
  }
  return name;
}

std::optional<std::string> NameBook::find(std::string_view name) const {
  std::lock_guard const guard{mutex_};
  auto const found = slugs_.find(to_upper(name));
  if (found == slugs_.end()) return std::nullopt;
  return found->second;
}

}  // namespace agenta::mcp
