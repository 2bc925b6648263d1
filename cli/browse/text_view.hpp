#pragma once

#include <string_view>

#include "cli/browse/canvas.hpp"
#include "shared/domain/error.hpp"

namespace agenta::cli::browse {

/// Breaks a text into an area's lines, from `y` to before `end`; what is beyond is left out. The line after
/// it.
int draw_text(Canvas& canvas, Area const& area, int y, int end, std::string_view text,
              Look look = Look::plain);

/// What went wrong, and the command that goes on from there.
void draw_error(Canvas& canvas, Area const& area, Error const& error);

}  // namespace agenta::cli::browse
