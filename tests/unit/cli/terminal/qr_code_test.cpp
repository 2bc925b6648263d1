#include "cli/terminal/qr_code.hpp"

#include <gtest/gtest.h>

#include <qrcodegen/qrcodegen.hpp>
#include <vector>

#include "cli/terminal/sanitize.hpp"
#include "shared/base/text.hpp"

namespace agenta::cli {
namespace {

constexpr char const* kLink = "https://connect.composio.dev/link/lk_3f9aC0ffee-42";
constexpr int kQuiet = 4;

/// The half blocks read back as rows of modules: true where there is ink.
std::vector<std::vector<bool>> read_ink(std::string const& text) {
  std::vector<std::vector<bool>> rows;
  for (std::string const& line : split(text, '\n')) {
    std::vector<bool> upper;
    std::vector<bool> lower;
    for (std::size_t at = 0; at < line.size();) {
      if (line[at] == '\x1b') {
        at = line.find('m', at) + 1;
        continue;
      }
      Decoded const character = decode_utf8(line, at);
      upper.push_back(character.code == 0x2588 || character.code == 0x2580);
      lower.push_back(character.code == 0x2588 || character.code == 0x2584);
      at += character.length;
    }
    if (upper.empty()) continue;
    rows.push_back(upper);
    rows.push_back(lower);
  }
  return rows;
}

void expect_drawn(QrInk ink, bool dark_is_inked) {
  auto const picture = draw_qr(kLink, ink);
  ASSERT_TRUE(picture);
  std::string_view const content{kLink};
  auto const code =
      qrcodegen::QrCode::encodeBinary({content.begin(), content.end()}, qrcodegen::QrCode::Ecc::LOW);
  auto const rows = read_ink(picture->text);

  ASSERT_EQ(picture->columns, code.getSize() + 2 * kQuiet);
  ASSERT_EQ(rows.size(), static_cast<std::size_t>(picture->lines) * 2);
  for (int y = 0; y < static_cast<int>(rows.size()); ++y) {
    ASSERT_EQ(rows[static_cast<std::size_t>(y)].size(), static_cast<std::size_t>(picture->columns));
    for (int x = 0; x < picture->columns; ++x) {
      bool const is_dark = code.getModule(x - kQuiet, y - kQuiet);
      EXPECT_EQ(rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)], is_dark == dark_is_inked)
          << x << "," << y;
    }
  }
}

TEST(QrCode, DrawsTheModulesInBothColoursWithTheirQuietZone) {
  expect_drawn(QrInk::exact, true);
  expect_drawn(QrInk::basic, true);
}

TEST(QrCode, DrawsWhatIsLightWhereThereAreNoColours) {
  expect_drawn(QrInk::none, false);
  EXPECT_EQ(draw_qr(kLink, QrInk::none)->text.find('\x1b'), std::string::npos);
}

TEST(QrCode, EndsItsColoursOnEveryLine) {
  auto const picture = draw_qr(kLink, QrInk::exact);

  for (std::string const& line : split(picture->text, '\n')) {
    EXPECT_TRUE(line.empty() || line.ends_with("\x1b[0m"));
  }
}

TEST(QrCode, IsNoneForWhatDoesNotFit) { EXPECT_FALSE(draw_qr(std::string(3000, 'x'), QrInk::none)); }

}  // namespace
}  // namespace agenta::cli
