#include "cli/browse/text_view.hpp"

#include "cli/browse/wrap.hpp"
#include "cli/terminal/shell_line.hpp"

namespace agenta::cli::browse {

int draw_text(Canvas& canvas, Area const& area, int y, int end, std::string_view text, Look look) {
  for (std::string const& line : wrap_text(text, area.width)) {
    if (y >= end) break;
    canvas.put(area.x, y++, area.width, line, look);
  }
  return y;
}

void draw_error(Canvas& canvas, Area const& area, Error const& error) {
  int const end = area.y + area.height;
  int const y = draw_text(canvas, area, area.y, end, error.message, Look::bad);
  if (!error.next_step.empty()) draw_text(canvas, area, y, end, "next: " + shell_line(error.next_step));
}

}  // namespace agenta::cli::browse
