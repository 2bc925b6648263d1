#include <algorithm>
#include <cctype>

#include "shared/schema/document.hpp"

namespace agenta::schema {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// `shape`: `d` is a digit, `x` a hexadecimal digit, everything else itself.
bool has_shape(std::string_view text, std::string_view shape) {
  return std::ranges::equal(text, shape, [](char c, char wanted) {
    if (wanted == 'd') return is_digit(c);
    if (wanted == 'x') return is_hex(c);
    return c == wanted;
  });
}

int two_digits(std::string_view text, std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); }

bool is_date(std::string_view text) {
  if (!has_shape(text, "dddd-dd-dd")) return false;
  int const year = two_digits(text, 0) * 100 + two_digits(text, 2);
  int const month = two_digits(text, 5);
  int const day = two_digits(text, 8);
  bool const leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  int const longest = month == 2                                              ? (leap ? 29 : 28)
                      : month == 4 || month == 6 || month == 9 || month == 11 ? 30
                                                                              : 31;
  return month >= 1 && month <= 12 && day >= 1 && day <= longest;
}

/// A date, `T`, a time. An offset may be missing: services take local times under this name.
bool is_date_time(std::string_view text) {
  if (text.size() < 16 || !is_date(text.substr(0, 10))) return false;
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return false;
  std::string_view rest = text.substr(11);
  if (!has_shape(rest.substr(0, 5), "dd:dd") || two_digits(rest, 0) > 23 || two_digits(rest, 3) > 59)
    return false;
  rest.remove_prefix(5);
  if (rest.size() >= 3 && has_shape(rest.substr(0, 3), ":dd")) {
    if (two_digits(rest, 1) > 60) return false;
    rest.remove_prefix(3);
    if (rest.starts_with('.')) {
      std::size_t const end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
      if (end == 1) return false;
      rest.remove_prefix(end);
    }
  }
  if (rest.empty() || rest == "Z" || rest == "z") return true;
  if (rest.front() != '+' && rest.front() != '-') return false;
  rest.remove_prefix(1);
  return has_shape(rest, "dd:dd") || has_shape(rest, "dddd") || has_shape(rest, "dd");
}

/// A scheme and something behind it, without blanks or control characters.
bool is_uri(std::string_view text) {
  std::size_t const colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
  if (std::isalpha(static_cast<unsigned char>(text.front())) == 0) return false;
  auto const in_scheme = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-' || c == '.';
  };
  return std::ranges::all_of(text.substr(0, colon), in_scheme) && std::ranges::none_of(text, [](char c) {
           return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
         });
}

bool is_email(std::string_view text) {
  std::size_t const at = text.rfind('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         std::ranges::none_of(text,
                              [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }) &&
         text.find(' ', at) == std::string_view::npos;
}

}  // namespace

Format parse_format(std::string_view name) {
  if (name == "date-time") return Format::date_time;
  if (name == "date") return Format::date;
  if (name == "uri" || name == "url") return Format::uri;
  if (name == "email") return Format::email;
  if (name == "uuid") return Format::uuid;
  return Format::none;
}

bool has_format(Format format, std::string_view text) {
  switch (format) {
    case Format::none: return true;
    case Format::date_time: return is_date_time(text);
    case Format::date: return is_date(text);
    case Format::uri: return is_uri(text);
    case Format::email: return is_email(text);
    case Format::uuid:
      return has_shape(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx") ||
             has_shape(text, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
  }
  return true;
}

}  // namespace agenta::schema
