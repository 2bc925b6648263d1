#include "shared/schema/numbers.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>

namespace agenta::schema {
namespace {

static_assert(std::numeric_limits<long double>::digits >= 64);

/// `digits` · 10^`exponent`, without its sign.
struct Decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
};

Decimal shortened(Decimal number) {
  while (number.digits != 0 && number.digits % 10 == 0) {
    number.digits /= 10;
    ++number.exponent;
  }
  return number;
}

Decimal decimal_of(nlohmann::json const& number) {
  Decimal out;
  if (number.is_number_unsigned()) {
    out.digits = number.get<std::uint64_t>();
    return shortened(out);
  }
  if (number.is_number_integer()) {
    auto const value = number.get<std::int64_t>();
    out.digits = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    return shortened(out);
  }
  // The shortest decimals that mean this double: at most 17 digits, what the author wrote.
  std::array<char, 40> text{};
  auto const end = std::to_chars(text.data(), text.data() + text.size(), number.get<double>(),
                                 std::chars_format::scientific);
  bool behind_point = false;
  for (std::string_view rest{text.data(), end.ptr}; !rest.empty(); rest.remove_prefix(1)) {
    char const c = rest.front();
    if (c == 'e') {
      out.exponent += std::atoi(text.data() + (rest.data() - text.data()) + 1);
      break;
    }
    if (c == '.') behind_point = true;
    if (c < '0' || c > '9') continue;
    out.digits = out.digits * 10 + static_cast<std::uint64_t>(c - '0');
    if (behind_point) --out.exponent;
  }
  return shortened(out);
}

/// `remainder` · 10, modulo `of`, without leaving 64 bits. `remainder` is less than `of`.
std::uint64_t times_ten(std::uint64_t remainder, std::uint64_t of) {
  std::uint64_t sum = 0;
  for (int i = 0; i < 10; ++i) sum = sum >= of - remainder ? sum - (of - remainder) : sum + remainder;
  return sum;
}

}  // namespace

long double exact(nlohmann::json const& number) {
  if (number.is_number_unsigned()) return static_cast<long double>(number.get<std::uint64_t>());
  if (number.is_number_integer()) return static_cast<long double>(number.get<std::int64_t>());
  return static_cast<long double>(number.get<double>());
}

bool is_multiple(nlohmann::json const& value, nlohmann::json const& of) {
  Decimal const whole = decimal_of(value);
  Decimal const unit = decimal_of(of);
  if (whole.digits == 0) return true;
  if (unit.digits == 0 || whole.exponent < unit.exponent) return false;  // both are shortened
  std::uint64_t remainder = whole.digits % unit.digits;
  for (int i = whole.exponent - unit.exponent; i > 0 && remainder != 0; --i)
    remainder = times_ten(remainder, unit.digits);
  return remainder == 0;
}

}  // namespace agenta::schema
