#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/base/json_text.hpp"

namespace agenta::daemon {

/// What a tool's schema takes at a place: a file, a list of files, or neither.
enum class FilePlace { none, single, list };

/// Looks for `file_uploadable` at a JSON pointer, through `$ref` and the combining keywords.
FilePlace find_file_place(JsonText const& schema, std::string_view pointer);

/// The names of all places that take files, as a person writes them: `attachment`, `message.files`.
std::vector<std::string> list_file_fields(JsonText const& schema);

/// The tokens of a JSON pointer, unescaped.
std::vector<std::string> pointer_tokens(std::string_view pointer);

/// `document` with `value` (JSON) at the place that the tokens name; objects on the way are made where they
/// are missing. With `append`, `value` becomes the last element of the array there, which is made too. All
/// else keeps its bytes. Empty where something on the way, or the array, is of another type.
std::string put_value(std::string_view document, std::vector<std::string> const& tokens,
                      std::string const& value, bool append);

}  // namespace agenta::daemon
