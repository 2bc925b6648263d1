#include "shared/base/clock.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace agenta {
namespace {

using std::chrono::milliseconds;

/// Reads exactly `digits` decimal digits at `at`, and moves past them.
std::optional<int> read_digits(std::string_view text, std::size_t& at, std::size_t digits) {
  if (at + digits > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t end = at + digits; at < end; ++at) {
    if (text[at] < '0' || text[at] > '9') return std::nullopt;
    value = value * 10 + (text[at] - '0');
  }
  return value;
}

bool read_char(std::string_view text, std::size_t& at, std::string_view any_of) {
  if (at >= text.size() || any_of.find(text[at]) == std::string_view::npos) return false;
  ++at;
  return true;
}

std::optional<std::chrono::minutes> read_offset(std::string_view text, std::size_t& at) {
  if (read_char(text, at, "Zz")) return std::chrono::minutes{0};
  bool const negative = at < text.size() && text[at] == '-';
  if (!read_char(text, at, "+-")) return std::nullopt;
  auto const hours = read_digits(text, at, 2);
  if (!hours || !read_char(text, at, ":")) return std::nullopt;
  auto const minutes = read_digits(text, at, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  auto const offset = std::chrono::minutes{*hours * 60 + *minutes};
  return negative ? -offset : offset;
}

milliseconds read_fraction(std::string_view text, std::size_t& at) {
  if (!read_char(text, at, ".")) return milliseconds{0};
  int value = 0;
  int weight = 100;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    value += (text[at] - '0') * weight;
    weight /= 10;
  }
  return milliseconds{value};
}

struct Unit {
  std::string_view suffix;
  long long factor;
};
constexpr std::array kUnits{Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000}, Unit{"ms", 1}};
constexpr long long kTenYears = 10LL * 366 * 24 * 3'600'000;

}  // namespace

WallTime SystemClock::wall() const {
  return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}
SteadyTime SystemClock::steady() const { return std::chrono::steady_clock::now(); }

std::string format_rfc3339(WallTime time) {
  auto const day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day const date{day};
  std::chrono::hh_mm_ss const clock{time - day};
  std::string out = "0000-00-00T00:00:00.000Z";
  // By hand: a list has several in each row.
  auto const put = [&out](std::size_t at, std::size_t digits, long long value) {
    for (std::size_t i = digits; i-- > 0; value /= 10) out[at + i] = static_cast<char>('0' + value % 10);
  };
  int const year = static_cast<int>(date.year());
  put(0, 4, year < 0 ? 0 : year);
  put(5, 2, static_cast<unsigned>(date.month()));
  put(8, 2, static_cast<unsigned>(date.day()));
  put(11, 2, clock.hours().count());
  put(14, 2, clock.minutes().count());
  put(17, 2, clock.seconds().count());
  put(20, 3, clock.subseconds().count());
  return out;
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  std::size_t at = 0;
  auto const year = read_digits(text, at, 4);
  if (!year || !read_char(text, at, "-")) return std::nullopt;
  auto const month = read_digits(text, at, 2);
  if (!month || !read_char(text, at, "-")) return std::nullopt;
  auto const day = read_digits(text, at, 2);
  if (!day || !read_char(text, at, "Tt ")) return std::nullopt;
  auto const hour = read_digits(text, at, 2);
  if (!hour || !read_char(text, at, ":")) return std::nullopt;
  auto const minute = read_digits(text, at, 2);
  if (!minute || !read_char(text, at, ":")) return std::nullopt;
  auto const second = read_digits(text, at, 2);
  if (!second) return std::nullopt;
  auto const fraction = read_fraction(text, at);
  auto const offset = read_offset(text, at);
  if (!offset || at != text.size()) return std::nullopt;

  std::chrono::year_month_day const date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return WallTime{std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
                  std::chrono::seconds{*second} + fraction - *offset};
}

std::optional<milliseconds> parse_duration(std::string_view text) {
  double value = 0;
  auto const [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || !(value >= 0)) return std::nullopt;
  std::string_view const suffix{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  for (Unit const& unit : kUnits) {
    if (suffix != unit.suffix) continue;
    double const result = value * static_cast<double>(unit.factor);
    if (result > static_cast<double>(kTenYears)) return std::nullopt;
    return milliseconds{static_cast<long long>(result)};
  }
  return std::nullopt;
}

std::string format_duration(milliseconds duration) {
  for (Unit const& unit : kUnits) {
    if (duration.count() % unit.factor == 0 && (duration.count() != 0 || unit.suffix == "s")) {
      return std::to_string(duration.count() / unit.factor).append(unit.suffix);
    }
  }
  return std::to_string(duration.count()).append("ms");
}

}  // namespace agenta
