#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/json_text.hpp"
#include "shared/domain/error.hpp"

namespace agenta::custom {

/// A place in a text that an argument of the call fills.
struct Place {
  enum class Kind {
    one,       ///< `{name}`: must be there
    optional,  ///< `{name?}`: where it is missing, the whole text is left out
    spread,    ///< `{name...}`: the text once for each element of an array
  };
  std::string name{};
  Kind kind = Kind::one;
  bool operator==(Place const&) const = default;
};

/// A text with places. `{{` and `}}` are braces.
struct Template {
  struct Part {
    std::string literal{};  ///< where `place` is empty
    std::optional<Place> place{};
    bool operator==(Part const&) const = default;
  };
  std::vector<Part> parts{};
  bool operator==(Template const&) const = default;

  /// Whether it has no places; its text then.
  std::optional<std::string> literal() const;
};

/// `INVALID_REQUEST`, saying what is wrong with the text.
Result<Template> parse_template(std::string_view text);

/// A call's arguments, as texts. Strings are themselves, null is as good as missing, the rest is its JSON.
class Values {
 public:
  /// `arguments`: a JSON object.
  explicit Values(JsonText const& arguments);
  std::optional<std::string> find(std::string const& name) const;
  /// The elements of an array; of anything else itself; none where it is missing.
  std::vector<std::string> list(std::string const& name) const;
  /// The arguments but for these, as a JSON object.
  std::string without(std::set<std::string> const& names) const;
  /// Names and texts of the arguments but for these, an array's elements one by one.
  std::vector<std::pair<std::string, std::string>> fields_without(std::set<std::string> const& names) const;

 private:
  std::map<std::string, std::string> raw_{};  ///< JSON, by name
};

/// The arguments of a command. `INVALID_ARGUMENTS` where one has a NUL, or begins with `-` where the program
/// would take it for an option: at the start of its text, with no `--` before it.
Result<std::vector<std::string>> fill_arguments(std::vector<Template> const& templates, Values const& values);

/// Path and query of a URL: every argument percent-encoded, none of them `.` or `..`, none of them empty.
Result<std::string> fill_path(Template const& path, Values const& values);

/// The values of a query parameter: none, one, or one for each element.
Result<std::vector<std::string>> fill_values(Template const& text, Values const& values);

}  // namespace agenta::custom
