// Prints the definitions of all tools of the files named, in every format, one JSON object a line: for
// programs of others to judge. A file is a catalogue (`{"tools":[…]}`), or has one tool a line; a tool's
// schema is its `input` or `input_parameters`.
#include <array>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "shared/protocol/json_slice.hpp"
#include "shared/schema/tool_format.hpp"

namespace {

using namespace agenta;

std::string text_of(std::string_view document, std::string_view name) {
  auto const member = protocol::find_member(document, name);
  return member ? protocol::read_string(*member).value_or("") : "";
}

Tool read_tool(std::string_view json) {
  Tool tool;
  tool.slug.text = text_of(json, "slug");
  tool.name = text_of(json, "name");
  tool.description = text_of(json, "description");
  if (auto const tags = protocol::elements_of(protocol::find_member(json, "tags").value_or("[]"))) {
    for (std::string_view const tag : *tags) tool.tags.push_back(protocol::read_string(tag).value_or(""));
  }
  for (char const* const name : {"input", "input_parameters"}) {
    if (auto const schema = protocol::find_member(json, name)) tool.input_schema.text = std::string{*schema};
  }
  return tool;
}

void print(Tool const& tool, schema::FormatOptions const& options) {
  auto const definition = schema::define_tool(tool, options);
  auto const yes = [](bool value) { return value ? "true" : "false"; };
  std::cout << "{\"tool\":" << protocol::write_string(tool.slug.text) << ",\"format\":\""
            << name_of(options.format) << "\",\"asked_strict\":" << yes(options.strict)
            << ",\"composio\":" << yes(options.composio)
            << ",\"name\":" << protocol::write_string(definition.name)
            << ",\"strict\":" << yes(definition.strict)
            << ",\"text\":" << protocol::write_string(definition.definition.text)
            << ",\"renamed\":" << definition.renamed.text << ",\"notes\":[";
  for (std::size_t i = 0; i < definition.notes.size(); ++i)
    std::cout << (i > 0 ? "," : "") << protocol::write_string(definition.notes[i]);
  std::cout << "]}\n";
}

void print_all(Tool const& tool) {
  using schema::ToolFormat;
  constexpr std::array kFormats{ToolFormat::json_schema, ToolFormat::openai, ToolFormat::openai_responses,
                                ToolFormat::anthropic,   ToolFormat::gemini, ToolFormat::mcp,
                                ToolFormat::example};
  for (ToolFormat const format : kFormats) {
    for (bool const strict : {false, true}) {
      for (bool const composio : {false, true}) print(tool, {format, strict, composio});
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::ifstream file{argv[i]};
    std::string const text{std::istreambuf_iterator<char>{file}, {}};
    if (file.bad() || text.empty()) {
      std::cerr << "cannot read " << argv[i] << '\n';
      return 1;
    }
    auto const catalogue = protocol::is_json(text) ? protocol::find_member(text, "tools") : std::nullopt;
    if (catalogue) {
      auto const listed = protocol::elements_of(*catalogue);
      for (std::string_view const tool : listed.value()) print_all(read_tool(tool));
      continue;
    }
    for (std::size_t at = 0; at < text.size();) {
      std::size_t const end = std::min(text.find('\n', at), text.size());
      std::string_view const line = std::string_view{text}.substr(at, end - at);
      if (protocol::is_json(line)) {
        print_all(read_tool(line));
      } else if (!line.empty()) {
        std::cerr << "not JSON: " << line.substr(0, 100) << '\n';
        return 1;
      }
      at = end + 1;
    }
  }
  return 0;
}
