#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/domain/error.hpp"
#include "shared/schema/format.hpp"
#include "shared/schema/text_pattern.hpp"

/// A schema as the validator walks it: every keyword read once, every `$ref` a pointer. Private to
/// `shared/schema`.
namespace agenta::schema {

/// Objects are sorted maps: equality ignores the order of members, and a lookup costs a logarithm.
using Json = nlohmann::json;

/// Whose rules a schema is read by. `tools`: draft 7 and 2020-12 together, with OpenAPI's `nullable` and what
/// else `validate.hpp` says of Composio's schemas. The drafts: the standards to the letter, for their test
/// suites.
enum class Dialect : std::uint8_t { tools, draft7, draft2020_12 };
struct Rules {
  Dialect dialect = Dialect::tools;
  bool assert_formats = true;
};

/// Deeper schemas than this are taken as open from there on: nobody wrote them by hand.
inline constexpr int kDeepestSchema = 200;

/// A set of the seven JSON Schema types.
using Types = std::uint8_t;
inline constexpr Types kNull = 1;
inline constexpr Types kBoolean = 2;
inline constexpr Types kInteger = 4;
inline constexpr Types kNumber = 8;
inline constexpr Types kString = 16;
inline constexpr Types kArray = 32;
inline constexpr Types kObject = 64;
inline constexpr Types kAnyType = 127;

/// `string`, or `string or null`.
std::string names_of(Types types);
/// The types `value` is of: 3 and 3.0 are integers and numbers both.
Types types_of(Json const& value);

/// A regular expression of a schema; `find_pattern` gives nothing where it cannot be read.
class Pattern;
std::shared_ptr<Pattern const> find_pattern(std::string const& text);
Matching find_in(Pattern const& pattern, std::string const& text);

struct Node;
struct NamedNode {
  std::string name{};
  Node const* node = nullptr;
};
struct PatternNode {
  std::shared_ptr<Pattern const> pattern{};
  Node const* node = nullptr;
};

/// Keywords that few schemas have.
struct RareKeywords {
  Node const* contains = nullptr;
  std::size_t min_contains = 1;
  std::optional<std::size_t> max_contains{};
  std::vector<std::pair<std::string, std::vector<std::string>>> dependent_required{};
  std::vector<NamedNode> dependent_schemas{};
  Node const* condition = nullptr;  ///< `if`
  Node const* consequence = nullptr;
  Node const* alternative = nullptr;
  Node const* unevaluated_members = nullptr;
  Node const* unevaluated_elements = nullptr;
  Node const* dynamic_reference = nullptr;
  std::string dynamic_anchor{};  ///< where the outermost part that has it decides what is meant
};

/// What is asked of one place.
struct Node {
  bool never = false;  ///< the schema `false`
  Types types = kAnyType;
  bool nullable = false;
  bool secret = false;
  std::string description{};

  std::vector<Json> allowed{};  ///< `enum`; empty: anything
  std::optional<Json> constant{};

  std::optional<Json> minimum{};
  std::optional<Json> maximum{};
  std::optional<Json> above{};  ///< exclusive
  std::optional<Json> below{};
  std::optional<Json> multiple_of{};  ///< more than 0

  std::optional<std::size_t> min_length{};
  std::optional<std::size_t> max_length{};
  std::string pattern_text{};
  std::shared_ptr<Pattern const> pattern{};
  Format format = Format::none;
  std::string format_name{};

  std::vector<NamedNode> properties{};  ///< sorted by name
  std::vector<PatternNode> pattern_properties{};
  Node const* additional = nullptr;  ///< what other members must be
  bool closed = false;               ///< `additionalProperties: false`
  bool open = false;                 ///< `additionalProperties: true`
  std::vector<std::string> required{};
  Node const* property_names = nullptr;
  std::optional<std::size_t> min_properties{};
  std::optional<std::size_t> max_properties{};

  std::vector<Node const*> prefix_items{};
  Node const* items = nullptr;
  std::optional<std::size_t> min_items{};
  std::optional<std::size_t> max_items{};
  bool unique_items = false;

  Node const* reference = nullptr;
  std::vector<Node const*> all_of{};
  std::vector<Node const*> any_of{};
  std::vector<Node const*> one_of{};
  Node const* negated = nullptr;

  std::unique_ptr<RareKeywords const> rare{};
  int resource = 0;  ///< the part of the document that it is in

  Node const* find_property(std::string_view name) const;
};

struct Document {
  Rules rules{};
  std::deque<Node> nodes{};  ///< a deque: nodes point at each other
  Node const* root = nullptr;
  /// The names a top-level key may have; nothing where it may have any.
  std::optional<std::vector<std::string>> known_keys{};
  /// Of each part, what its dynamic anchors name; empty where no reference asks.
  std::vector<std::vector<NamedNode>> dynamic_anchors{};
};

/// Never fails on an odd keyword: what cannot be read constrains nothing.
std::shared_ptr<Document const> compile(Json const& schema, Rules const& rules = {});

/// Where a chain of `$ref`, `allOf` and their like ends: schemas can be circular without a value between.
inline constexpr int kDeepestChain = 64;

/// The types a place takes, as far as `type`, `enum`, `const` and the combining keywords say.
Types accepted_types(Node const& node);
/// Whether the schema says that a value here is a secret (`writeOnly`, `format: password`).
bool is_marked_secret(Node const& node);
/// The schemas of the member `name` (or of an array's elements), through `$ref` and the combining keywords.
std::vector<Node const*> find_members(Node const& node, std::string_view name);
std::vector<Node const*> find_elements(Node const& node, std::size_t index);
/// The names that the schemas of one place give its members.
std::vector<std::string> names_of_members(Node const& node);
/// The values that a place takes, where they can be counted (`enum`, `const`); null and empty where not.
std::vector<Json> find_allowed(Node const& node);

/// One thing wrong with the arguments.
struct Problem {
  std::string path{};  ///< RFC 6901
  std::string rule{};
  std::string message{};
  std::optional<Json> value{};  ///< as it may be shown: no secrets, no containers, no long texts
  Json expected{};              ///< null: nothing to say
  std::string suggestion{};
};
struct Report {
  std::vector<Problem> problems{};  ///< the first `kMostProblems`
  std::size_t total = 0;
  bool is_whole = true;  ///< false: something was given up on, as if it were well
};
inline constexpr std::size_t kMostProblems = 100;
/// Everything wrong with `arguments`. An effort without end (schemas can multiply) is given up as if all were
/// well.
Report check(Document const& document, Json const& arguments);

/// At most `limit` bytes of `text`, cut between characters, with an ellipsis where cut.
std::string cut(std::string_view text, std::size_t limit);

}  // namespace agenta::schema
