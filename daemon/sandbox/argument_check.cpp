#include "daemon/sandbox/argument_check.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <vector>

#include "daemon/sandbox/json_value.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::json;

bool has_type(Json const& value, std::string const& type) {
  if (type == "string") return value.is_string();
  if (type == "integer") {
    return value.is_number_integer() ||
           (value.is_number_float() && value.get<double>() == std::floor(value.get<double>()));
  }
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  return true;
}

std::size_t code_points(std::string const& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

/// What is wrong with one value, or an empty text.
std::string fault_of(Json const& schema, Json const& value) {
  if (value.is_null()) {
    bool const null_by_default =
        schema.is_object() && schema.contains("default") && schema["default"].is_null();
    return find_flag(schema, "nullable").value_or(false) || null_by_default ? "" : "Input should not be null";
  }
  if (auto const type = find_text(schema, "type"); type && !has_type(value, *type)) {
    return "Input should be a valid " + *type;
  }
  if (auto const* allowed = find_node(schema, "enum");
      allowed != nullptr && std::ranges::find(*allowed, value) == allowed->end()) {
    std::vector<std::string> names;
    for (auto const& entry : *allowed) names.push_back(to_text(entry));
    return "Input should be one of " + join(names, ", ");
  }
  if (value.is_string()) {
    auto const shortest = find_integer(schema, "minLength");
    if (shortest && code_points(value.get_ref<std::string const&>()) <
                        static_cast<std::size_t>(std::max<std::int64_t>(*shortest, 0))) {
      return "String should have at least " + std::to_string(*shortest) + " character" +
             (*shortest == 1 ? "" : "s");
    }
  }
  if (value.is_number()) {
    double const number = value.get<double>();
    auto const lowest = find_integer(schema, "minimum");
    auto const highest = find_integer(schema, "maximum");
    if (lowest && number < static_cast<double>(*lowest))
      return "Input should be greater than or equal to " + std::to_string(*lowest);
    if (highest && number > static_cast<double>(*highest))
      return "Input should be less than or equal to " + std::to_string(*highest);
  }
  if (auto const* items = find_node(schema, "items"); items != nullptr && value.is_array()) {
    for (auto const& item : value) {
      if (auto fault = fault_of(*items, item); !fault.empty()) return fault;
    }
  }
  return "";
}

std::vector<std::string> missing_names(Json const& schema, Json const& arguments) {
  std::vector<std::string> missing;
  auto const* required = find_node(schema, "required");
  if (required == nullptr) return missing;
  for (auto const& name : *required) {
    if (!name.is_string() || arguments.contains(name.get_ref<std::string const&>())) continue;
    std::string shown = "'" + name.get<std::string>() + "'";
    // Published schemas repeat names.
    if (std::ranges::find(missing, shown) == missing.end()) missing.push_back(std::move(shown));
  }
  return missing;
}

std::optional<std::string> complaint_about(Json const& schema, Json const& arguments) {
  std::string text;
  if (auto const missing = missing_names(schema, arguments); !missing.empty()) {
    text += "\n- Following fields are missing: {" + join(missing, ", ") + "}";
  }
  if (auto const* properties = find_node(schema, "properties");
      properties != nullptr && properties->is_object()) {
    for (auto const& [name, value] : arguments.items()) {
      auto const property = properties->find(name);
      if (property == properties->end()) continue;
      if (auto const fault = fault_of(*property, value); !fault.empty())
        text += "\n- " + fault + " on parameter `" + name + "`";
    }
  }
  if (text.empty()) return std::nullopt;
  return "Invalid request data provided" + text;
}

}  // namespace

struct ArgumentCheck::Schemas {
  std::unordered_map<std::string_view, Json> by_tool{};
};

ArgumentCheck::ArgumentCheck() : schemas_(std::make_unique<Schemas>()) {}
ArgumentCheck::~ArgumentCheck() = default;

void ArgumentCheck::forget() { schemas_->by_tool.clear(); }

std::optional<std::string> ArgumentCheck::complaint(Tool const& tool, nlohmann::json const& arguments) {
  auto found = schemas_->by_tool.find(tool.slug);
  if (found == schemas_->by_tool.end()) {
    found =
        schemas_->by_tool.emplace(tool.slug, parse_json(tool.input_schema).value_or(Json::object())).first;
  }
  return complaint_about(found->second, arguments);
}

}  // namespace agenta::daemon::sandbox
