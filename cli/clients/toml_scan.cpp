#include "cli/clients/toml_scan.hpp"

#include <algorithm>
#include <cctype>

#include "cli/clients/text_place.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kDeepest = 128;

bool is_bare(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-'; }

/// A string's end, and what it says.
struct Quoted {
  std::size_t end = 0;
  std::string text{};
};

void append_code_point(std::string& out, std::string_view hex) {
  std::string json = "\"";
  unsigned long const code = std::stoul(std::string{hex}, nullptr, 16);
  auto const escape = [&](unsigned long unit) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    json += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) json += kDigits[unit >> shift & 0xFU];
  };
  if (code > 0xFFFF) {
    escape(0xD800 + ((code - 0x10000) >> 10U));
    escape(0xDC00 + ((code - 0x10000) & 0x3FFU));
  } else {
    escape(code);
  }
  out += protocol::read_string(json + "\"").value_or("");
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text), at_(mark_size(text)) {}

  Result<std::vector<TomlStatement>> run() {
    for (skip_empty_lines(); at_ < text_.size(); skip_empty_lines()) {
      TomlStatement statement;
      statement.begin = line_begin(text_, at_);
      if (statement.begin < mark_size(text_)) statement.begin = mark_size(text_);
      if (here() == '[') {
        AGENTA_CHECK(header(statement));
      } else {
        AGENTA_CHECK(pair(statement));
      }
      AGENTA_CHECK(line_rest());
      statement.end = at_;
      statements_.push_back(std::move(statement));
    }
    return std::move(statements_);
  }

  /// The end of the string that begins here.
  Result<Quoted> quoted() {
    char const quote = here();
    bool const is_long = text_.substr(at_, 3) == std::string(3, quote);
    std::size_t const begin = at_;
    Quoted found;
    at_ += is_long ? 3 : 1;
    if (is_long && text_.substr(at_, 2) == "\r\n") at_ += 2;
    if (is_long && here() == '\n' && text_[at_ - 1] == quote) ++at_;
    for (; at_ < text_.size();) {
      if (!is_long && here() == '\n') break;
      if (here() == quote && (!is_long || text_.substr(at_, 3) == std::string(3, quote))) {
        at_ += is_long ? 3 : 1;
        // A long string may end in quotes of its own.
        for (int i = 0; is_long && i < 2 && here() == quote; ++i, ++at_) found.text += quote;
        found.end = at_;
        return found;
      }
      if (quote == '"' && here() == '\\') {
        AGENTA_CHECK(escape(found.text));
      } else {
        found.text += text_[at_++];
      }
    }
    return misread_at(text_, begin, "this string has no end");
  }

 private:
  char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  unexpected<Error> misread(std::string_view what) const { return misread_at(text_, at_, what); }

  void skip_blank() {
    while (here() == ' ' || here() == '\t') ++at_;
  }
  void skip_comment() {
    if (here() == '#') at_ = std::min(text_.find('\n', at_), text_.size());
  }
  void skip_empty_lines() {
    for (;;) {
      std::size_t const before = at_;
      while (here() == ' ' || here() == '\t' || here() == '\n' || here() == '\r') ++at_;
      skip_comment();
      if (at_ == before) return;
    }
  }

  Result<void> line_rest() {
    skip_blank();
    skip_comment();
    if (here() == '\r') ++at_;
    if (at_ < text_.size() && here() != '\n') return misread("the line's end is expected");
    if (at_ < text_.size()) ++at_;
    return {};
  }

  Result<void> escape(std::string& out) {
    constexpr std::string_view kNames = "btnfre\"\\";
    constexpr std::string_view kMeant = "\b\t\n\f\r\x1b\"\\";
    ++at_;
    if (std::size_t const known = kNames.find(here()); here() != '\0' && known != std::string_view::npos) {
      out += kMeant[known];
      ++at_;
      return {};
    }
    std::size_t const digits = here() == 'u' ? 4 : here() == 'U' ? 8 : here() == 'x' ? 2 : 0;
    if (digits > 0) {
      std::string_view const hex = text_.substr(at_ + 1, digits);
      bool const is_hex = hex.size() == digits && std::ranges::all_of(hex, [](char c) {
                            return std::isxdigit(static_cast<unsigned char>(c)) != 0;
                          });
      if (!is_hex) return misread("these are no digits of a character");
      append_code_point(out, hex);
      at_ += digits + 1;
      return {};
    }
    if (here() == ' ' || here() == '\t' || here() == '\n' || here() == '\r') {
      while (here() == ' ' || here() == '\t' || here() == '\n' || here() == '\r') ++at_;
      return {};
    }
    return misread("TOML has no such escape");
  }

  Result<std::vector<std::string>> keys() {
    std::vector<std::string> path;
    for (;;) {
      skip_blank();
      if (here() == '"' || here() == '\'') {
        AGENTA_TRY(Quoted key, quoted());
        path.push_back(std::move(key.text));
      } else {
        std::size_t const begin = at_;
        while (is_bare(here())) ++at_;
        if (at_ == begin) return misread("a key is expected");
        path.emplace_back(text_.substr(begin, at_ - begin));
      }
      skip_blank();
      if (here() != '.') return path;
      ++at_;
    }
  }

  Result<void> header(TomlStatement& statement) {
    bool const is_array = text_.substr(at_, 2) == "[[";
    at_ += is_array ? 2 : 1;
    statement.kind = is_array ? TomlStatement::Kind::array_of_tables : TomlStatement::Kind::table;
    AGENTA_TRY(statement.path, keys());
    std::string_view const close = is_array ? "]]" : "]";
    if (text_.substr(at_, close.size()) != close) return misread(std::string{close} + " is expected");
    at_ += close.size();
    table_ = statement.path;
    table_index_ = statements_.size();
    return {};
  }

  Result<void> pair(TomlStatement& statement) {
    AGENTA_TRY(auto const own, keys());
    if (here() != '=') return misread("an equals sign is expected");
    ++at_;
    skip_blank();
    statement.path = table_;
    statement.path.insert(statement.path.end(), own.begin(), own.end());
    statement.key_count = own.size();
    statement.table = table_.empty() ? statements_.size() : table_index_;
    statement.value_begin = at_;
    AGENTA_CHECK(value(0));
    statement.value_end = at_;
    return {};
  }

  Result<void> value(std::size_t depth) {
    if (depth > kDeepest) return misread("nested too deep");
    if (here() == '"' || here() == '\'') {
      AGENTA_TRY(Quoted const ignored, quoted());
      return {};
    }
    if (here() == '[') return list(depth, ']');
    if (here() == '{') return list(depth, '}');
    std::size_t const begin = at_;
    constexpr std::string_view kMarks = "+-.:_";
    while (std::isalnum(static_cast<unsigned char>(here())) != 0 ||
           (here() != '\0' && kMarks.find(here()) != std::string_view::npos))
      ++at_;
    std::string_view const word = text_.substr(begin, at_ - begin);
    bool const is_word = word == "true" || word == "false" || word == "inf" || word == "nan";
    bool const is_number = !word.empty() && (std::isdigit(static_cast<unsigned char>(word[0])) != 0 ||
                                             word[0] == '+' || word[0] == '-');
    if (!is_word && !is_number) {
      at_ = begin;
      return misread("a value is expected");
    }
    // A date and its time may be parted by a blank.
    bool const has_time = word.size() == 10 && word[4] == '-' && here() == ' ' && at_ + 1 < text_.size() &&
                          std::isdigit(static_cast<unsigned char>(text_[at_ + 1])) != 0;
    if (has_time) {
      ++at_;
      return value(depth);
    }
    return {};
  }

  /// The rest of an array, or of an inline table.
  Result<void> list(std::size_t depth, char close) {
    std::size_t const open = at_++;
    for (;;) {
      skip_empty_lines();
      if (here() == close) break;
      if (at_ >= text_.size()) return misread_at(text_, open, "this bracket is not closed");
      if (close == '}') {
        AGENTA_CHECK(keys());
        if (here() != '=') return misread("an equals sign is expected");
        ++at_;
        skip_blank();
      }
      AGENTA_CHECK(value(depth + 1));
      skip_empty_lines();
      if (here() == close) break;
      if (here() != ',') return misread("a comma is expected");
      ++at_;
    }
    ++at_;
    return {};
  }

  std::string_view text_;
  std::size_t at_;
  std::vector<TomlStatement> statements_{};
  std::vector<std::string> table_{};
  std::size_t table_index_ = 0;
};

}  // namespace

Result<std::vector<TomlStatement>> scan_toml(std::string_view text) { return Scanner{text}.run(); }

std::string plain_toml(std::string_view value) {
  std::string plain;
  for (std::size_t at = 0; at < value.size();) {
    char const c = value[at];
    if (c == '"' || c == '\'') {
      auto const quoted = Scanner{value.substr(at)}.quoted();
      if (!quoted) return std::string{value};
      plain += protocol::write_string(quoted->text);
      at += quoted->end;
      continue;
    }
    if (c == '#') {
      at = std::min(value.find('\n', at), value.size());
      continue;
    }
    ++at;
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') continue;
    if ((c == ']' || c == '}') && plain.ends_with(',')) plain.pop_back();
    plain += c;
  }
  return plain;
}

std::string write_toml_string(std::string_view text) {
  // What JSON escapes, TOML's basic strings escape alike; they want DEL escaped too.
  std::string written = protocol::write_string(text);
  for (std::size_t at = written.find('\x7f'); at != std::string::npos; at = written.find('\x7f', at)) {
    written.replace(at, 1, "\\u007f");
  }
  return written;
}

std::string write_toml_key(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, is_bare) ? std::string{key} : write_toml_string(key);
}

}  // namespace agenta::cli
