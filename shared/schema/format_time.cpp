#include <algorithm>
#include <optional>

#include "shared/schema/format.hpp"

namespace agenta::schema {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// `shape`: `d` is a digit, everything else itself.
bool has_shape(std::string_view text, std::string_view shape) {
  return std::ranges::equal(text, shape,
                            [](char c, char wanted) { return wanted == 'd' ? is_digit(c) : c == wanted; });
}

int two_digits(std::string_view text, std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); }

/// Minutes east of Greenwich.
std::optional<int> read_offset(std::string_view text, FormatReading reading) {
  bool const lenient = reading == FormatReading::lenient;
  if (text == "Z" || text == "z" || (lenient && text.empty())) return 0;
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  int const sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  if (has_shape(text, "dd:dd")) {
    if (two_digits(text, 0) > 23 || two_digits(text, 3) > 59) return std::nullopt;
    return sign * (two_digits(text, 0) * 60 + two_digits(text, 3));
  }
  if (lenient && (has_shape(text, "dddd") || has_shape(text, "dd"))) return 0;
  return std::nullopt;
}

/// A number and one of `units`, once or more, the units in this order and each at most once.
bool is_amounts(std::string_view text, std::string_view units) {
  if (text.empty()) return false;
  while (!text.empty()) {
    std::size_t const digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || digits == text.size()) return false;
    std::size_t const unit = units.find(text[digits]);
    if (unit == std::string_view::npos) return false;
    units.remove_prefix(unit + 1);
    text.remove_prefix(digits + 1);
    // Nothing between two units is left out: `P1Y2D` is none.
    if (!text.empty() && !units.empty()) {
      std::size_t const next = std::min(text.find_first_not_of("0123456789"), text.size());
      if (next == text.size() || text[next] != units.front()) return false;
    }
  }
  return true;
}

}  // namespace

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

bool is_time(std::string_view text, FormatReading reading) {
  if (!has_shape(text.substr(0, 5), "dd:dd") || two_digits(text, 0) > 23 || two_digits(text, 3) > 59)
    return false;
  int const minute = two_digits(text, 0) * 60 + two_digits(text, 3);
  text.remove_prefix(5);
  int second = 0;
  if (has_shape(text.substr(0, 3), ":dd")) {
    second = two_digits(text, 1);
    text.remove_prefix(3);
    if (text.starts_with('.')) {
      std::size_t const end = std::min(text.find_first_not_of("0123456789", 1), text.size());
      if (end == 1) return false;
      text.remove_prefix(end);
    }
  } else if (reading == FormatReading::strict) {
    return false;
  }
  auto const offset = read_offset(text, reading);
  if (!offset || second > 60) return false;
  // A leap second is the last of a day in Greenwich.
  constexpr int kDay = 24 * 60;
  bool const leaps = ((minute - *offset) % kDay + kDay) % kDay == kDay - 1;
  return second < 60 || leaps || reading == FormatReading::lenient;
}

/// A date, `T`, a time.
bool is_date_time(std::string_view text, FormatReading reading) {
  if (text.size() < 16 || !is_date(text.substr(0, 10))) return false;
  bool const parted =
      text[10] == 'T' || text[10] == 't' || (text[10] == ' ' && reading == FormatReading::lenient);
  return parted && is_time(text.substr(11), reading);
}

bool is_duration(std::string_view text) {
  if (!text.starts_with('P')) return false;
  text.remove_prefix(1);
  if (text.ends_with('W')) return is_amounts(text, "W");
  std::size_t const clock = text.find('T');
  if (clock == std::string_view::npos) return is_amounts(text, "YMD");
  return (clock == 0 || is_amounts(text.substr(0, clock), "YMD")) &&
         is_amounts(text.substr(clock + 1), "HMS");
}

}  // namespace agenta::schema
