#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "shared/schema/document.hpp"

/// Where in the arguments a problem is, and how its value may be shown. Private to `shared/schema`.
namespace agenta::schema {

inline constexpr std::size_t kLongestShown = 200;

/// A position, as a chain on the stack: written out only where something is wrong. Its parents must outlive
/// it.
class Place {
 public:
  Place() = default;
  /// `node`: what is asked here, or null; it says whether the value is secret. Names of secrets are known
  /// besides.
  Place member(std::string_view name, Node const* node) const;
  Place element(std::size_t index, Node const* node) const;

  bool is_root() const { return parent_ == nullptr; }
  /// Whether this, or anything around it, is a secret.
  bool is_secret() const;
  std::string pointer() const;  ///< RFC 6901
  std::string shown() const;    ///< `labels.0`, as the command line writes it

  int depth = 0;

 private:
  Place const* parent_ = nullptr;
  std::string_view name_{};
  std::size_t index_ = 0;
  bool is_element_ = false;
  Node const* node_ = nullptr;
};

/// A scalar, cut; nothing of a container.
std::optional<Json> shown_value(Json const& value);
/// Its type, for a sentence: never the value.
std::string describe(Json const& value);
/// `"open", "closed", …`.
std::string list_of(std::vector<Json> const& values);

}  // namespace agenta::schema
