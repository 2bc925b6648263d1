#include "shared/protocol/codec.hpp"
#include "shared/protocol/codec_detail.hpp"

namespace agenta::protocol {
namespace {

using detail::ObjectReader;
using detail::ObjectWriter;

void write_item(ObjectWriter& out, Tool const& tool) {
  out.text("slug", tool.slug.text)
      .text("name", tool.name)
      .text("description", tool.description)
      .text("integration_slug", tool.integration.text)
      .texts("tags", tool.tags)
      .text_or_null("version", tool.version);
}

Tool read_tool(ObjectReader& in) {
  Tool tool;
  tool.slug.text = in.required_text("slug");
  tool.name = in.text("name");
  tool.description = in.text("description");
  tool.integration.text = in.text("integration_slug");
  tool.tags = in.texts("tags");
  tool.version = in.text("version");
  tool.available_versions = in.texts("available_versions");
  tool.input_schema = in.object("input_schema").value_or(JsonText{});
  tool.output_schema = in.object("output_schema").value_or(JsonText{});
  tool.scopes = in.texts("scopes");
  tool.no_auth = in.boolean("no_auth");
  tool.deprecated = in.boolean("deprecated");
  return tool;
}

}  // namespace

std::string detail::write_hints(ToolHints const& hints) {
  return ObjectWriter{}
      .boolean("read_only", hints.read_only)
      .boolean("destructive", hints.destructive)
      .boolean("idempotent", hints.idempotent)
      .boolean("open_world", hints.open_world)
      .done();
}

ToolHints detail::read_hints(ObjectReader& in) {
  ToolHints hints;
  hints.read_only = in.boolean("read_only");
  hints.destructive = in.boolean("destructive");
  hints.idempotent = in.boolean("idempotent");
  hints.open_world = in.boolean("open_world");
  return hints;
}

std::string encode_tools(Page<Tool> const& page) {
  return detail::write_page(page, [](Tool const& tool) {
    ObjectWriter out;
    write_item(out, tool);
    return out.done();
  });
}

std::string encode_tool(Tool const& tool) {
  ObjectWriter out;
  write_item(out, tool);
  return out.raw("input_schema", detail::object_or_empty(tool.input_schema))
      .raw("output_schema", detail::object_or_empty(tool.output_schema))
      .texts("scopes", tool.scopes)
      .raw("hints", detail::write_hints(hints_of(tool)))
      .texts("available_versions", tool.available_versions)
      .boolean("no_auth", tool.no_auth)
      .boolean("deprecated", tool.deprecated)
      .done();
}

Result<Page<Tool>> decode_tools(std::string_view body) {
  return detail::decode_object(body, "the list of tools",
                               [](ObjectReader& in) { return detail::read_page<Tool>(in, read_tool); });
}

Result<Tool> decode_tool(std::string_view body) { return detail::decode_object(body, "the tool", read_tool); }

}  // namespace agenta::protocol
