#pragma once

#include <string>
#include <string_view>

namespace agenta::cli {

enum class Ink { plain, bold, dim, red, green, yellow, blue, cyan };

/// `text` between the escape sequences of `ink`; as it is where `has_color` is false. Colour never carries
/// meaning that the words do not.
inline std::string inked(std::string_view text, Ink ink, bool has_color) {
  if (!has_color || ink == Ink::plain || text.empty()) return std::string{text};
  constexpr auto code = [](Ink which) -> std::string_view {
    switch (which) {
      case Ink::plain: return "0";
      case Ink::bold: return "1";
      case Ink::dim: return "2";
      case Ink::red: return "31";
      case Ink::green: return "32";
      case Ink::yellow: return "33";
      case Ink::blue: return "34";
      case Ink::cyan: return "36";
    }
    __builtin_unreachable();
  };
  return std::string{"\x1b["}.append(code(ink)).append("m").append(text).append("\x1b[0m");
}

}  // namespace agenta::cli
