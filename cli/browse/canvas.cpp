#include "cli/browse/canvas.hpp"

#include <algorithm>

#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/width.hpp"

namespace agenta::cli::browse {

Canvas::Canvas(Size size)
    : size_{std::max(1, size.width), std::max(1, size.height)},
      lines_(static_cast<std::size_t>(size_.height)) {}

void Canvas::put(int x, int y, int width, std::string_view text, Look look) {
  if (y < 0 || y >= size_.height || x < 0) return;
  std::string shown = fit_width(visible(text), std::min(width, size_.width - x));
  if (!shown.empty())
    lines_[static_cast<std::size_t>(y)].push_back({.x = x, .text = std::move(shown), .look = look});
}

std::string Canvas::text() const {
  std::string out;
  for (std::vector<Piece> const& pieces : lines_) {
    std::string line;
    for (Piece const& piece : pieces) line = pad_width(line, piece.x) + piece.text;
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

}  // namespace agenta::cli::browse
