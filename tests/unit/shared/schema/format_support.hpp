#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "shared/schema/tool_format.hpp"

/// What the tests of tool formats share.
namespace agenta::schema::test {

using Json = nlohmann::ordered_json;

inline Tool tool_with(std::string schema, std::string slug = "GITHUB_CREATE_AN_ISSUE") {
  Tool tool;
  tool.slug.text = std::move(slug);
  tool.name = "Create an issue";
  tool.description = "Opens an issue.";
  tool.input_schema.text = std::move(schema);
  return tool;
}

/// A schema of one optional argument, `x`.
inline std::string of_x(std::string const& schema) {
  return R"({"type":"object","properties":{"x":)" + schema + "}}";
}

inline ToolDefinition define(std::string const& schema, FormatOptions const& options) {
  return define_tool(tool_with(schema), options);
}
inline ToolDefinition strict(std::string const& schema, ToolFormat format = ToolFormat::openai) {
  return define(schema, {format, true, false});
}

/// The schema in a definition of any format.
inline Json parameters_of(ToolDefinition const& definition) {
  Json const whole = Json::parse(definition.definition.text);
  if (whole.contains("function")) return whole["function"].value("parameters", Json());
  for (char const* const name : {"parameters", "input_schema", "inputSchema"}) {
    if (whole.contains(name)) return whole[name];
  }
  return whole;
}

/// What becomes of the schema of the argument `x`.
inline std::string x_of(ToolDefinition const& definition) {
  return parameters_of(definition)["properties"]["x"].dump();
}
inline std::string strict_x(std::string const& schema) { return x_of(strict(of_x(schema))); }
inline std::string gemini_x(std::string const& schema) {
  return x_of(define(of_x(schema), {ToolFormat::gemini, false, false}));
}

/// The tools of the sandbox's catalogue.
inline std::vector<Tool> sandbox_tools() {
  std::vector<Tool> tools;
  for (auto const& entry :
       std::filesystem::directory_iterator(AGENTA_TEST_DATA "/../daemon/sandbox/catalogue")) {
    std::ifstream file{entry.path()};
    Json const catalogue = Json::parse(file);
    for (Json const& each : catalogue["tools"]) {
      tools.push_back(tool_with(each["input"].dump(), each["slug"]));
      tools.back().tags = each["tags"].get<std::vector<std::string>>();
    }
  }
  return tools;
}

}  // namespace agenta::schema::test
