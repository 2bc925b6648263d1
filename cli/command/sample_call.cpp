#include "cli/command/sample_call.hpp"

#include <algorithm>
#include <string_view>

#include "cli/command/schema_reader.hpp"
#include "cli/terminal/sanitize.hpp"
#include "shared/protocol/json_slice.hpp"
#include "shared/schema/tool_format.hpp"

namespace agenta::cli {
namespace {

/// A name as the command line takes it: what would be read as something else goes behind a backslash.
std::string escaped_name(std::string_view name) {
  std::string out;
  for (char const c : name) {
    if (std::string_view{"\\.=:"}.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

/// What can be typed as it is seen: nothing that a terminal would obey, not even a line end.
bool is_typeable(std::string_view text) { return visible(text) == text; }

std::string argument_of(std::string_view name, std::string_view json) {
  auto const text = protocol::read_string(json);
  if (text && is_typeable(*text))
    return escaped_name(name) + "=" + (text->starts_with('@') ? "@" : "") + *text;
  return escaped_name(name) + (is_typeable(json) ? ":=" + std::string{json} : "=text");
}

}  // namespace

std::vector<std::string> sample_call(Tool const& tool) {
  auto const example = schema::define_tool(tool, {.format = schema::ToolFormat::example}).definition;
  auto const values = protocol::find_member(example.text, "arguments").value_or("{}");
  SchemaReader reader{tool.input_schema.text};
  std::vector<std::string> arguments;
  for (SchemaProperty const& each : reader.properties_of(reader.read(reader.root()))) {
    if (!each.is_required || reader.is_spent()) break;
    arguments.push_back(
        argument_of(each.name, protocol::find_member(values, each.name).value_or("\"text\"")));
  }
  std::vector<std::string> words{"agenta-tools", "execute", tool.slug.text};
  bool const has_dash =
      std::ranges::any_of(arguments, [](std::string const& each) { return each.starts_with('-'); });
  if (has_dash) words.emplace_back("--");
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

}  // namespace agenta::cli
