#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "shared/base/json_text.hpp"
#include "shared/schema/json_value.hpp"
#include "shared/schema/schema_walk.hpp"
#include "shared/schema/tool_format.hpp"

/// The steps from a tool's input schema to what a format wants. Private to `shared/schema`. None of them
/// fails: what cannot be kept is left out, and a note says so.
namespace agenta::schema {

// --- What every format needs ---------------------------------------------------------------------------

/// The schema as an object; a permissive one where the text is none.
Value read_schema(JsonText const& text, Notes& notes);

/// Removes the twins of every `required`.
void drop_required_twins(Value& schema);

/// Mends what the validators of the model APIs and of MCP clients stumble over, and leaves all else as it is:
/// schemas that are none, boolean properties, `properties` and `required` of the wrong type, references that
/// lead nowhere. The root becomes an object.
void mend(Value& schema, Notes& notes);

/// Takes `allOf`, `anyOf`, `oneOf`, `$ref` and their like from the root, where model APIs take a plain object
/// only: the members of all alternatives become members of the one object.
void flatten_root(Value& schema, Notes& notes);

struct Dereferenced {
  Value schema{};
  bool recursive = false;  ///< somewhere it referred to itself, and was cut off there
};
/// Every local reference replaced by what it names. A mended schema that repeats itself, or whose references
/// multiply, is cut off with schemas that take anything.
Dereferenced dereference(Value const& root, Notes& notes);

/// Narrows `first` to the values that `second` takes too; the annotations of `first` stay. False where no
/// such value, or no such schema, is left: then `first` counts wherever the two contradict each other.
bool merge_into(Value& first, Value second);
/// Merges what stands in the `allOf` of `schema` into it. False as above.
bool fold_all_of(Value& schema);
/// Adds the members of `second` that `schema` does not have.
void add_missing(Value& schema, Value second);

// --- Strict mode ---------------------------------------------------------------------------------------

enum class StrictDialect { openai, anthropic };
/// The schema by the rules of strict mode. Nothing where it has none; then a note says why.
std::optional<Value> make_strict(Dereferenced source, StrictDialect dialect, Notes& notes);
/// Makes null one of the values of a schema.
void take_null(Value& schema);
/// Leaves the keywords of one schema that strict mode knows, with values it can read.
void keep_strict_keywords(Value& schema, StrictDialect dialect, SchemaPath const& path, Notes& notes);
/// `default` may not be said: the description says it, for a model that would otherwise have to guess.
void tell_default(Value& schema);
/// Whether a keyword does no more than narrow the values of a schema: without it the service has to refuse
/// what the model got wrong, and its users may be told.
bool only_constrains(std::string_view keyword);

// --- Gemini --------------------------------------------------------------------------------------------

/// In the subset of OpenAPI 3.0 that function declarations know. Null where the tool has no arguments.
Value make_gemini(Value schema, Notes& notes);
/// Moves to `out`, whose `type` is set, what is said of its values: not of elements and properties.
void keep_value_keywords(Value& schema, Value& out, SchemaPath const& path, Notes& notes);
void keep_number(Value& schema, Value& out, std::string_view keyword);
/// `default`, and the first example.
void keep_literals(Value& schema, Value& out);

// --- Names of properties -------------------------------------------------------------------------------

/// Whose rules the names follow: Anthropic's `^[a-zA-Z0-9_.-]{1,64}$`, Gemini's
/// `^[a-zA-Z_][a-zA-Z0-9_]{0,63}$`.
enum class NameRules { anthropic, gemini };
bool is_name(std::string_view name, NameRules rules);
/// `name` made to follow the rules: `$` is `dollar_`, `@` is `at_`, anything else `_`; over 64 characters it
/// is cut, with `name_hash` at its end.
std::string plain_alias(std::string_view name, NameRules rules);
/// Up to seven characters of `[0-9a-z]`: djb2 over UTF-16 units, in base 36. Composio's, so that names are
/// cut alike.
std::string name_hash(std::string_view name);
/// `base`, shortened where needed, with `_`, the hash of `name` and, from the second `attempt` on, a number.
std::string hashed_alias(std::string_view base, std::string_view name, int attempt);

/// Other names for the properties whose names the rules refuse. One table serves a whole schema, so that an
/// alias means the same at every depth and in every branch: it is no property's own name anywhere in the
/// schema. The order of properties does not matter.
class Aliases {
 public:
  Aliases(Value const& schema, NameRules rules);
  bool empty() const { return originals_.empty(); }
  std::string const* find_alias(std::string_view name) const;
  std::string const* find_original(std::string_view alias) const;

 private:
  std::unordered_map<std::string, std::string> aliases_{};
  std::unordered_map<std::string, std::string> originals_{};
};

/// Gives the properties their aliases, in `required` too. What was renamed: `{"alias":"original"}`.
Value rename_properties(Value& schema, Aliases const& aliases);

// --- Composio's own providers --------------------------------------------------------------------------

/// The names under which Composio's Anthropic provider offers the properties of one object, as `{name,
/// alias}` in their order; only those that differ.
std::vector<std::pair<std::string, std::string>> composio_aliases(Value::Object const& properties);
/// What Composio's provider for the format gives; `format` is one that has a provider.
Value define_like_composio(Tool const& tool, FormatOptions const& options, ToolDefinition& definition,
                           Notes& notes);

// --- Examples ------------------------------------------------------------------------------------------

/// Arguments that the schema takes: the required ones, then those that the schema itself gives a value for.
Value make_example(JsonText const& schema, Notes& notes);
/// A text that an ordinary regular expression matches; of others, some text.
std::string sample_of_pattern(std::string_view pattern);

}  // namespace agenta::schema
