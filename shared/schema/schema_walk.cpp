#include "shared/schema/schema_walk.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "shared/base/text.hpp"
#include "shared/schema/document.hpp"

namespace agenta::schema {

Holds holds_schemas(std::string_view keyword) {
  constexpr std::array<std::pair<std::string_view, Holds>, 22> kKeywords{
      {{"properties", Holds::named},
       {"items", Holds::one},
       {"anyOf", Holds::many},
       {"allOf", Holds::many},
       {"oneOf", Holds::many},
       {"additionalProperties", Holds::one},
       {"$defs", Holds::named},
       {"definitions", Holds::named},
       {"patternProperties", Holds::named},
       {"prefixItems", Holds::many},
       {"additionalItems", Holds::one},
       {"not", Holds::one},
       {"if", Holds::one},
       {"then", Holds::one},
       {"else", Holds::one},
       {"contains", Holds::one},
       {"contentSchema", Holds::one},
       {"propertyNames", Holds::one},
       {"dependentSchemas", Holds::named},
       {"dependencies", Holds::named},
       {"unevaluatedItems", Holds::one},
       {"unevaluatedProperties", Holds::one}}};
  auto const found = std::ranges::find(kKeywords, keyword, &std::pair<std::string_view, Holds>::first);
  return found == kKeywords.end() ? Holds::nothing : found->second;
}

SchemaPath SchemaPath::step(std::string_view keyword, std::string_view name) const {
  if (keyword == "properties") return property(name);
  if (keyword == "items" || keyword == "prefixItems" || keyword == "additionalItems") return elements();
  if (keyword == "additionalProperties") return property("*");
  return *this;
}

std::string SchemaPath::text() const {
  if (parent_ == nullptr) return "the object of arguments";
  std::string const above = parent_->parent_ == nullptr ? "" : parent_->text();
  if (elements_) return above + "[]";
  return above.empty() ? std::string{name_} : above + "." + std::string{name_};
}

void Notes::say(std::string sentence) {
  if (std::ranges::find(kinds_, sentence, &Kind::what) != kinds_.end()) return;
  Kind kind;
  kind.what = std::move(sentence);
  kinds_.push_back(std::move(kind));
}

void Notes::at(std::string_view what, SchemaPath const& where) {
  constexpr std::size_t kMostPlaces = 3;
  constexpr std::size_t kLongestPlace = 80;
  say(std::string{what});
  Kind& kind = *std::ranges::find(kinds_, what, &Kind::what);
  if (kind.places.size() == kMostPlaces) {
    ++kind.more;
    return;
  }
  std::string place = cut(where.text(), kLongestPlace);
  if (std::ranges::find(kind.places, place) == kind.places.end()) kind.places.push_back(std::move(place));
}

std::vector<std::string> Notes::sentences() const {
  std::vector<std::string> out;
  for (Kind const& kind : kinds_) {
    std::string sentence = join(kind.places, ", ");
    if (kind.more > 0) sentence += " and " + std::to_string(kind.more) + " more";
    out.push_back((sentence.empty() ? "" : sentence + ": ") + kind.what);
  }
  return out;
}

Value const* References::find(std::string_view reference) {
  auto const [found, is_new] = found_.try_emplace(std::string{reference}, nullptr);
  if (is_new) found->second = resolve(reference);
  return found->second;
}

Value const* References::resolve(std::string_view reference) {
  if (!reference.starts_with('#')) return nullptr;
  auto const pointer = percent_decode(reference.substr(1));
  if (!pointer || (!pointer->empty() && pointer->front() != '/')) return nullptr;
  Value const* at = &root_;
  auto const tokens = split(*pointer, '/');
  for (std::size_t i = 1; i < tokens.size() && at != nullptr; ++i) {
    std::string const token = replace_all(replace_all(tokens[i], "~1", "/"), "~0", "~");
    if (auto const* const elements = at->array()) {
      constexpr std::size_t kMostDigits = 7;
      bool const digits = !token.empty() && token.size() <= kMostDigits &&
                          token.find_first_not_of("0123456789") == std::string::npos;
      std::size_t const index = digits ? std::stoul(token) : elements->size();
      at = index < elements->size() ? &(*elements)[index] : nullptr;
    } else {
      at = index_.find(*at, token);
    }
  }
  bool const is_schema = at != nullptr && (at->object() != nullptr || at->boolean() != nullptr);
  return is_schema ? at : nullptr;
}

std::vector<std::string> type_names(Value const& schema) {
  Value const* const type = schema.find("type");
  if (type == nullptr) return {};
  if (type->text() != nullptr) return {*type->text()};
  return names_in(type);
}

std::string_view type_of(Value const& value) {
  if (value.is_null()) return "null";
  if (value.boolean() != nullptr) return "boolean";
  if (value.text() != nullptr) return "string";
  if (value.array() != nullptr) return "array";
  if (value.object() != nullptr) return "object";
  std::string const& spelling = value.number()->spelling;
  return spelling.find_first_of(".eE") == std::string::npos ? "integer" : "number";
}

std::vector<std::string> names_in(Value const* list) {
  std::vector<std::string> names;
  if (list == nullptr || list->array() == nullptr) return names;
  std::unordered_set<std::string_view> seen;
  for (Value const& each : *list->array()) {
    if (each.text() != nullptr && seen.insert(*each.text()).second) names.push_back(*each.text());
  }
  return names;
}

std::size_t weight_of(Value const& value, std::size_t limit) {
  constexpr std::size_t kEach = 16;
  std::size_t weight = kEach;
  if (auto const* const text = value.text()) weight += text->size();
  if (auto const* const elements = value.array()) {
    for (Value const& each : *elements) {
      if (weight > limit) break;
      weight += weight_of(each, limit - weight);
    }
  }
  if (auto const* const members = value.object()) {
    for (auto const& [name, each] : *members) {
      weight += name.size();
      if (weight > limit) break;
      weight += weight_of(each, limit - weight);
    }
  }
  return weight;
}

}  // namespace agenta::schema
