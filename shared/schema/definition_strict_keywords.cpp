#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "shared/base/text.hpp"
#include "shared/schema/definition_parts.hpp"

namespace agenta::schema {
namespace {

template <std::size_t Size>
bool has_word(std::array<std::string_view, Size> const& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool is_known_format(Value const& format) {
  constexpr std::array<std::string_view, 9> kFormats{"date-time", "date", "time", "duration", "email",
                                                     "hostname",  "ipv4", "ipv6", "uuid"};
  return format.text() != nullptr && has_word(kFormats, *format.text());
}

/// What a strict schema may say; everything else is left out.
bool is_known(std::string_view keyword, Value const& value, StrictDialect dialect) {
  constexpr std::array<std::string_view, 11> kBoth{
      "type", "title", "description", "required", "items",  "additionalProperties",
      "enum", "const", "properties",  "anyOf",    "pattern"};
  constexpr std::array<std::string_view, 7> kOpenai{
      "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems"};
  if (keyword == "format") return is_known_format(value);
  if (dialect == StrictDialect::openai) return has_word(kBoth, keyword) || has_word(kOpenai, keyword);
  // Anthropic counts elements up to one.
  return has_word(kBoth, keyword) || (keyword == "minItems" && value.find_double().value_or(2) <= 1);
}

/// Whether the keyword has a value of its type: what has not says nothing, and may be refused.
bool is_readable(std::string_view keyword, Value const& value) {
  constexpr std::array<std::string_view, 7> kNumbers{
      "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems"};
  constexpr std::array<std::string_view, 3> kTexts{"title", "description", "pattern"};
  if (has_word(kNumbers, keyword)) return value.number() != nullptr;
  return !has_word(kTexts, keyword) || value.text() != nullptr;
}

/// Draft 4's spelling, a flag beside the limit.
void settle_exclusive(Value& schema, std::string_view flag, std::string_view limit) {
  Value const* const value = schema.find(flag);
  if (value == nullptr || value->boolean() == nullptr) return;
  bool const exclusive = value->is(true);
  schema.erase(flag);
  Value* const number = schema.find(limit);
  if (!exclusive || number == nullptr) return;
  Value moved = std::move(*number);
  schema.erase(limit);
  schema.set(flag, std::move(moved));
}

}  // namespace

bool only_constrains(std::string_view keyword) {
  constexpr std::array<std::string_view, 7> kOfNumbersAndTexts{
      "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"};
  constexpr std::array<std::string_view, 8> kOfLists{"minItems",         "maxItems",     "uniqueItems",
                                                     "contains",         "minContains",  "maxContains",
                                                     "unevaluatedItems", "contentSchema"};
  constexpr std::array<std::string_view, 7> kOfObjects{
      "minProperties",     "maxProperties", "propertyNames",        "dependentSchemas",
      "dependentRequired", "dependencies",  "unevaluatedProperties"};
  constexpr std::array<std::string_view, 4> kOfAny{"not", "if", "then", "else"};
  return has_word(kOfNumbersAndTexts, keyword) || has_word(kOfLists, keyword) ||
         has_word(kOfObjects, keyword) || has_word(kOfAny, keyword);
}

void tell_default(Value& schema) {
  constexpr std::size_t kLongestTold = 60;
  Value const* const fallback = schema.find("default");
  if (fallback == nullptr || fallback->is_null() || fallback->is_container()) return;
  std::string const told = write_value(*fallback);
  std::string description{schema.text_of("description")};
  if (told.size() > kLongestTold || told == "\"\"" ||
      to_lower(description).find("default") != std::string::npos)
    return;
  if (!description.empty()) description += description.ends_with('.') ? " " : ". ";
  schema.set("description", description + "Default: " + told + ".");
}

void keep_strict_keywords(Value& schema, StrictDialect dialect, SchemaPath const& path, Notes& notes) {
  tell_default(schema);
  settle_exclusive(schema, "exclusiveMinimum", "minimum");
  settle_exclusive(schema, "exclusiveMaximum", "maximum");
  std::erase_if(*schema.object(), [&](Member const& each) {
    if (!is_readable(each.name, each.value)) return true;
    if (is_known(each.name, each.value, dialect)) return false;
    if (only_constrains(each.name) || each.name == "format")
      notes.at(each.name + " is left out, which strict mode does not know", path);
    return true;
  });
}

}  // namespace agenta::schema
