#include <algorithm>
#include <functional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "shared/schema/definition_parts.hpp"

namespace agenta::schema {
namespace {

/// Schemas with more in one `allOf` are made to take long.
constexpr std::size_t kMostFolded = 200;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

Value list_of_names(std::vector<std::string> names) {
  Value::Array list;
  for (std::string& name : names) list.emplace_back(std::move(name));
  return list;
}

/// Each of these narrows `first` to what `second` takes too; false where nothing would be left, or where it
/// cannot be said: then `first` stays.
bool merge_types(Value& first, Value const& second) {
  auto const names = [](Value const& type) {
    return type.text() != nullptr ? std::vector<std::string>{*type.text()} : names_in(&type);
  };
  auto const theirs = names(second);
  auto const has = [&](std::string_view type) { return std::ranges::find(theirs, type) != theirs.end(); };
  std::vector<std::string> both;
  for (std::string const& each : names(first)) {
    if (has(each) || (each == "integer" && has("number"))) {
      both.push_back(each);
    } else if (each == "number" && has("integer")) {
      both.emplace_back("integer");
    }
  }
  if (both.empty()) return false;
  first = both.size() == 1 ? Value{std::move(both.front())} : list_of_names(std::move(both));
  return true;
}

bool merge_members(Value::Object& first, Value::Object second,
                   std::function<bool(std::string_view, Value&, Value)> const& merge) {
  constexpr std::size_t kFew = 16;  // so many are looked for faster one by one
  std::size_t const own = first.size();
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t i = 0; second.size() > kFew && i < own; ++i) places.emplace(first[i].name, i);
  auto const place_of = [&](std::string const& name) {
    if (second.size() > kFew) {
      auto const found = places.find(name);
      return found == places.end() ? own : found->second;
    }
    auto const end = first.begin() + static_cast<std::ptrdiff_t>(own);
    return static_cast<std::size_t>(std::ranges::find(first.begin(), end, name, &Member::name) -
                                    first.begin());
  };
  bool exact = true;
  for (Member& each : second) {
    std::size_t const place = place_of(each.name);
    if (place == own) {
      first.push_back(std::move(each));
    } else {
      exact = merge(each.name, first[place].value, std::move(each.value)) && exact;
    }
  }
  return exact;
}

bool merge_properties(Value& first, Value second) {
  if (first.object() == nullptr || second.object() == nullptr) return true;
  auto const merge = [](std::string_view, Value& ours, Value theirs) {
    return merge_into(ours, std::move(theirs));
  };
  return merge_members(*first.object(), std::move(*second.object()), merge);
}

void merge_names(Value& first, Value const& second) {
  std::vector<std::string> names = names_in(&first);
  std::unordered_set<std::string> seen{names.begin(), names.end()};
  for (std::string& each : names_in(&second)) {
    if (seen.insert(each).second) names.push_back(std::move(each));
  }
  first = list_of_names(std::move(names));
}

bool merge_enums(Value& first, Value const& second) {
  if (first.array() == nullptr || second.array() == nullptr) return true;
  std::unordered_set<std::string> theirs;
  for (Value const& each : *second.array()) theirs.insert(write_value(each));
  Value::Array both;
  for (Value const& each : *first.array()) {
    if (theirs.contains(write_value(each))) both.push_back(each);
  }
  if (both.empty()) return false;
  first = std::move(both);
  return true;
}

void take_greater(Value& first, Value second, bool greater) {
  auto const one = first.find_double();
  auto const other = second.find_double();
  if (other && (!one || (greater ? *other > *one : *other < *one))) first = std::move(second);
}

/// `additionalProperties`, `items` and their like.
bool merge_single(Value& first, Value second) {
  if (first.is(false) || second.is(true)) return true;
  if (second.is(false) || first.is(true)) {
    first = std::move(second);
    return true;
  }
  return merge_into(first, std::move(second));
}

bool merge_keyword(std::string_view keyword, Value& first, Value second) {
  if (first == second) return true;
  if (keyword == "type") return merge_types(first, second);
  if (keyword == "properties") return merge_properties(first, std::move(second));
  if (keyword == "enum") return merge_enums(first, second);
  if (is_one_of(keyword, {"additionalProperties", "items"})) return merge_single(first, std::move(second));
  if (is_one_of(keyword, {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})) {
    take_greater(first, std::move(second), true);
  } else if (is_one_of(keyword, {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})) {
    take_greater(first, std::move(second), false);
  } else if (keyword == "required") {
    merge_names(first, second);
  } else if (keyword == "uniqueItems") {
    first = first.is(true) || second.is(true);
  } else if (keyword == "nullable") {
    first = false;
  } else if (keyword == "allOf" && first.array() != nullptr && second.array() != nullptr) {
    std::ranges::move(*second.array(), std::back_inserter(*first.array()));
  } else {
    // What is left annotates, and `first` has the word; or it constrains in ways that are not told apart
    // here.
    return !is_one_of(
        keyword, {"anyOf", "oneOf", "not", "if", "then", "else", "const", "pattern", "multipleOf", "$ref",
                  "patternProperties", "propertyNames", "contains", "prefixItems", "dependentSchemas"});
  }
  return true;
}

/// The only properties that `schema` takes; nothing where it takes others.
std::optional<std::unordered_set<std::string>> find_closed_set(Value const& schema) {
  Value const* const additional = schema.find("additionalProperties");
  if (additional == nullptr || !additional->is(false) || schema.has("patternProperties")) return std::nullopt;
  std::unordered_set<std::string> names;
  Value const* const properties = schema.find("properties");
  if (properties == nullptr || properties->object() == nullptr) return names;
  for (Member const& each : *properties->object()) names.insert(each.name);
  return names;
}

/// A closed object takes no properties but its own: what only the other one has can never be given.
bool close(Value& merged, std::optional<std::unordered_set<std::string>> const& own) {
  if (!own) return true;
  for (std::string const& name : names_in(merged.find("required"))) {
    if (!own->contains(name)) return false;
  }
  if (Value* const properties = merged.find("properties");
      properties != nullptr && properties->object() != nullptr)
    std::erase_if(*properties->object(), [&](Member const& each) { return !own->contains(each.name); });
  return true;
}

bool is_nullable(Value const& schema) {
  Value const* const nullable = schema.find("nullable");
  return nullable != nullptr && nullable->is(true);
}

}  // namespace

bool merge_into(Value& first, Value second) {
  if (first.is(false) || second.is(false)) return false;
  if (second.object() == nullptr) return true;
  if (first.object() == nullptr) {
    first = std::move(second);
    return true;
  }
  auto const ours = find_closed_set(first);
  auto const theirs = find_closed_set(second);
  // `nullable` widens its own `type`, and not that of the other.
  bool const narrowed =
      first.has("type") && second.has("type") && (!is_nullable(first) || !is_nullable(second));
  bool exact = merge_members(*first.object(), std::move(*second.object()), merge_keyword);
  if (narrowed) first.erase("nullable");
  exact = close(first, ours) && exact;
  return close(first, theirs) && exact;
}

bool fold_all_of(Value& schema) {
  bool exact = true;
  for (std::size_t folded = 0; Value* const list = schema.find("allOf");) {
    Value::Array branches = list->array() != nullptr ? std::move(*list->array()) : Value::Array{};
    schema.erase("allOf");
    for (Value& each : branches) {
      exact = ++folded <= kMostFolded && merge_into(schema, std::move(each)) && exact;
    }
  }
  return exact;
}

void add_missing(Value& schema, Value second) {
  if (second.object() == nullptr || schema.object() == nullptr) return;
  auto const first_counts = [](std::string_view, Value&, Value const&) { return true; };
  merge_members(*schema.object(), std::move(*second.object()), first_counts);
}

}  // namespace agenta::schema
