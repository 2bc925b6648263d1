#include "cli/terminal/qr_code.hpp"

#include <cstdint>
#include <qrcodegen/qrcodegen.hpp>
#include <stdexcept>
#include <vector>

namespace agenta::cli {
namespace {

using qrcodegen::QrCode;

/// As the standard wants it; without it a reader cannot tell the code from what is around it.
constexpr int kQuietZone = 4;

std::optional<QrCode> encode(std::string_view content) {
  try {
    std::vector<std::uint8_t> const bytes{content.begin(), content.end()};
    return QrCode::encodeBinary(bytes, QrCode::Ecc::LOW);
  } catch (std::length_error const&) {
    return std::nullopt;
  }
}

std::string_view begin_of(QrInk ink) {
  switch (ink) {
    case QrInk::exact: return "\x1b[38;5;16;48;5;231m";
    case QrInk::basic: return "\x1b[30;47m";
    case QrInk::none: return "";
  }
  __builtin_unreachable();
}

/// The character of two modules, one above the other.
std::string_view block_of(bool upper_is_inked, bool lower_is_inked) {
  if (upper_is_inked && lower_is_inked) return "█";
  if (upper_is_inked) return "▀";
  return lower_is_inked ? "▄" : " ";
}

}  // namespace

std::optional<QrPicture> draw_qr(std::string_view content, QrInk ink) {
  auto const code = encode(content);
  if (!code) return std::nullopt;
  // Beyond its edge the library calls every module light. Without colours of our own the ink is the light
  // one: terminals are dark more often than not, and readers take a code of either kind.
  bool const draws_light = ink == QrInk::none;
  auto const is_inked = [&](int x, int y) { return code->getModule(x, y) != draws_light; };
  QrPicture picture;
  int const end = code->getSize() + kQuietZone;
  picture.columns = end + kQuietZone;
  for (int y = -kQuietZone; y < end; y += 2) {
    picture.text += begin_of(ink);
    for (int x = -kQuietZone; x < end; ++x) picture.text += block_of(is_inked(x, y), is_inked(x, y + 1));
    picture.text += ink == QrInk::none ? "\n" : "\x1b[0m\n";
    ++picture.lines;
  }
  return picture;
}

}  // namespace agenta::cli
