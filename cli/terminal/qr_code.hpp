#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agenta::cli {

/// How the two colours of a code are brought about.
enum class QrInk {
  exact,  ///< black and white themselves, of the 256 colours
  basic,  ///< the terminal's own black and white
  none,   ///< no colours: what is light is drawn in the terminal's own ink
};

/// A QR code as a terminal shows it: half blocks, two modules a character, with its quiet zone.
struct QrPicture {
  std::string text{};  ///< lines, each ended
  int columns = 0;
  int lines = 0;
};

/// Nothing where `content` is too long for a code.
std::optional<QrPicture> draw_qr(std::string_view content, QrInk ink);

}  // namespace agenta::cli
