#include "shared/schema/json_value.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::schema {
namespace {

/// Of two members with one name, the first takes the value of the last.
void drop_twins(Value::Object& members) {
  std::unordered_map<std::string_view, std::size_t> seen;
  std::size_t kept = 0;
  // The names are compared where they stand, so none may move before the end.
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < members.size(); ++i) {
    auto const [found, is_new] = seen.try_emplace(members[i].name, i);
    if (is_new) {
      order.push_back(i);
    } else {
      members[found->second].value = std::move(members[i].value);
    }
  }
  if (order.size() == members.size()) return;
  for (std::size_t const from : order) {
    if (kept != from) members[kept] = std::move(members[from]);
    ++kept;
  }
  members.resize(kept);
}

bool has_twins(Value::Object const& members) {
  constexpr std::size_t kFew = 12;
  if (members.size() > kFew) return true;  // perhaps: the map will tell
  for (std::size_t i = 1; i < members.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (members[i].name == members[j].name) return true;
    }
  }
  return false;
}

/// Reads a text that is known to be JSON, at most 512 levels deep.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Value value() {
    skip_space();
    switch (text_[at_]) {
      case '{': return object();
      case '[': return array();
      case '"': return string();
      case 't': at_ += 4; return true;
      case 'f': at_ += 5; return false;
      case 'n': at_ += 4; return {};
      default: return number();
    }
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && std::string_view{" \t\n\r"}.find(text_[at_]) != std::string_view::npos)
      ++at_;
  }
  /// Over the character behind a value; whether it ends the container.
  bool ends_with(char closer) {
    skip_space();
    return text_[at_++] == closer;
  }
  bool is_empty(char closer) {
    ++at_;
    skip_space();
    if (text_[at_] != closer) return false;
    ++at_;
    return true;
  }

  Value object() {
    Value::Object members;
    if (is_empty('}')) return members;
    do {
      skip_space();
      Member member;
      member.name = string();
      skip_space();
      ++at_;  // the colon
      member.value = value();
      members.push_back(std::move(member));
    } while (!ends_with('}'));
    if (has_twins(members)) drop_twins(members);
    return members;
  }

  Value array() {
    Value::Array elements;
    if (is_empty(']')) return elements;
    do {
      elements.push_back(value());
    } while (!ends_with(']'));
    return elements;
  }

  std::string string() {
    std::size_t const start = at_++;
    bool escapes = false;
    for (; text_[at_] != '"'; ++at_) {
      if (text_[at_] != '\\') continue;
      escapes = true;
      ++at_;
    }
    ++at_;
    std::string_view const raw = text_.substr(start, at_ - start);
    if (escapes) return protocol::read_string(raw).value_or("");
    return std::string{raw.substr(1, raw.size() - 2)};
  }

  Value number() {
    std::size_t const start = at_;
    while (at_ < text_.size() &&
           std::string_view{"+-.eE0123456789"}.find(text_[at_]) != std::string_view::npos)
      ++at_;
    return Value::Number{std::string{text_.substr(start, at_ - start)}};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

void append_string(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::string_view kShort = "btn fr";  // of the bytes 8 to 13
  out += '"';
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte >= 8 && byte <= 13 && byte != 11) {
      out += '\\';
      out += kShort[byte - 8U];
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xFU];
    } else {
      out += c;
    }
  }
  out += '"';
}

/// ECMAScript's Number::toString: `digits` with the point behind the first `point` of them.
std::string lay_out(std::string_view digits, int point) {
  constexpr int kLongestWhole = 21;
  constexpr int kMostZeros = 6;
  int const count = static_cast<int>(digits.size());
  auto const zeros = [](int how_many) { return std::string(static_cast<std::size_t>(how_many), '0'); };
  std::string out{digits};
  if (count <= point && point <= kLongestWhole) return out + zeros(point - count);
  if (0 < point && point <= kLongestWhole) return out.insert(static_cast<std::size_t>(point), 1, '.');
  if (-kMostZeros < point && point <= 0) return "0." + zeros(-point) + out;
  if (count > 1) out.insert(1, 1, '.');
  return out + (point > 0 ? "e+" : "e-") + std::to_string(point > 0 ? point - 1 : 1 - point);
}

std::string javascript_number(std::string_view spelling) {
  double number = 0;
  auto const read = std::from_chars(spelling.data(), spelling.data() + spelling.size(), number);
  if (read.ec == std::errc::result_out_of_range) {  // to zero, or to Infinity, which JSON writes as null
    std::size_t const exponent = spelling.find_first_of("eE");
    bool const tiny = exponent != std::string_view::npos && spelling.substr(exponent + 1).starts_with('-');
    return tiny ? "0" : "null";
  }
  if (number == 0) return "0";
  char buffer[32];  // 17 digits, a point, an exponent
  auto const written = std::to_chars(buffer, buffer + sizeof buffer, number < 0 ? -number : number,
                                     std::chars_format::scientific);
  std::string_view const text{buffer, written.ptr};
  std::size_t const e = text.find('e');
  int exponent = 0;
  char const* const from = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(from, text.data() + text.size(), exponent);
  return (number < 0 ? "-" : "") + lay_out(replace_all(text.substr(0, e), ".", ""), exponent + 1);
}

/// A member's name that is an array index; those come first in JavaScript.
std::optional<std::uint32_t> find_array_index(std::string_view name) {
  std::uint32_t index = 0;
  if (name.empty() || name.size() > 10 || (name.size() > 1 && name.front() == '0')) return std::nullopt;
  auto const [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (error != std::errc{} || end != name.data() + name.size() || index == UINT32_MAX) return std::nullopt;
  return index;
}

bool has_indices(Value::Object const& members) {
  return std::ranges::any_of(members,
                             [](Member const& each) { return find_array_index(each.name).has_value(); });
}

void write(Value const& value, bool javascript, std::string& out);

void write_object(Value::Object const& members, bool javascript, std::string& out) {
  char separator = '{';
  for (auto const& [name, value] : members) {
    out += separator;
    append_string(out, name);
    out += ':';
    write(value, javascript, out);
    separator = ',';
  }
  out += separator == '{' ? "{}" : "}";
}

void write(Value const& value, bool javascript, std::string& out) {
  if (auto const* const members = value.object()) {
    if (javascript && has_indices(*members)) {
      Value::Object ordered = *members;
      order_like_javascript(ordered);
      write_object(ordered, javascript, out);
    } else {
      write_object(*members, javascript, out);
    }
  } else if (auto const* const elements = value.array()) {
    char separator = '[';
    for (Value const& each : *elements) {
      out += separator;
      write(each, javascript, out);
      separator = ',';
    }
    out += separator == '[' ? "[]" : "]";
  } else if (auto const* const text = value.text()) {
    append_string(out, *text);
  } else if (auto const* const number = value.number()) {
    out += javascript ? javascript_number(number->spelling) : number->spelling;
  } else if (auto const* const boolean = value.boolean()) {
    out += *boolean ? "true" : "false";
  } else {
    out += "null";
  }
}

}  // namespace

std::optional<double> Value::find_double() const {
  if (number() == nullptr) return std::nullopt;
  std::string const& spelling = number()->spelling;
  double read = 0;
  auto const [end, error] = std::from_chars(spelling.data(), spelling.data() + spelling.size(), read);
  if (error != std::errc{}) return std::nullopt;
  return read;
}

Value const* Value::find(std::string_view name) const {
  if (object() == nullptr) return nullptr;
  auto const found = std::ranges::find(*object(), name, &Member::name);
  return found == object()->end() ? nullptr : &found->value;
}

Value* Value::find(std::string_view name) { return const_cast<Value*>(std::as_const(*this).find(name)); }

std::string_view Value::text_of(std::string_view name) const {
  Value const* const found = find(name);
  return found != nullptr && found->text() != nullptr ? std::string_view{*found->text()} : std::string_view{};
}

void Value::set(std::string_view name, Value value) {
  if (object() == nullptr) data_ = Object{};
  if (Value* const found = find(name)) {
    *found = std::move(value);
    return;
  }
  Member member;
  member.name = name;
  member.value = std::move(value);
  object()->push_back(std::move(member));
}

bool Value::erase(std::string_view name) {
  return object() != nullptr &&
         std::erase_if(*object(), [&](Member const& each) { return each.name == name; }) > 0;
}

std::optional<Value> parse_value(std::string_view text) {
  if (!protocol::is_json(text)) return std::nullopt;
  return Reader{text}.value();
}

std::string write_value(Value const& value) {
  std::string out;
  write(value, false, out);
  return out;
}

std::string write_like_javascript(Value const& value) {
  std::string out;
  write(value, true, out);
  return out;
}

void order_like_javascript(Value::Object& members) {
  if (!has_indices(members)) return;
  std::ranges::stable_sort(members, [](Member const& a, Member const& b) {
    auto const first = find_array_index(a.name);
    auto const second = find_array_index(b.name);
    return first && (!second || *first < *second);
  });
}

void order_like_javascript(Value& value) {
  if (auto* const elements = value.array()) {
    for (Value& each : *elements) order_like_javascript(each);
  } else if (auto* const members = value.object()) {
    order_like_javascript(*members);
    for (Member& each : *members) order_like_javascript(each.value);
  }
}

Value const* Index::find(Value const& object, std::string_view name) {
  constexpr std::size_t kNarrow = 24;
  Value::Object const* const members = object.object();
  if (members == nullptr) return nullptr;
  if (members->size() <= kNarrow) return object.find(name);
  auto const [found, is_new] = wide_.try_emplace(&object);
  if (is_new) {
    found->second.reserve(members->size());
    for (Member const& each : *members) found->second.emplace(each.name, &each.value);
  }
  auto const member = found->second.find(name);
  return member == found->second.end() ? nullptr : member->second;
}

}  // namespace agenta::schema
