#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/browse/layout.hpp"

namespace agenta::cli::browse {

/// How a piece of text looks. None means what the words do not say too.
enum class Look { plain, strong, faint, chosen, good, warning, bad };

/// A screen that is put together before it is drawn.
class Canvas {
 public:
  struct Piece {
    int x = 0;
    std::string text{};
    Look look = Look::plain;
  };
  struct Spot {
    int x = 0;
    int y = 0;
    bool operator==(Spot const&) const = default;
  };

  explicit Canvas(Size size);

  /// Puts a line of text at the end of line `y`, which is filled with blanks up to column `x`; made harmless,
  /// and cut to `width` columns and to the screen. Nothing outside the screen.
  void put(int x, int y, int width, std::string_view text, Look look = Look::plain);
  void set_cursor(Spot spot) { cursor_ = spot; }

  Size size() const { return size_; }
  /// The pieces of a line, from left to right, none over another.
  std::vector<Piece> const& line(int y) const { return lines_[static_cast<std::size_t>(y)]; }
  /// Where typing goes; nothing where there is no typing.
  std::optional<Spot> cursor() const { return cursor_; }
  /// The lines as plain text, without blanks at their ends.
  std::string text() const;

 private:
  Size size_;
  std::vector<std::vector<Piece>> lines_;
  std::optional<Spot> cursor_{};
};

}  // namespace agenta::cli::browse
