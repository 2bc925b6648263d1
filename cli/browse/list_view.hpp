#pragma once

#include "cli/browse/canvas.hpp"
#include "cli/browse/list.hpp"

namespace agenta::cli::browse {

/// Draws the headings and the rows in the window.
void draw_rows(Canvas& canvas, Layout const& layout, List const& list, bool is_waiting);

/// Draws what is known of the chosen row, and the plain commands for it.
void draw_pane(Canvas& canvas, Layout const& layout, List const& list);

}  // namespace agenta::cli::browse
