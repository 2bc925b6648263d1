#include "shared/protocol/exact_json.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

namespace agenta::protocol {
namespace {

/// Longer ones are written with an exponent.
constexpr std::int64_t kMostDigits = 40;

/// `digits` · 10^`exponent`, without zeros at either end.
struct Decimal {
  std::string digits{};
  std::int64_t exponent = 0;
};

/// Nothing where the exponent is no number that could be counted with.
std::optional<Decimal> read_decimal(std::string_view text) {
  constexpr std::int64_t kFar = std::int64_t{1} << 40;
  Decimal out;
  std::size_t const mark = std::min(text.find_first_of("eE"), text.size());
  if (mark < text.size()) {
    std::string_view exponent = text.substr(mark + 1);
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    auto const [end, failed] =
        std::from_chars(exponent.data(), exponent.data() + exponent.size(), out.exponent);
    bool const is_read = failed == std::errc{} && end == exponent.data() + exponent.size();
    if (!is_read || out.exponent > kFar || out.exponent < -kFar) return std::nullopt;
  }
  std::string_view const mantissa = text.substr(0, mark);
  std::size_t const point = std::min(mantissa.find('.'), mantissa.size());
  out.digits = mantissa.substr(0, point);
  if (point < mantissa.size()) {
    out.digits += mantissa.substr(point + 1);
    out.exponent -= static_cast<std::int64_t>(mantissa.size() - point - 1);
  }
  out.digits.erase(0, std::min(out.digits.find_first_not_of('0'), out.digits.size()));
  while (out.digits.ends_with('0')) {
    out.digits.pop_back();
    ++out.exponent;
  }
  return out;
}

std::string write_decimal(Decimal const& number) {
  auto const count = static_cast<std::int64_t>(number.digits.size());
  auto const zeros = [](std::int64_t many) { return std::string(static_cast<std::size_t>(many), '0'); };
  if (count == 0) return "0";
  if (number.exponent >= 0 && count + number.exponent <= kMostDigits)
    return number.digits + zeros(number.exponent);
  if (number.exponent < 0 && number.exponent >= -kMostDigits) {
    std::int64_t const whole = count + number.exponent;  // digits before the point
    if (whole <= 0) return "0." + zeros(-whole) + number.digits;
    auto const point = static_cast<std::size_t>(whole);
    return number.digits.substr(0, point) + "." + number.digits.substr(point);
  }
  return number.digits + "e" + std::to_string(number.exponent);
}

/// Builds the tree of a document.
template <class Json>
class ExactReader final : public nlohmann::json_sax<Json> {
 public:
  using Base = nlohmann::json_sax<Json>;
  explicit ExactReader(Json& root) : root_(root) {}
  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(typename Base::number_integer_t value) override { return put(value); }
  bool number_unsigned(typename Base::number_unsigned_t value) override { return put(value); }
  bool number_float(typename Base::number_float_t, typename Base::string_t const& text) override {
    std::string const spelling = canonical_number(text);
    return put_integer<std::int64_t>(spelling) || put_integer<std::uint64_t>(spelling) || put_bytes(spelling);
  }
  bool string(typename Base::string_t& value) override { return put(std::move(value)); }
  bool binary(typename Base::binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }
  bool key(typename Base::string_t& name) override {
    name_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, std::string const&, nlohmann::detail::exception const&) override {
    return false;
  }

 private:
  Json& place() {
    if (open_.empty()) return root_;
    Json& parent = *open_.back();
    if (parent.is_object()) return parent[name_];
    parent.push_back(nullptr);
    return parent.back();
  }
  bool put(Json value) {
    place() = std::move(value);
    return true;
  }
  template <class Integer>
  bool put_integer(std::string const& spelling) {
    Integer value = 0;
    char const* const last = spelling.data() + spelling.size();
    auto const [end, failed] = std::from_chars(spelling.data(), last, value);
    return failed == std::errc{} && end == last && spelling != "-0" && put(value);
  }
  bool put_bytes(std::string const& spelling) {
    return put(Json::binary({spelling.begin(), spelling.end()}));
  }
  bool open(Json container) {
    Json& here = place();
    here = std::move(container);
    open_.push_back(&here);
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  Json& root_;
  std::vector<Json*> open_{};  ///< none moves while one within it is open
  typename Base::string_t name_{};
};

template <class Json>
bool read(std::string_view document, Json& out) {
  ExactReader<Json> reader{out};
  return Json::sax_parse(document, &reader);
}

template <class Json>
std::string scalar(Json const& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <class Json>
void write(std::string& out, Json const& value) {
  bool is_first = true;
  auto const part = [&] {
    if (!std::exchange(is_first, false)) out += ',';
  };
  if (value.is_object()) {
    out += '{';
    for (auto const& [name, member] : value.items()) {
      part();
      out += scalar(Json(name)) + ":";
      write(out, member);
    }
    out += '}';
  } else if (value.is_array()) {
    out += '[';
    for (Json const& element : value) {
      part();
      write(out, element);
    }
    out += ']';
  } else if (value.is_binary()) {
    out.append(value.get_binary().begin(), value.get_binary().end());
  } else {
    out += scalar(value);
  }
}

}  // namespace

std::string canonical_json(std::string_view document) {
  nlohmann::json tree;
  if (!read(document, tree)) return std::string{document};
  std::string out;
  write(out, tree);
  return out;
}

std::string canonical_number(std::string_view text) {
  bool const is_negative = text.starts_with('-');
  auto const number = read_decimal(is_negative ? text.substr(1) : text);
  if (!number) return std::string{text};
  return (is_negative ? "-" : "") + write_decimal(*number);
}

bool read_exact(std::string_view document, nlohmann::ordered_json& out) { return read(document, out); }

std::string write_exact(nlohmann::ordered_json const& value) {
  std::string out;
  write(out, value);
  return out;
}

}  // namespace agenta::protocol
