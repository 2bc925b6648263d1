#pragma once

#include <string>
#include <vector>

#include "cli/command/schema_reader.hpp"

namespace agenta::cli {

/// What a value is, in a word or a few: `string (date-time)`, `array of integer`, `object or null`.
std::string type_words(SchemaReader& reader, SchemaNode const& node);

/// What else holds for it, each in a few words: `default 30`, `1 to 100`, `at least 1 character`,
/// `matches ^a+$`.
std::vector<std::string> limit_words(SchemaNode const& node);

}  // namespace agenta::cli
