#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace agenta::daemon::sandbox {

/// Compact JSON text. Never throws: bytes that are not UTF-8 become U+FFFD.
std::string to_text(nlohmann::json const& value);
std::string to_text(nlohmann::ordered_json const& value);
/// A JSON string literal, with its quotes.
std::string quoted(std::string_view text);

/// A member of `object` where it has that type; nothing where `object` is no object, or the member is missing
/// or null.
std::optional<std::string> find_text(nlohmann::json const& object, char const* name);
std::optional<std::int64_t> find_integer(nlohmann::json const& object, char const* name);
std::optional<bool> find_flag(nlohmann::json const& object, char const* name);
/// A member that is an object or array, or null.
nlohmann::json const* find_node(nlohmann::json const& object, char const* name);

/// Reads one JSON document; nothing where the text is none, or is nested more than 512 deep. Never throws.
std::optional<nlohmann::json> parse_json(std::string_view text);

}  // namespace agenta::daemon::sandbox
