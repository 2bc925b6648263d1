#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "shared/schema/json_value.hpp"

/// Moving about in a schema that is to be rewritten. Private to `shared/schema`.
namespace agenta::schema {

/// How a keyword's value holds schemas.
enum class Holds { nothing, one, many, named };
Holds holds_schemas(std::string_view keyword);
/// Whether that may be a list: `items` is one, or many.
inline bool may_be_list(std::string_view keyword) {
  return keyword == "items" || holds_schemas(keyword) == Holds::many;
}

/// Calls `visit(child, keyword, name)` for each schema directly within `schema`, whether or not it is one
/// that can be read; `name` is its name in `properties` and their like, else empty. Literal values (`enum`,
/// `default`, …) are no schemas.
template <class AnyValue, class Visit>
void each_subschema(AnyValue& schema, Visit const& visit) {
  auto* const members = schema.object();
  if (members == nullptr) return;
  for (auto& [keyword, value] : *members) {
    Holds const holds = holds_schemas(keyword);
    if (holds == Holds::nothing) continue;
    if (auto* const elements = value.array(); elements != nullptr && may_be_list(keyword)) {
      for (auto& each : *elements) visit(each, keyword, std::string_view{});
    } else if (auto* const named = value.object(); named != nullptr && holds == Holds::named) {
      for (auto& [name, each] : *named) {
        bool const names_of_members = keyword == "dependencies" && each.array() != nullptr;
        if (!names_of_members) visit(each, keyword, std::string_view{name});
      }
    } else if (holds == Holds::one) {
      visit(value, keyword, std::string_view{});
    }
  }
}

/// A place in a schema, as a chain on the stack, written out only where there is something to say of it. Its
/// parents must outlive it.
class SchemaPath {
 public:
  SchemaPath() = default;
  SchemaPath property(std::string_view name) const { return {this, name, false}; }
  SchemaPath elements() const { return {this, {}, true}; }
  /// Through the keyword: of `anyOf` and its like, the place itself.
  SchemaPath step(std::string_view keyword, std::string_view name) const;
  /// `filter.labels[]`; the root is `the object of arguments`.
  std::string text() const;

 private:
  SchemaPath(SchemaPath const* parent, std::string_view name, bool elements)
      : parent_(parent), name_(name), elements_(elements) {}
  SchemaPath const* parent_ = nullptr;
  std::string_view name_{};
  bool elements_ = false;
};

/// What was lost or changed on the way: one sentence a kind, with the first places it is true of.
class Notes {
 public:
  void say(std::string sentence);
  /// Says `what` of `where`: "labels, filter.tags[], x and 3 more: uniqueItems is left out".
  void at(std::string_view what, SchemaPath const& where);
  std::vector<std::string> sentences() const;

 private:
  struct Kind {
    std::string what{};
    std::vector<std::string> places{};
    std::size_t more = 0;
  };
  std::vector<Kind> kinds_{};
};

/// The local references of a schema. The schema must outlive it, unchanged.
class References {
 public:
  explicit References(Value const& root) : root_(root) {}
  /// What `#/$defs/page` names; null where it leads nowhere, out of the document, or to no schema.
  Value const* find(std::string_view reference);

 private:
  Value const* resolve(std::string_view reference);
  Value const& root_;
  Index index_{};
  std::unordered_map<std::string, Value const*> found_{};
};

/// The types that `type` names, in their order; empty where it says nothing that can be read.
std::vector<std::string> type_names(Value const& schema);
/// The type of a literal; a number is an `integer` where it is spelled as one.
std::string_view type_of(Value const& value);
/// A list of names, without twins: of `required`.
std::vector<std::string> names_in(Value const* list);

/// Roughly the bytes that a copy takes; counting stops once it is over `limit`.
std::size_t weight_of(Value const& value, std::size_t limit);

}  // namespace agenta::schema
