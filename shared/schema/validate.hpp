#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/json_text.hpp"
#include "shared/domain/error.hpp"

/// What a tool's input schema says of its arguments, asked before anything is sent.
///
/// The validator is our own: the packaged one (valijson 1.0) knows drafts 4 to 7 only, reports sentences
/// without rule or expectation, matches patterns by the byte and without a bound on their time, and cannot be
/// asked what types a place takes. Dialect: JSON Schema draft 7 and 2020-12 together, as Composio's tools use
/// them, with OpenAPI 3.0's `nullable` and boolean `exclusiveMinimum`; references within the document by
/// pointer,
/// `$id`, `$anchor` and `$dynamicAnchor`. What the standards' own test suite makes of it is in
/// `tests/thirdparty/json_schema_baseline.txt`.
///
/// A keyword that is unknown or malformed, a pattern that cannot be read (ECMA-262 in Unicode mode, without
/// back references and `\p{…}`), and a `$ref` that leads nowhere or out of the document constrain nothing:
/// the service judges those. So does a property whose `default` is null: null is taken. Formats fail only
/// what is strictly wrong.
namespace agenta::schema {

struct Document;  // the schema, compiled

/// An input schema, read once and asked often. Cheap to copy. Any thread.
class Schema {
 public:
  /// `INVALID_REQUEST` where the text is no JSON object (nor a boolean schema): the caller decides what then.
  static Result<Schema> parse(JsonText const& schema);

  /// Every problem at once: `INVALID_ARGUMENTS` whose message states the first and how many more, and whose
  /// context is
  /// `{"tool", "problems": [{"path", "rule", "message", "value"?, "expected"?, "suggestion"?}…]}` (at most
  /// 100 of them, with `"problems_total"` where there are more). `path` is an RFC 6901 pointer, of the member
  /// that is missing where the rule is `required`; `rule` is the keyword, or `unknown_key`. Values are cut at
  /// 200 bytes; those of secret fields are not shown, nor are those of unknown keys, which may be misspelt
  /// secrets.
  ///
  /// A top-level key that is not among `properties` is refused with the nearest spelling, unless the schema
  /// says `additionalProperties: true` (or gives them a schema, or has no `properties`): Composio's schemas
  /// hardly ever state it, and such a key is nearly always a typing error that the service would silently
  /// drop. Deeper down the standard's rule holds: unknown keys are fine unless `additionalProperties: false`.
  ///
  /// What would take too long to find out (a schema that multiplies, a pattern and a text of more than 64
  /// KiB) is taken as well, for the service to judge; `Doubt::counts_against` refuses it: of a tool that no
  /// service judges.
  enum class Doubt : bool { passes, counts_against };
  Result<void> validate(JsonText const& arguments, std::string_view tool, Doubt doubt = Doubt::passes) const;

  /// Gives values that a person typed as bare text (`count=3`) the type that the schema wants there.
  /// `text_paths` are the pointers of those values. Where the schema takes a string the text stays a string;
  /// else text that reads exactly as a number, integer, boolean, null, array or object the schema takes
  /// becomes that; else, where it takes an array of simple values, the text becomes its only element. What
  /// fits nowhere stays as it is, for `validate` to report. All other bytes of the document are kept.
  JsonText coerce(JsonText const& arguments, std::vector<std::string> const& text_paths) const;

  /// See `redact.hpp`.
  Document const& document() const { return *document_; }

 private:
  explicit Schema(std::shared_ptr<Document const> document) : document_(std::move(document)) {}
  std::shared_ptr<Document const> document_;
};

/// `Schema::parse` and `validate` in one, for a schema that is asked once.
Result<void> validate_arguments(JsonText const& schema, JsonText const& arguments, std::string_view tool);

}  // namespace agenta::schema
