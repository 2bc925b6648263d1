#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace agenta {

/// ASCII case mapping: slugs and header names are ASCII, and a locale must not change what they match.
std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// Whether all of `text` is what `pattern` describes: `*` any letters, `?` one letter, the rest itself. Case
/// does not matter. Linear in the text for each `*`.
bool matches_glob(std::string_view pattern, std::string_view text);

std::string_view trim(std::string_view text);
/// Splits at every `separator`; empty parts are kept. An empty text has no parts.
std::vector<std::string> split(std::string_view text, char separator);
std::string join(std::span<std::string const> parts, std::string_view separator);
/// Replaces every occurrence.
std::string replace_all(std::string_view text, std::string_view what, std::string_view with);

/// The candidate a person most likely meant: nearest by Damerau–Levenshtein distance ignoring case, within a
/// third of the word's length (at least one edit); nothing where none is near or `word` is over 200 bytes.
std::optional<std::string> nearest(std::string_view word, std::span<std::string const> candidates);

/// RFC 3986 percent-encoding of everything but unreserved characters, and its reverse (`+` is left alone;
/// nothing for a malformed escape).
std::string percent_encode(std::string_view text);
std::optional<std::string> percent_decode(std::string_view text);

/// The parameters of a query string, decoded (`+` is a space), in their order. Nothing where one is
/// malformed.
struct QueryParameter {
  std::string name{};
  std::string value{};
};
std::optional<std::vector<QueryParameter>> parse_query(std::string_view query);

}  // namespace agenta
