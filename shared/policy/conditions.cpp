#include "shared/policy/conditions.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "shared/base/text.hpp"
#include "shared/schema/text_pattern.hpp"

namespace agenta::policy {
namespace {

using Json = nlohmann::json;

Answer both(Answer a, Answer b) {
  if (a == Answer::no || b == Answer::no) return Answer::no;
  return a == Answer::unclear ? a : b;
}

Answer answer(bool is_so) { return is_so ? Answer::yes : Answer::no; }

/// A value in a document: its place, that there is none, or that it cannot be told whether there is.
struct Found {
  Answer is_there = Answer::no;
  Json const* value = nullptr;
};

/// RFC 6901: digits without a zero before them.
std::optional<std::size_t> index_of(std::string_view token) {
  std::size_t index = 0;
  if (token.empty() || (token.size() > 1 && token.front() == '0')) return std::nullopt;
  auto const [end, failed] = std::from_chars(token.data(), token.data() + token.size(), index);
  if (failed != std::errc{} || end != token.data() + token.size()) return std::nullopt;
  return index;
}

/// The way of a pointer, step by step. Where it would lead on through what has no such parts, a service may
/// still take that for what has: the text of a document for the document, `[{"owner": …}]` for its only
/// element, `"urgent"` for `["urgent"]`. What is empty hides nothing.
Found find_in(Json const& document, std::string const& pointer) {
  Json const* at = &document;
  auto const tokens = split(pointer, '/');
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    std::string const token = replace_all(replace_all(tokens[i], "~1", "/"), "~0", "~");
    if (at->empty()) return {};
    if (at->is_object()) {
      auto const member = at->find(token);
      if (member == at->end()) return {};
      at = &*member;
      continue;
    }
    auto const index = at->is_array() ? index_of(token) : std::nullopt;
    if (!index) return {Answer::unclear, nullptr};
    if (*index >= at->size()) return {};
    at = &(*at)[*index];
  }
  return {Answer::yes, at};
}

/// Doubles that differ are of numbers that do; those that do not, only where no digits were lost.
Answer compare_numbers(Json const& value, Json const& meant) {
  if (value.is_number_integer() && meant.is_number_integer()) return answer(value == meant);
  auto const [a, b] = std::pair{value.get<double>(), meant.get<double>()};
  if (a < b || a > b) return Answer::no;
  constexpr double kExact = 9007199254740992.0;  // 2^53
  return std::abs(a) < kExact ? Answer::yes : Answer::unclear;
}

Answer compare(Json const& value, Json const& meant);

Answer compare_elements(Json const& value, Json const& meant) {
  if (value.size() != meant.size()) return Answer::no;
  Answer known = Answer::yes;
  for (std::size_t i = 0; i < value.size() && known != Answer::no; ++i)
    known = both(known, compare(value[i], meant[i]));
  return known;
}

/// Null may be taken for what is left out.
Answer compare_members(Json const& value, Json const& meant) {
  auto const left_out = [](Json const& there) { return there.is_null() ? Answer::unclear : Answer::no; };
  Answer known = Answer::yes;
  for (auto const& [name, wanted] : meant.items()) {
    auto const found = value.find(name);
    known = both(known, found == value.end() ? left_out(wanted) : compare(*found, wanted));
  }
  for (auto const& [name, more] : value.items()) {
    if (!meant.contains(name)) known = both(known, left_out(more));
  }
  return known;
}

/// A service may take a value of another type for the one that is meant: `"5"` for 5, `["acme"]` for `acme`.
Answer compare(Json const& value, Json const& meant) {
  if (value.is_number() && meant.is_number()) return compare_numbers(value, meant);
  if (value.type() != meant.type()) return Answer::unclear;
  if (value.is_array()) return compare_elements(value, meant);
  if (value.is_object()) return compare_members(value, meant);
  return answer(value == meant);
}

/// `12`, `-0.5`: no exponent, which one reads and another stops before; no zeros before it, which to some say
/// that it is octal.
bool is_plain_decimal(std::string_view text) {
  auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.starts_with('-')) text.remove_prefix(1);
  std::size_t const point = std::min(text.find('.'), text.size());
  std::string_view const whole = text.substr(0, point);
  if (whole.empty() || !std::ranges::all_of(whole, is_digit)) return false;
  if (whole.size() > 1 && whole.front() == '0') return false;
  if (point == text.size()) return true;
  std::string_view const fraction = text.substr(point + 1);
  return !fraction.empty() && std::ranges::all_of(fraction, is_digit);
}

/// A number, or a text that a service may take for one.
std::optional<double> number_in(Json const& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return std::nullopt;
  auto const text = trim(value.get_ref<std::string const&>());
  if (!is_plain_decimal(text)) return std::nullopt;
  double number = 0;
  auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || !std::isfinite(number)) return std::nullopt;
  return number;
}

Answer ask(Json const&, Present const&) { return Answer::yes; }
Answer ask(Json const& value, Equals const& test) {
  return compare(value, Json::parse(test.value.text, nullptr, false));
}
Answer ask(Json const& value, OneOf const& test) {
  Answer known = Answer::no;
  for (JsonText const& each : test.values) {
    Answer const one = compare(value, Json::parse(each.text, nullptr, false));
    if (one == Answer::yes) return one;
    if (one == Answer::unclear) known = one;
  }
  return known;
}
Answer ask(Json const& value, Matches const& test) {
  if (!value.is_string()) return Answer::unclear;
  switch (test.compiled->find_in(value.get_ref<std::string const&>())) {
    case schema::Matching::no: return Answer::no;
    case schema::Matching::yes: return Answer::yes;
    case schema::Matching::too_much: break;
  }
  return Answer::unclear;
}
Answer ask(Json const& value, LessThan const& test) {
  auto const number = number_in(value);
  return number ? answer(*number < test.limit) : Answer::unclear;
}
Answer ask(Json const& value, GreaterThan const& test) {
  auto const number = number_in(value);
  return number ? answer(*number > test.limit) : Answer::unclear;
}

}  // namespace

Arguments::Arguments(JsonText const& text)
    : document_(std::make_shared<Json const>(Json::parse(text.text, nullptr, false))),
      is_doubtful_(document_->is_discarded() || names_twice(text)) {}

Answer Arguments::holds(Condition const& condition) const {
  if (is_doubtful_) return Answer::unclear;
  Found const found = find_in(*document_, condition.pointer);
  if (found.is_there == Answer::unclear) return Answer::unclear;
  if (auto const* const present = std::get_if<Present>(&condition.test))
    return answer((found.value != nullptr) == present->wanted);
  if (found.value == nullptr) return Answer::no;
  return std::visit([&](auto const& test) { return ask(*found.value, test); }, condition.test);
}

}  // namespace agenta::policy
