#include "cli/command/sample_call.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/command/schema_reader.hpp"
#include "cli/terminal/sanitize.hpp"
#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

constexpr int kDeepest = 5;                 // of objects in objects
constexpr std::size_t kLongestValue = 200;  // of an example that is worth a line
constexpr std::size_t kMostItems = 8;

/// What can be typed as it is seen: nothing that a terminal would obey, not even a line end.
bool is_typeable(std::string_view json) {
  std::string const text = protocol::read_string(json).value_or(std::string{json});
  return json.size() <= kLongestValue && visible(text) == text;
}

/// The types that the schema names; empty where it names none.
std::vector<std::string> types_of(SchemaReader& reader, SchemaNode const& node) {
  auto const type = node.find("type");
  if (type && type->starts_with('[')) return reader.words_of(type);
  std::string name = node.text("type");
  return name.empty() ? std::vector<std::string>{} : std::vector{std::move(name)};
}

/// Schemas have examples of other types than they ask for.
bool is_of(std::string_view json, std::vector<std::string> const& types) {
  char const first = json.empty() ? '\0' : json.front();
  auto const fits = [&](std::string_view type) {
    if (type == "string") return first == '"';
    if (type == "array") return first == '[';
    if (type == "object") return first == '{';
    if (type == "boolean") return first == 't' || first == 'f';
    if (type == "integer") return json.find_first_not_of("-0123456789") == std::string_view::npos;
    if (type == "number") return first == '-' || (first >= '0' && first <= '9');
    return false;
  };
  return types.empty() || std::ranges::any_of(types, fits);
}

/// The value that the schema itself gives.
std::optional<std::string> given_value(SchemaReader& reader, SchemaNode const& node) {
  std::vector<std::string_view> values;
  if (auto const fixed = node.find("const")) values.push_back(*fixed);
  auto const examples = reader.elements_of(node.find("examples"));
  auto const choices = reader.elements_of(node.find("enum"));
  values.insert(values.end(), choices.begin(), choices.end());
  values.insert(values.end(), examples.begin(), examples.end());
  for (char const* keyword : {"example", "default"}) {
    if (auto const value = node.find(keyword)) values.push_back(*value);
  }
  std::erase(values, "null");
  auto const types = types_of(reader, node);
  auto const found = std::ranges::find_if(
      values, [&](std::string_view value) { return is_typeable(value) && is_of(value, types); });
  return found == values.end() ? std::nullopt : std::optional{std::string{*found}};
}

std::size_t read_size(std::optional<std::string_view> json, std::size_t otherwise) {
  std::size_t value = otherwise;
  if (json) std::from_chars(json->data(), json->data() + json->size(), value);
  return value;
}

std::string sample_text(SchemaNode const& node) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kFormats{{
      {"date-time", "2026-01-31T12:00:00Z"},
      {"date", "2026-01-31"},
      {"time", "12:00:00Z"},
      {"email", "someone@example.com"},
      {"uri", "https://example.com/"},
      {"url", "https://example.com/"},
      {"uuid", "123e4567-e89b-12d3-a456-426614174000"},
      {"ipv4", "192.0.2.1"},
      {"hostname", "example.com"},
  }};
  std::string const format = node.text("format");
  auto const known = std::ranges::find(kFormats, format, &decltype(kFormats)::value_type::first);
  if (known != kFormats.end()) return std::string{known->second};
  std::string text = "text";
  text.resize(std::max(text.size(), std::min(read_size(node.find("minLength"), 0), kLongestValue)), 't');
  return text.substr(0, read_size(node.find("maxLength"), text.size()));
}

std::optional<double> read_number(std::optional<std::string_view> json) {
  double value = 0;
  if (!json) return std::nullopt;
  auto const [end, error] = std::from_chars(json->data(), json->data() + json->size(), value);
  if (error != std::errc{} || end != json->data() + json->size()) return std::nullopt;
  return value;
}

/// A whole number in the range, where there is one.
std::string sample_number(SchemaNode const& node) {
  double value = 1;
  if (auto const least = read_number(node.find("minimum"))) {
    value = std::max(value, std::ceil(*least) + (node.find("exclusiveMinimum") == "true" ? 1 : 0));
  }
  if (auto const above = read_number(node.find("exclusiveMinimum"))) {
    value = std::max(value, std::floor(*above) + 1);
  }
  for (char const* keyword : {"maximum", "exclusiveMaximum"}) {
    if (auto const most = read_number(node.find(keyword))) value = std::min(value, std::floor(*most));
  }
  constexpr double kLargest = 9e15;
  return std::to_string(static_cast<long long>(std::clamp(value, -kLargest, kLargest)));
}

std::string sample(SchemaReader& reader, std::string_view schema, int depth);

std::string sample_object(SchemaReader& reader, SchemaNode const& node, int depth) {
  std::string members;
  for (SchemaProperty const& each : reader.properties_of(node)) {
    if (!each.is_required || depth > kDeepest || reader.is_spent()) break;
    members.append(members.empty() ? "" : ",").append(protocol::write_string(each.name)).append(":");
    members += sample(reader, each.schema, depth + 1);
  }
  return "{" + members + "}";
}

std::string sample_array(SchemaReader& reader, SchemaNode const& node, int depth) {
  auto const items = node.find("items");
  std::size_t const least = read_size(node.find("minItems"), 0);
  bool const may_have_one = items && read_size(node.find("maxItems"), 1) > 0 && depth <= kDeepest;
  if (!may_have_one) return "[]";
  std::string const one = sample(reader, *items, depth + 1);
  std::string list = one;
  for (std::size_t i = 1; i < std::min(least, kMostItems); ++i) list += "," + one;
  return "[" + list + "]";
}

/// A JSON value that the schema takes.
std::string sample(SchemaReader& reader, std::string_view schema, int depth) {
  SchemaNode const node = reader.read(schema);
  if (auto given = given_value(reader, node)) return *given;
  std::string type;
  for (std::string const& each : types_of(reader, node)) {
    if (type.empty() || type == "null") type = each;
  }
  if (type == "integer" || type == "number") return sample_number(node);
  if (type == "boolean") return "true";
  if (type == "array") return sample_array(reader, node, depth);
  if (type == "object" || (type.empty() && node.find("properties")))
    return sample_object(reader, node, depth);
  if (type == "null") return "null";
  if (type.empty() && !node.alternatives.empty() && depth <= kDeepest) {
    return sample(reader, node.alternatives.front(), depth + 1);
  }
  return protocol::write_string(sample_text(node));
}

/// A name as the command line takes it: what would be read as something else goes behind a backslash.
std::string escaped_name(std::string_view name) {
  std::string out;
  for (char const c : name) {
    if (std::string_view{"\\.=:"}.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string argument_of(std::string_view name, std::string const& json) {
  auto const text = protocol::read_string(json);
  if (!text) return escaped_name(name) + ":=" + json;
  return escaped_name(name) + "=" + (text->starts_with('@') ? "@" : "") + *text;
}

}  // namespace

std::vector<std::string> sample_call(Tool const& tool) {
  std::vector<std::string> words{"agenta-tools", "execute", tool.slug.text};
  SchemaReader reader{tool.input_schema.text};
  SchemaNode const root = reader.read(reader.root());
  std::vector<std::string> arguments;
  for (SchemaProperty const& each : reader.properties_of(root)) {
    if (!each.is_required || reader.is_spent()) break;
    arguments.push_back(argument_of(each.name, sample(reader, each.schema, 0)));
  }
  bool const has_dash =
      std::ranges::any_of(arguments, [](std::string const& each) { return each.starts_with('-'); });
  if (has_dash) words.emplace_back("--");
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

}  // namespace agenta::cli
