#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/json_text.hpp"
#include "shared/schema/validate.hpp"

/// Takes secrets out of arguments and results before they are kept or shown.
namespace agenta::schema {

/// Whether something was taken out of a document by redaction.
inline bool is_redacted(std::optional<JsonText> const& json) {
  return json && json->text.find("\"[redacted]\"") != std::string::npos;
}

/// Whether a member of this name holds a secret: `password`, `token`, `api_key`, `client_secret`,
/// `Authorization` and their kin, alone or at the end of a longer name (`db_password`, `slackBotToken`),
/// whatever the case and the separators. Not a secret: what only continues a listing (`page_token`,
/// `nextPageToken`, `sync_token`,
/// `$skiptoken`, …), and counts (`max_tokens`).
bool is_secret_name(std::string_view name);

/// The document with `"[redacted]"` in place of every value whose name is a secret's (`is_secret_name`), or
/// that the schema marks with `format: password` or `writeOnly: true`, at any depth; null and empty text
/// stay. More than 64 levels down nothing is looked at and all is redacted. Everything else keeps its bytes.
JsonText redact(Schema const& schema, JsonText const& arguments);
/// By names alone, where there is no schema.
JsonText redact(JsonText const& arguments);

/// What is not to be kept besides: places that a person names.
class RedactionRules {
 public:
  RedactionRules() = default;
  /// `setting`: `/pointer` for every tool, `TOOLS:/pointer` for those of that name, in which `*` and `?`
  /// stand for any letters; `*` in a pointer stands for any one name or index. Apart by spaces or commas.
  /// What is none of that is passed over: the settings refuse it.
  explicit RedactionRules(std::string_view setting);

  /// As `redact`, and what the rules name: of that only null stays. `schema` may be null.
  JsonText arguments(std::string_view tool, Schema const* schema, JsonText const& arguments) const;
  /// The same for what a tool gave back, by names and rules alone. Nothing where it may be kept as it is,
  /// which most often is seen without reading it as JSON.
  std::optional<JsonText> result(std::string_view tool, JsonText const& data) const;

 private:
  struct Rule {
    std::string tools{};                ///< in upper case
    std::vector<std::string> tokens{};  ///< of the pointer
  };
  std::vector<std::span<std::string const>> pointers_for(std::string_view tool) const;

  std::vector<Rule> rules_{};
};

/// JSON pointers of the values that were redacted.
std::vector<std::string> redacted_places(JsonText const& document);

}  // namespace agenta::schema
