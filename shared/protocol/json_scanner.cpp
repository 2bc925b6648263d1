#include "shared/protocol/json_scanner.hpp"

namespace agenta::protocol {
namespace {

constexpr std::size_t kDeepest = 512;
constexpr std::size_t kLongestName = std::size_t{64} << 10;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_plain(char c) {
  auto const byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

}  // namespace

bool JsonScanner::feed(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size() && state_ != State::broken) {
    switch (state_) {
      case State::string: at = string(bytes, at); break;
      case State::number: at = number(bytes, at); break;
      case State::word: at = word(bytes, at); break;
      default: at = structure(bytes, at);
    }
  }
  base_ += static_cast<std::int64_t>(bytes.size());
  return state_ != State::broken;
}

bool JsonScanner::finish() {
  // Only what follows a number says that it is over, and at the end nothing follows.
  if (state_ == State::number && inside_.empty() && number_may_end()) end_value(base_);
  return state_ == State::over;
}

/// One byte that is no part of a scalar, or the first of one. Where reading goes on.
std::size_t JsonScanner::structure(std::string_view bytes, std::size_t at) {
  char const c = bytes[at];
  if (is_space(c)) return at + 1;
  std::int64_t const offset = base_ + static_cast<std::int64_t>(at);
  bool const may_close = state_ == State::first_value || state_ == State::first_name;
  if (may_close && c == (state_ == State::first_name ? '}' : ']')) {
    end_container(offset + 1);
    return at + 1;
  }
  switch (state_) {
    case State::first_value:
    case State::value:
      if (!begin_value(c, offset)) return at;
      if (state_ == State::string) handler_.text(bytes.substr(at, 1));
      return at + 1;
    case State::first_name:
    case State::name:
      if (c != '"') break;
      is_name_ = true;
      name_ = c;
      state_ = State::string;
      return at + 1;
    case State::colon:
      if (c != ':') break;
      state_ = State::value;
      return at + 1;
    case State::after:
      if (c == (inside_.back() ? '}' : ']')) {
        end_container(offset + 1);
        return at + 1;
      }
      if (c != ',') break;
      state_ = inside_.back() ? State::name : State::value;
      return at + 1;
    default: break;
  }
  state_ = State::broken;
  return at;
}

/// Whether the first byte is read with it: that of a number or a word is not.
bool JsonScanner::begin_value(char first, std::int64_t offset) {
  auto const begin = [&](JsonKind kind, State state) {
    handler_.begin(kind, offset);
    state_ = state;
    return false;
  };
  if (first == '{' || first == '[') {
    bool const is_object = first == '{';
    if (inside_.size() >= kDeepest) {
      state_ = State::broken;
      return false;
    }
    inside_.push_back(is_object);
    begin(is_object ? JsonKind::object : JsonKind::array, is_object ? State::first_name : State::first_value);
    return true;
  }
  if (first == '"') {
    is_name_ = false;
    begin(JsonKind::string, State::string);
    return true;
  }
  if (first == 't' || first == 'f') {
    word_ = first == 't' ? "true" : "false";
    return begin(JsonKind::boolean, State::word);
  }
  if (first == 'n') {
    word_ = "null";
    return begin(JsonKind::null, State::word);
  }
  if (first != '-' && !is_digit(first)) {
    state_ = State::broken;
    return false;
  }
  number_ = Number::nothing;
  return begin(JsonKind::number, State::number);
}

void JsonScanner::end_container(std::int64_t offset) {
  inside_.pop_back();
  end_value(offset);
}

void JsonScanner::end_value(std::int64_t offset) {
  state_ = inside_.empty() ? State::over : State::after;
  handler_.end(offset);
}

void JsonScanner::give(std::string_view raw) {
  if (!is_name_) {
    handler_.text(raw);
  } else if (name_.size() + raw.size() <= kLongestName) {
    name_.append(raw);
  } else {
    name_.assign(kLongestName, '"');  // full: whatever comes does not fit either
  }
}

std::size_t JsonScanner::string(std::string_view bytes, std::size_t at) {
  std::size_t const start = at;
  while (at < bytes.size()) {
    bool const is_between = !escaped_ && hex_left_ == 0 && tail_ == 0;
    if (is_between) {
      while (at < bytes.size() && is_plain(bytes[at])) ++at;
      if (at == bytes.size()) break;
      if (bytes[at] == '"') {
        give(bytes.substr(start, ++at - start));
        end_string(base_ + static_cast<std::int64_t>(at));
        return at;
      }
    }
    if (!take_in_string(static_cast<unsigned char>(bytes[at]))) {
      state_ = State::broken;
      return at;
    }
    ++at;
  }
  give(bytes.substr(start));
  return at;
}

void JsonScanner::end_string(std::int64_t offset) {
  if (!is_name_) return end_value(offset);
  state_ = State::colon;
  handler_.name(name_.size() < kLongestName ? std::string_view{name_} : std::string_view{});
}

/// A byte of a string that is not plain, or not the first of what it belongs to.
bool JsonScanner::take_in_string(unsigned char byte) {
  if (escaped_) {
    escaped_ = false;
    if (byte == 'u') hex_left_ = 4;
    return std::string_view{"\"\\/bfnrtu"}.find(static_cast<char>(byte)) != std::string_view::npos;
  }
  if (hex_left_ > 0) {
    --hex_left_;
    return is_hex(byte);
  }
  if (tail_ > 0) {
    bool const fits = byte >= lowest_ && byte <= highest_;
    --tail_;
    lowest_ = 0x80;
    highest_ = 0xBF;
    return fits;
  }
  if (byte == '\\') return escaped_ = true;
  return begin_character(byte);
}

/// The first byte of a UTF-8 character of more than one (RFC 3629: no overlong forms, no surrogates).
bool JsonScanner::begin_character(unsigned first) {
  lowest_ = 0x80;
  highest_ = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    tail_ = 1;
  } else if (first >= 0xE0 && first <= 0xEF) {
    tail_ = 2;
    if (first == 0xE0) lowest_ = 0xA0;
    if (first == 0xED) highest_ = 0x9F;
  } else if (first >= 0xF0 && first <= 0xF4) {
    tail_ = 3;
    if (first == 0xF0) lowest_ = 0x90;
    if (first == 0xF4) highest_ = 0x8F;
  }
  return tail_ > 0;
}

std::size_t JsonScanner::word(std::string_view bytes, std::size_t at) {
  std::size_t const start = at;
  while (at < bytes.size() && !word_.empty()) {
    if (bytes[at] != word_.front()) {
      state_ = State::broken;
      return at;
    }
    ++at;
    word_.remove_prefix(1);
  }
  handler_.text(bytes.substr(start, at - start));
  if (word_.empty()) end_value(base_ + static_cast<std::int64_t>(at));
  return at;
}

std::size_t JsonScanner::number(std::string_view bytes, std::size_t at) {
  std::size_t const start = at;
  while (at < bytes.size() && continue_number(bytes[at])) ++at;
  if (at > start) handler_.text(bytes.substr(start, at - start));
  if (at == bytes.size()) return at;
  if (number_may_end()) {
    end_value(base_ + static_cast<std::int64_t>(at));
  } else {
    state_ = State::broken;
  }
  return at;
}

bool JsonScanner::number_may_end() const {
  return number_ == Number::zero || number_ == Number::integer || number_ == Number::fraction ||
         number_ == Number::power;
}

/// Whether `c` belongs to the number.
bool JsonScanner::continue_number(char c) {
  auto const become = [this](Number next) {
    number_ = next;
    return true;
  };
  bool const digit = is_digit(c);
  bool const power = c == 'e' || c == 'E';
  switch (number_) {
    case Number::nothing:
      if (c == '-') return become(Number::minus);
      [[fallthrough]];
    case Number::minus: return digit && become(c == '0' ? Number::zero : Number::integer);
    case Number::integer:
      if (digit) return true;
      [[fallthrough]];
    case Number::zero: return (c == '.' && become(Number::point)) || (power && become(Number::exponent));
    case Number::point: return digit && become(Number::fraction);
    case Number::fraction: return digit || (power && become(Number::exponent));
    case Number::exponent:
      if (c == '+' || c == '-') return become(Number::sign);
      [[fallthrough]];
    case Number::sign: return digit && become(Number::power);
    case Number::power: return digit;
  }
  __builtin_unreachable();
}

}  // namespace agenta::protocol
