#include "cli/terminal/json_print.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/style.hpp"

namespace agenta::cli {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

std::string json_escape(Decoded const& character) {
  std::array<char, 16> out{};
  std::uint32_t const code = character.is_valid ? character.code : 0xFFFD;
  if (code > 0xFFFF) {
    std::uint32_t const pair = code - 0x10000;
    std::snprintf(out.data(), out.size(), "\\u%04x\\u%04x", 0xD800 + (pair >> 10), 0xDC00 + (pair & 0x3FF));
  } else {
    std::snprintf(out.data(), out.size(), "\\u%04x", code);
  }
  return out.data();
}

std::string safe_string(std::string_view token) {
  std::string out;
  for (std::size_t at = 0; at < token.size();) {
    Decoded const character = decode_utf8(token, at);
    if (character.is_valid && !is_unseen_control(character.code)) {
      out += token.substr(at, character.length);
    } else {
      out += json_escape(character);
    }
    at += character.length;
  }
  return out;
}

/// Walks the tokens once; no tree is built.
class Printer {
 public:
  Printer(std::string_view json, bool has_color) : json_(json), has_color_(has_color) {}

  std::string run() {
    for (skip_blank(); at_ < json_.size(); skip_blank()) step();
    return std::move(out_);
  }

 private:
  void step() {
    char const c = json_[at_];
    if (c == '{' || c == '[') return open(c);
    if (c == '}' || c == ']') return close(c);
    ++at_;
    if (c == ',') {
      out_ += ',';
      new_line();
    } else if (c == ':') {
      out_ += ": ";
    } else {
      --at_;
      c == '"' ? text() : word();
    }
  }

  void open(char c) {
    ++at_;
    out_ += c;
    skip_blank();
    if (at_ < json_.size() && (json_[at_] == '}' || json_[at_] == ']')) {
      out_ += json_[at_++];
      return;
    }
    ++depth_;
    new_line();
  }

  void close(char c) {
    ++at_;
    if (depth_ > 0) --depth_;
    new_line();
    out_ += c;
  }

  void text() {
    std::size_t const start = at_++;
    while (at_ < json_.size() && json_[at_] != '"') at_ += json_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_ + 1, json_.size());
    std::string const token = safe_string(json_.substr(start, at_ - start));
    skip_blank();
    bool const is_name = at_ < json_.size() && json_[at_] == ':';
    out_ += inked(token, is_name ? Ink::blue : Ink::green, has_color_);
  }

  void word() {
    std::size_t const end = std::min(json_.find_first_of(" \t\r\n,:]}", at_), json_.size());
    out_ += inked(safe_string(json_.substr(at_, end - at_)), Ink::yellow, has_color_);
    at_ = end;
  }

  void skip_blank() { at_ = std::min(json_.find_first_not_of(kBlank, at_), json_.size()); }
  void new_line() { out_.append("\n").append(depth_ * 2, ' '); }

  std::string_view json_;
  bool has_color_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::string out_{};
};

}  // namespace

std::string pretty_json(std::string_view json, bool has_color) { return Printer{json, has_color}.run(); }

void print_json(Terminal& terminal, std::string_view json) {
  if (terminal.out_is_tty()) {
    terminal.out(pretty_json(json, terminal.out_has_color()));
  } else {
    terminal.out(json);
  }
  terminal.out("\n");
}

}  // namespace agenta::cli
