#include "cli/command/lint_schema.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <optional>

#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using protocol::JsonMember;

/// Places of one kind of fault: the first are named, the rest counted.
class Places {
 public:
  void add(std::string place) {
    if (named_.size() < kNamed) named_.push_back(std::move(place));
    ++count_;
  }
  bool empty() const { return count_ == 0; }
  std::string text() const {
    std::string text;
    for (std::string const& each : named_) text.append(text.empty() ? "" : ", ").append(each);
    return count_ > named_.size() ? text + " and " + std::to_string(count_ - named_.size()) + " more" : text;
  }

 private:
  static constexpr std::size_t kNamed = 3;
  std::vector<std::string> named_{};
  std::size_t count_ = 0;
};

// What Gemini's subset of OpenAPI 3.0 has no word for.
constexpr std::array<std::string_view, 12> kNotGemini{
    "$ref", "additionalProperties", "oneOf",         "allOf",       "const",    "not",
    "if",   "patternProperties",    "propertyNames", "prefixItems", "contains", "uniqueItems"};
// What OpenAI's strict mode does not take.
constexpr std::array<std::string_view, 18> kNotStrict{"allOf",
                                                      "oneOf",
                                                      "not",
                                                      "if",
                                                      "dependentRequired",
                                                      "dependentSchemas",
                                                      "patternProperties",
                                                      "propertyNames",
                                                      "prefixItems",
                                                      "contains",
                                                      "unevaluatedProperties",
                                                      "unevaluatedItems",
                                                      "minProperties",
                                                      "maxProperties",
                                                      "uniqueItems",
                                                      "contentEncoding",
                                                      "$anchor",
                                                      "$dynamicRef"};

// Where further schemas stand: under a name, by name, or in an array.
constexpr std::array<std::string_view, 10> kOneSchema{"items",
                                                      "additionalProperties",
                                                      "not",
                                                      "if",
                                                      "then",
                                                      "else",
                                                      "contains",
                                                      "propertyNames",
                                                      "unevaluatedItems",
                                                      "unevaluatedProperties"};
constexpr std::array<std::string_view, 5> kNamedSchemas{"properties", "patternProperties", "$defs",
                                                        "definitions", "dependentSchemas"};
constexpr std::array<std::string_view, 4> kListedSchemas{"anyOf", "oneOf", "allOf", "prefixItems"};

bool has(auto const& words, std::string_view word) { return std::ranges::find(words, word) != words.end(); }

std::vector<JsonMember> members(std::string_view json) {
  return protocol::members_of(json).value_or(std::vector<JsonMember>{});
}

/// Sees every schema in a schema, with where it stands.
void walk(std::string_view schema, std::string const& place, int depth,
          std::function<void(std::vector<JsonMember> const&, std::string const&)> const& see) {
  constexpr int kDeepest = 64;
  if (depth > kDeepest) return;
  auto const own = members(schema);
  see(own, place);
  for (JsonMember const& member : own) {
    std::string const at = place + "/" + member.name;
    if (has(kOneSchema, member.name)) walk(member.value, at, depth + 1, see);
    if (has(kNamedSchemas, member.name)) {
      for (JsonMember const& each : members(member.value))
        walk(each.value, at + "/" + each.name, depth + 1, see);
    }
    if (has(kListedSchemas, member.name)) {
      auto const elements = protocol::elements_of(member.value).value_or(std::vector<std::string_view>{});
      for (std::size_t i = 0; i < elements.size(); ++i)
        walk(elements[i], at + "/" + std::to_string(i), depth + 1, see);
    }
  }
}

bool is_word(char c, std::string_view others) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || others.find(c) != std::string_view::npos;
}

/// Whether a model of the maker takes an argument of this name.
bool takes_name(std::string_view name, ModelRules model) {
  constexpr std::size_t kLongest = 64;
  if (model != ModelRules::anthropic && model != ModelRules::gemini) return true;
  if (name.empty() || name.size() > kLongest) return false;
  std::string_view const others = model == ModelRules::anthropic ? "_.-" : "_";
  bool const begins_well =
      model == ModelRules::anthropic || std::isdigit(static_cast<unsigned char>(name[0])) == 0;
  return begins_well && std::ranges::all_of(name, [&](char c) { return is_word(c, others); });
}

std::string_view maker_of(ModelRules model) {
  switch (model) {
    case ModelRules::openai: return "OpenAI";
    case ModelRules::anthropic: return "Anthropic";
    case ModelRules::gemini: return "Gemini";
    case ModelRules::none: break;
  }
  return "";
}

Finding finding(std::string rule, Severity severity, std::string message) {
  Finding made;
  made.rule = std::move(rule);
  made.severity = severity;
  made.message = std::move(message);
  return made;
}

std::optional<Finding> lint_root(std::string_view schema, ModelRules model) {
  if (protocol::find_member(schema, "type").value_or("") != "\"object\"") {
    return finding("schema-root", Severity::error,
                   "its arguments are no object: the schema's type is to be \"object\"");
  }
  if (model != ModelRules::openai && model != ModelRules::anthropic) return std::nullopt;
  for (std::string_view const word : {"anyOf", "oneOf", "allOf"}) {
    if (!protocol::find_member(schema, word)) continue;
    return finding(
        "schema-root", Severity::error,
        std::string{maker_of(model)} + " takes no " + std::string{word} + " at the top of a schema");
  }
  return std::nullopt;
}

}  // namespace

std::vector<Finding> lint_schema(std::string_view schema, ModelRules model) {
  std::vector<Finding> found;
  if (auto root = lint_root(schema, model)) found.push_back(std::move(*root));
  if (model == ModelRules::none) return found;
  Places names;
  Places keywords;
  Places types;
  walk(schema, "", 0, [&](std::vector<JsonMember> const& own, std::string const& place) {
    for (JsonMember const& member : own) {
      bool const is_refused = model == ModelRules::gemini   ? has(kNotGemini, member.name)
                              : model == ModelRules::openai ? has(kNotStrict, member.name)
                                                            : false;
      if (is_refused) keywords.add(place + "/" + member.name);
      if (model == ModelRules::gemini && member.name == "type" && member.value.starts_with('['))
        types.add(place + "/type");
      if (member.name != "properties") continue;
      for (JsonMember const& each : members(member.value)) {
        if (!takes_name(each.name, model)) names.add(place + "/properties/" + each.name);
      }
    }
  });
  std::string const maker{maker_of(model)};
  if (!names.empty()) {
    found.push_back(
        finding("argument-name", Severity::error, maker + " refuses the names of arguments " + names.text()));
  }
  if (!keywords.empty()) {
    std::string const what = model == ModelRules::gemini ? "Gemini's schemas have no word for "
                                                         : "OpenAI cannot take it as strict for ";
    found.push_back(finding("schema-keyword", Severity::warning, what + keywords.text()));
  }
  if (!types.empty()) {
    found.push_back(
        finding("schema-types", Severity::warning, "Gemini takes one type in a place: " + types.text()));
  }
  return found;
}

}  // namespace agenta::cli
