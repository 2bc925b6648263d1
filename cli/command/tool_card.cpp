#include "cli/command/tool_card.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "cli/terminal/card.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/style.hpp"
#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using protocol::find_member;

constexpr int kDeepest = 6;  // of a tree that a person can still read

std::string text_member(std::string_view schema, std::string_view name) {
  auto const json = find_member(schema, name);
  return json ? protocol::read_string(*json).value_or("") : std::string{};
}

std::vector<std::string> texts(std::optional<std::string_view> array) {
  std::vector<std::string> out;
  if (!array) return out;
  for (std::string_view const element :
       protocol::elements_of(*array).value_or(std::vector<std::string_view>{})) {
    out.push_back(protocol::read_string(element).value_or(std::string{element}));
  }
  return out;
}

std::string type_of(std::string_view schema) {
  auto const type = find_member(schema, "type");
  std::string name = type ? protocol::read_string(*type).value_or(join(texts(type), " or ")) : "";
  if (name.empty()) {
    std::vector<std::string> any;
    for (char const* key : {"anyOf", "oneOf"}) {
      for (std::string_view const each : protocol::elements_of(find_member(schema, key).value_or("[]"))
                                             .value_or(std::vector<std::string_view>{})) {
        any.push_back(type_of(each));
      }
    }
    name = any.empty() ? "any" : join(any, " or ");
  }
  if (name == "array") {
    if (auto const items = find_member(schema, "items")) name = "array of " + type_of(*items);
  }
  return name;
}

struct Argument {
  std::string name{};
  std::string_view schema{};
  bool is_required = false;
};

std::vector<Argument> arguments_of(std::string_view schema) {
  auto const required = texts(find_member(schema, "required"));
  std::vector<Argument> out;
  for (auto const& member : protocol::members_of(find_member(schema, "properties").value_or("{}"))
                                .value_or(std::vector<protocol::JsonMember>{})) {
    bool const is_required = std::ranges::find(required, member.name) != required.end();
    out.push_back({.name = member.name, .schema = member.value, .is_required = is_required});
  }
  std::ranges::stable_partition(out, [](Argument const& each) { return each.is_required; });
  return out;
}

/// The object schema inside: of an object itself, or of an array's elements.
std::string_view inner_of(std::string_view schema) {
  if (auto const items = find_member(schema, "items"); items && items->starts_with('{')) return *items;
  return schema;
}

void write_tree(std::string& out, std::string_view schema, int depth, bool has_color) {
  for (Argument const& each : arguments_of(schema)) {
    std::string const indent(static_cast<std::size_t>(depth) * 2, ' ');
    out += indent + inked(visible(each.name), Ink::bold, has_color) + "  " + visible(type_of(each.schema));
    if (each.is_required) out += "  " + inked("required", Ink::yellow, has_color);
    if (auto const fallback = find_member(each.schema, "default"); fallback && *fallback != "null") {
      out += "  default " + visible(*fallback);
    }
    out += "\n";
    if (auto const words = text_member(each.schema, "description"); !words.empty()) {
      out += indent + "    " + visible(trim(words)) + "\n";
    }
    if (auto const choices = texts(find_member(each.schema, "enum")); !choices.empty()) {
      out += indent + "    one of: " + visible(join(choices, ", ")) + "\n";
    }
    if (depth < kDeepest) write_tree(out, inner_of(each.schema), depth + 1, has_color);
  }
}

std::string sample_of(Argument const& argument) {
  std::string const type = type_of(argument.schema);
  auto const choices = texts(find_member(argument.schema, "enum"));
  if (!choices.empty()) return argument.name + "=" + choices.front();
  if (type.starts_with("array")) return "'" + argument.name + ":=[]'";
  if (type == "object") return "'" + argument.name + ":={}'";
  if (type == "boolean") return argument.name + "=true";
  if (type == "integer" || type == "number") return argument.name + "=1";
  return argument.name + "=…";
}

std::string hints_line(ToolHints const& hints) {
  std::vector<std::string> words;
  words.emplace_back(hints.read_only ? "only reads" : "writes");
  if (hints.destructive) words.emplace_back("destroys");
  if (hints.idempotent) words.emplace_back("may be repeated");
  return join(words, ", ");
}

}  // namespace

std::string render_tool(Tool const& tool, bool has_color) {
  Card card{tool.slug.text};
  card.row("name", tool.name)
      .row("about", trim(tool.description))
      .row("integration", tool.integration.text)
      .row("effects", hints_line(hints_of(tool)))
      .row("version", tool.version)
      .row("scopes", join(tool.scopes, ", "))
      .row("deprecated", tool.deprecated ? "yes" : "")
      .row("connection", tool.no_auth ? "none needed" : "");
  std::string out = card.render(has_color);

  std::string tree;
  write_tree(tree, tool.input_schema.text, 1, has_color);
  out += tree.empty() ? "\nTakes no arguments.\n" : "\nArguments\n" + tree;

  out += "\nExample\n  agenta-tools execute " + visible(tool.slug.text);
  for (Argument const& each : arguments_of(tool.input_schema.text)) {
    if (each.is_required) out += " " + visible(sample_of(each));
  }
  return out + "\n";
}

}  // namespace agenta::cli
