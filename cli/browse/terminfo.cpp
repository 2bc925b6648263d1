#include "cli/browse/terminfo.hpp"

#define NCURSES_NOMACROS
#include <curses.h>
#include <term.h>

#include <cstdint>

namespace agenta::cli::browse {
namespace {

// tputs gives its characters to a function without a context.
std::string* collected = nullptr;
int collect(int character) {
  collected->push_back(static_cast<char>(character));
  return character;
}

std::string expanded(char const* capability) {
  std::string text;
  if (capability == nullptr) return text;
  collected = &text;
  ::tputs(capability, 1, collect);
  collected = nullptr;
  return text;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::string_view const group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) out += i <= group.size() ? kDigits[bits >> (18 - 6 * i) & 63U] : '=';
  }
  return out;
}

}  // namespace

char const* find_capability(char const* name) {
  char const* const text = ::tigetstr(name);
  // The library's word for a name of another kind.
  return reinterpret_cast<std::intptr_t>(text) == -1 ? nullptr : text;
}

std::string capability_text(char const* name) { return expanded(find_capability(name)); }

std::string clipboard_text(std::string_view content) {
  char const* const set_clipboard = find_capability("Ms");
  if (set_clipboard == nullptr) return "";
  return expanded(::tiparm(set_clipboard, "c", base64(content).c_str()));
}

std::optional<std::string> restoring_text(int tty) {
  int problem = 0;
  if (::setupterm(nullptr, tty, &problem) != OK) return std::nullopt;
  std::string text;
  for (char const* const name : {"sgr0", "rmkx", "BD", "cnorm", "rmcup"}) text += capability_text(name);
  bool const can_draw = find_capability("cup") != nullptr;
  ::del_curterm(::cur_term);
  return can_draw ? std::optional{text} : std::nullopt;
}

}  // namespace agenta::cli::browse
