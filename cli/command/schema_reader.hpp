#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {

/// One place of a JSON Schema, with all that holds there brought together: the schema itself, what its `$ref`
/// names, the parts of its `allOf`, and the one alternative that is not null.
struct SchemaNode {
  std::vector<std::vector<protocol::JsonMember>> parts{};
  std::vector<std::string> references{};  ///< followed to get here: a circle shows by them
  std::vector<std::string_view>
      alternatives{};  ///< of `anyOf` or `oneOf`, without null, where there are several
  bool takes_null = false;
  std::string unresolved{};  ///< a `$ref` that leads nowhere, or elsewhere

  /// The keyword's value, from the first part that has it.
  std::optional<std::string_view> find(std::string_view keyword) const;
  /// A keyword's text; empty where it is missing or none.
  std::string text(std::string_view keyword) const;
};

/// A property of an object schema.
struct SchemaProperty {
  std::string name{};
  std::string_view schema{};
  bool is_required = false;
};

/// Reads a schema place by place without building it, and stops reading when it has read a budget of bytes: a
/// schema may be large, and one that refers to itself is endless. The schema, which must be JSON, outlives
/// it.
class SchemaReader {
 public:
  explicit SchemaReader(std::string_view root);

  std::string_view root() const { return root_; }
  SchemaNode read(std::string_view schema);
  /// The properties of an object, the required ones first, each name once.
  std::vector<SchemaProperty> properties_of(SchemaNode const& node);
  /// The elements of an array, none for anything else.
  std::vector<std::string_view> elements_of(std::optional<std::string_view> array);
  /// The texts among an array's elements, and others as their JSON.
  std::vector<std::string> words_of(std::optional<std::string_view> array);
  /// Whether so much was read that it should come to an end: what is read from now on is empty.
  bool is_spent() const { return left_ == 0; }

 private:
  void gather(std::string_view schema, SchemaNode& node, int depth);
  void gather_alternatives(std::string_view keyword_value, SchemaNode& node, int depth);
  std::optional<std::string_view> find_reference(std::string const& reference);
  bool spend(std::size_t bytes);

  std::string_view root_;
  std::size_t left_;
  std::map<std::string, std::optional<std::string_view>> references_{};
};

}  // namespace agenta::cli
