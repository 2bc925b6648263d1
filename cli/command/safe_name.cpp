#include "cli/command/safe_name.hpp"

#include <cstdint>

#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kLongest = 240;
constexpr std::size_t kLongestExtension = 20;

/// The code point that begins at `at` of valid UTF-8, and how many bytes it takes.
struct CodePoint {
  std::uint32_t value = 0;
  std::size_t size = 1;
};
CodePoint code_point(std::string_view text, std::size_t at) {
  auto const byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])) : 0U;
  };
  auto const first = byte(at);
  if (first < 0x80) return {first, 1};
  if (first < 0xE0) return {(first & 0x1F) << 6 | (byte(at + 1) & 0x3F), 2};
  if (first < 0xF0) return {(first & 0xF) << 12 | (byte(at + 1) & 0x3F) << 6 | (byte(at + 2) & 0x3F), 3};
  return {
      (first & 7) << 18 | (byte(at + 1) & 0x3F) << 12 | (byte(at + 2) & 0x3F) << 6 | (byte(at + 3) & 0x3F),
      4};
}

/// Control characters, and those that turn, hide or join what stands around them.
bool is_unseen(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || c == 0xFFFD ||
         (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F);
}

std::string seen(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    auto const [value, size] = code_point(text, at);
    if (!is_unseen(value)) out += text.substr(at, size);
    at += size;
  }
  return out;
}

void cut(std::string& text, std::size_t longest) {
  if (text.size() <= longest) return;
  while (longest > 0 && (static_cast<unsigned char>(text[longest]) & 0xC0) == 0x80) --longest;
  text.resize(longest);
}

/// Where the extension begins; the end where there is none.
std::size_t extension_of(std::string const& name) {
  auto const dot = name.rfind('.');
  if (dot == std::string::npos || dot == 0 || name.size() - dot > kLongestExtension) return name.size();
  return dot;
}

}  // namespace

std::string safe_file_name(std::string_view name) {
  if (auto const slash = name.find_last_of("/\\"); slash != std::string_view::npos)
    name.remove_prefix(slash + 1);
  // Bytes that are not UTF-8 become U+FFFD on the way through a JSON string.
  std::string out = seen(protocol::read_string(protocol::write_string(name)).value_or(""));
  auto const begin = out.find_first_not_of(". ");
  out.erase(0, begin == std::string::npos ? out.size() : begin);
  while (out.ends_with('.') || out.ends_with(' ')) out.pop_back();
  if (out.starts_with('-') || out.starts_with('~')) out.front() = '_';
  if (out.size() > kLongest) {
    std::string const extension = out.substr(extension_of(out));
    cut(out, kLongest - extension.size());
    out += extension;
  }
  return out.empty() ? "file" : out;
}

std::string numbered_name(std::string const& name, int number) {
  if (number == 1) return name;
  auto const dot = extension_of(name);
  return name.substr(0, dot) + " (" + std::to_string(number) + ")" + name.substr(dot);
}

}  // namespace agenta::cli
