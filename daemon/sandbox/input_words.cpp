#include "daemon/sandbox/input_words.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "daemon/sandbox/json_value.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::ordered_json;

std::string type_of(nlohmann::json const& property) {
  auto const type = find_text(property, "type");
  if (type) return *type;
  auto const* choices = find_node(property, "anyOf");
  if (choices != nullptr && choices->is_array()) {
    for (auto const& each : *choices) {
      if (auto const inner = find_text(each, "type").value_or("null"); inner != "null") return inner;
    }
  }
  return "string";
}

/// The text as the schema wants it; nothing where it is not that.
std::optional<Json> typed(std::string_view type, std::string const& text) {
  if (type == "string") return Json(text);
  if (type == "array") {
    Json list = Json::array();
    for (auto const& each : split(text, '|')) list.push_back(trim(each));
    return list;
  }
  auto const value = Json::parse(text, nullptr, false);
  bool const fits = (type == "integer" && value.is_number_integer()) ||
                    (type == "number" && value.is_number()) || (type == "boolean" && value.is_boolean()) ||
                    (type == "object" && value.is_object());
  return fits ? std::optional{value} : std::nullopt;
}

/// Whether it can stand in a pattern as it is.
bool is_word(std::string_view name) {
  return std::ranges::all_of(name,
                             [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; });
}

/// What follows `name:` or `name=`: a text in quotes, else what comes before the next comma, semicolon or end
/// of line.
std::optional<std::string> find_value(std::string const& text, std::string const& name) {
  std::string const words = std::regex_replace(name, std::regex{"[_-]"}, "[ _-]");
  std::regex const pair{R"((?:^|[^\w]))" + words + R"re(\s*[:=]\s*(?:"([^"]*)"|([^,;\n]+)))re",
                        std::regex::icase};
  std::smatch match;
  if (!std::regex_search(text, match, pair)) return std::nullopt;
  return match[1].matched ? match[1].str() : std::string{trim(match[2].str())};
}

bool asks_for_address(std::string_view name) {
  return name == "to" || name.find("email") != std::string_view::npos ||
         name.find("recipient") != std::string_view::npos;
}

void add_address(nlohmann::json const& properties, std::string const& text, Json& arguments) {
  std::regex const address{R"([\w.+-]+@[\w-]+(?:\.[\w-]+)+)"};
  std::smatch match;
  if (!std::regex_search(text, match, address)) return;
  for (auto const& [name, property] : properties.items()) {
    if (!asks_for_address(name) || type_of(property) != "string") continue;
    if (!arguments.contains(name)) arguments[name] = match[0].str();
    return;
  }
}

}  // namespace

Json find_arguments(nlohmann::json const& schema, std::string_view text) {
  Json arguments = Json::object();
  auto const* properties = find_node(schema, "properties");
  constexpr std::size_t kMostText = 4096;  // regular expressions go deep
  std::string const words{text.substr(0, kMostText)};
  if (properties == nullptr || !properties->is_object()) return arguments;
  for (auto const& [name, property] : properties->items()) {
    if (!is_word(name)) continue;
    auto const value = find_value(words, name);
    if (!value) continue;
    if (auto fitting = typed(type_of(property), *value)) arguments[name] = *std::move(fitting);
  }
  add_address(*properties, words, arguments);
  return arguments;
}

}  // namespace agenta::daemon::sandbox
