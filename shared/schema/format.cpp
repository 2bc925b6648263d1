#include "shared/schema/format.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "shared/schema/regex.hpp"

namespace agenta::schema {
namespace {

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool is_uuid(std::string_view text, FormatReading reading) {
  if (reading == FormatReading::lenient && text.size() == 32) return std::ranges::all_of(text, is_hex);
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool const dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

bool is_json_pointer(std::string_view text) {
  if (!text.empty() && text.front() != '/') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '~' && (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1'))) return false;
  }
  return true;
}

bool is_relative_json_pointer(std::string_view text) {
  std::size_t const digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0 || (text.front() == '0' && digits > 1)) return false;
  return text.substr(digits) == "#" || is_json_pointer(text.substr(digits));
}

bool is_regex(std::string_view text) {
  Regex regex;
  return read_regex(text, regex) != RegexVerdict::invalid;
}

/// A scheme and something behind it, without blanks or control characters.
bool is_roughly_uri(std::string_view text) {
  std::size_t const colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
  auto const is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  auto const in_scheme = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  return is_letter(text.front()) && std::ranges::all_of(text.substr(0, colon), in_scheme) &&
         std::ranges::none_of(text,
                              [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; });
}

}  // namespace

Format parse_format(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Format>, 19> kNames{
      {{"date-time", Format::date_time},
       {"date", Format::date},
       {"time", Format::time},
       {"duration", Format::duration},
       {"email", Format::email},
       {"idn-email", Format::idn_email},
       {"hostname", Format::hostname},
       {"ipv4", Format::ipv4},
       {"ipv6", Format::ipv6},
       {"uri", Format::uri},
       {"url", Format::uri},
       {"uri-reference", Format::uri_reference},
       {"iri", Format::iri},
       {"iri-reference", Format::iri_reference},
       {"uri-template", Format::uri_template},
       {"uuid", Format::uuid},
       {"json-pointer", Format::json_pointer},
       {"relative-json-pointer", Format::relative_json_pointer},
       {"regex", Format::regex}}};
  auto const found = std::ranges::find(kNames, name, &std::pair<std::string_view, Format>::first);
  return found == kNames.end() ? Format::none : found->second;
}

bool has_format(Format format, std::string_view text, FormatReading reading) {
  bool const lenient = reading == FormatReading::lenient;
  switch (format) {
    case Format::none: return true;
    case Format::date_time: return is_date_time(text, reading);
    case Format::date: return is_date(text);
    case Format::time: return is_time(text, reading);
    case Format::duration: return is_duration(text);
    case Format::email: return is_email(text, reading, lenient);
    case Format::idn_email: return is_email(text, reading, true);
    case Format::hostname: return is_hostname(text);
    case Format::ipv4: return is_ipv4(text);
    case Format::ipv6: return is_ipv6(text);
    case Format::uri:
    case Format::iri: return lenient ? is_roughly_uri(text) : is_uri(text, {false, format == Format::iri});
    case Format::uri_reference:
    case Format::iri_reference: return is_uri(text, {true, lenient || format == Format::iri_reference});
    case Format::uri_template: return is_uri_template(text);
    case Format::uuid: return is_uuid(text, reading);
    case Format::json_pointer: return is_json_pointer(text);
    case Format::relative_json_pointer: return is_relative_json_pointer(text);
    case Format::regex: return is_regex(text);
  }
  return true;
}

}  // namespace agenta::schema
