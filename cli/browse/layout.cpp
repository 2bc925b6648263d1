#include "cli/browse/layout.hpp"

#include <algorithm>

namespace agenta::cli::browse {
namespace {

// From how many lines on there is room for each, the most needed first.
constexpr int kStatusFrom = 4;
constexpr int kKeysFrom = 6;
constexpr int kHeadingsFrom = 8;
constexpr int kPaneFrom = 16;
// Columns from which on the pane is beside the list.
constexpr int kBesideFrom = 110;
constexpr int kLeastBelow = 5;
constexpr int kMostBelow = 12;

}  // namespace

Layout arrange(Size size) {
  int const width = std::max(1, size.width);
  int const height = std::max(1, size.height);
  Layout out;
  int top = 0;
  int bottom = height;
  if (height >= 2) out.header = {0, top++, width, 1};
  if (height >= kKeysFrom) out.keys = {0, --bottom, width, 1};
  if (height >= kStatusFrom) out.status = {0, --bottom, width, 1};
  out.page = {0, top, width, bottom - top};
  out.is_pane_beside = width >= kBesideFrom && height >= kHeadingsFrom;
  int list_width = width;
  if (out.is_pane_beside) {
    // Two columns are the line between them, and a blank.
    list_width = width * 3 / 5;
    out.pane = {list_width + 2, top, width - list_width - 2, bottom - top};
  } else if (height >= kPaneFrom) {
    int const pane = std::clamp(height / 3, kLeastBelow, kMostBelow);
    bottom -= pane;
    // Its first line is the line between them.
    out.pane = {0, bottom + 1, width, pane - 1};
  }
  if (height >= kHeadingsFrom) out.headings = {0, top++, list_width, 1};
  out.list = {0, top, list_width, bottom - top};
  return out;
}

}  // namespace agenta::cli::browse
