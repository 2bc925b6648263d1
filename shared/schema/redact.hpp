#pragma once

#include <string_view>

#include "shared/base/json_text.hpp"
#include "shared/schema/validate.hpp"

/// Takes secrets out of arguments before they are kept or shown.
namespace agenta::schema {

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

}  // namespace agenta::schema
