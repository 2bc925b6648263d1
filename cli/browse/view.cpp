#include "cli/browse/view.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "cli/browse/list_view.hpp"
#include "cli/browse/text_view.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/width.hpp"

namespace agenta::cli::browse {
namespace {

/// The end of a text that is too long to be seen whole: what is typed is at its end.
std::string tail_of(std::string_view text, int columns) {
  std::size_t at = 0;
  while (display_width(text.substr(at)) > columns && at < text.size()) at += decode_utf8(text, at).length;
  return std::string{text.substr(at)};
}

std::string scopes(Scope scope, bool is_short) {
  constexpr std::array<std::string_view, 3> kNames{"all", "integrations", "tools"};
  std::string out;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    bool const is_current = i == static_cast<std::size_t>(scope);
    if (is_short && !is_current) continue;
    if (!out.empty()) out += ' ';
    out += is_current ? "[" + std::string{kNames[i]} + "]" : std::string{kNames[i]};
  }
  return out;
}

/// `3/412`: which of how many is chosen; the guide is none of them.
std::string position(List const& list) {
  std::size_t const guides = !list.rows().empty() && list.rows().front().kind == Row::Kind::guide ? 1 : 0;
  if (list.rows().size() <= guides) return "";
  auto const found = static_cast<std::int64_t>(list.rows().size() - guides);
  std::string const total = std::to_string(std::max(list.total(), found));
  if (list.chosen_index() < guides) return total + (total == "1" ? " tool" : " tools");
  return std::to_string(list.chosen_index() + 1 - guides) + "/" + total;
}

void draw_header(Canvas& canvas, Area const& area, List const& list) {
  if (area.is_empty()) return;
  constexpr int kLeastTyped = 16;
  std::string const prompt = (list.guide() ? list.guide()->slug + "  " : std::string{}) + "Search: ";
  int const prompt_width = std::min(display_width(visible(prompt)), area.width / 2);
  std::string right;
  for (bool const is_short : {false, true}) {
    right = list.guide() ? std::string{} : scopes(list.scope(), is_short);
    if (auto const where = position(list); !where.empty()) right += (right.empty() ? "" : "  ") + where;
    if (prompt_width + kLeastTyped + display_width(right) <= area.width) break;
  }
  if (prompt_width + kLeastTyped + display_width(right) > area.width) right.clear();
  int const right_at = area.width - display_width(right);
  // One column for the cursor behind what is typed, one between that and the right.
  std::string const typed = tail_of(visible(list.typed()), std::max(0, right_at - prompt_width - 2));
  canvas.put(area.x, area.y, prompt_width, prompt, Look::faint);
  canvas.put(area.x + prompt_width, area.y, area.width, typed, Look::strong);
  canvas.put(right_at, area.y, area.width, right, Look::faint);
  canvas.set_cursor({std::min(area.x + prompt_width + display_width(typed), area.width - 1), area.y});
}

void draw_header(Canvas& canvas, Area const& area, Page const& page, int height) {
  if (area.is_empty()) return;
  std::string right;
  auto const lines = static_cast<int>(page.lines().size());
  auto const top = static_cast<int>(page.top());
  if (lines > height) {
    right = "lines " + std::to_string(top + 1) + "-" + std::to_string(std::min(lines, top + height)) +
            " of " + std::to_string(lines);
  }
  constexpr int kLeastTitle = 16;
  if (area.width - display_width(right) < kLeastTitle) right.clear();
  int const right_at = area.width - display_width(right);
  canvas.put(area.x, area.y, right.empty() ? area.width : right_at - 1, page.title(), Look::strong);
  canvas.put(right_at, area.y, area.width, right, Look::faint);
}

struct Sentence {
  std::string text{};
  Look look = Look::plain;
};

Sentence state_of(List const& list) {
  if (list.error() && !list.rows().empty()) return {list.error()->message, Look::bad};
  auto const shown = static_cast<std::int64_t>(list.rows().size());
  if (!list.remark().empty()) return {list.remark(), Look::warning};
  if (!list.guide() && !list.has_more() && shown > 0 && shown < list.total()) {
    return {"The best " + std::to_string(shown) + " of " + std::to_string(list.total()) +
                ": more words find fewer.",
            Look::plain};
  }
  return {};
}

Sentence state_of(Page const& page) {
  if (page.error() && !page.lines().empty()) return {page.error()->message, Look::bad};
  return {page.remark(), Look::warning};
}

void draw_status(Canvas& canvas, Area const& area, Model const& model) {
  Sentence sentence{model.notice(), Look::strong};
  if (sentence.text.empty() && model.is_waiting() && model.seconds_waited() > 0) {
    sentence = {"Waiting for an answer, " + std::to_string(model.seconds_waited()) + " s", Look::plain};
  }
  if (sentence.text.empty())
    sentence = std::visit([](auto const& place) { return state_of(place); }, model.place());
  if (!area.is_empty()) canvas.put(area.x, area.y, area.width, sentence.text, sentence.look);
}

void draw_keys(Canvas& canvas, Area const& area, std::span<std::string_view const> keys) {
  if (area.is_empty()) return;
  std::string line;
  for (std::string_view const key : keys) {
    std::string const longer = line.empty() ? std::string{key} : line + "  " + std::string{key};
    if (display_width(longer) > area.width) break;
    line = longer;
  }
  canvas.put(area.x, area.y, area.width, line, Look::faint);
}

void draw_place(Canvas& canvas, Layout const& layout, Model const& model, List const& list) {
  constexpr std::array<std::string_view, 6> kAtTop{"Enter open", "Ctrl-Y copy", "Ctrl-O connect",
                                                   "Tab scope",  "F1 keys",     "Esc quit"};
  constexpr std::array<std::string_view, 5> kInside{"Enter open", "Ctrl-Y copy", "Ctrl-O connect", "Esc back",
                                                    "F1 keys"};
  draw_header(canvas, layout.header, list);
  draw_rows(canvas, layout, list, model.is_waiting());
  if (layout.is_pane_beside) {
    for (int y = layout.pane.y; y < layout.pane.y + layout.pane.height; ++y)
      canvas.put(layout.pane.x - 2, y, 1, "│", Look::faint);
  } else if (!layout.pane.is_empty()) {
    std::string line;
    for (int x = 0; x < layout.pane.width; ++x) line += "─";
    canvas.put(0, layout.pane.y - 1, layout.pane.width, line, Look::faint);
  }
  draw_pane(canvas, layout, list);
  if (model.place_before() == nullptr) {
    draw_keys(canvas, layout.keys, kAtTop);
  } else {
    draw_keys(canvas, layout.keys, kInside);
  }
}

void draw_place(Canvas& canvas, Layout const& layout, Model const&, Page const& page) {
  constexpr std::array<std::string_view, 5> kKeys{"Esc back", "Ctrl-Y copy", "Ctrl-O connect",
                                                  "Up, Down scroll", "F1 keys"};
  constexpr std::array<std::string_view, 2> kHelpKeys{"Esc back", "Up, Down scroll"};
  draw_header(canvas, layout.header, page, layout.page.height);
  int y = layout.page.y;
  int const end = y + layout.page.height;
  if (page.lines().empty() && page.error()) {
    draw_error(canvas, layout.page, *page.error());
  } else {
    for (std::size_t i = page.top(); i < page.lines().size() && y < end; ++i)
      canvas.put(layout.page.x, y++, layout.page.width, page.lines()[i]);
  }
  if (page.row()) {
    draw_keys(canvas, layout.keys, kKeys);
  } else {
    draw_keys(canvas, layout.keys, kHelpKeys);
  }
}

}  // namespace

Canvas draw(Model const& model) {
  Canvas canvas{model.size()};
  Layout const layout = arrange(model.size());
  std::visit([&](auto const& place) { draw_place(canvas, layout, model, place); }, model.place());
  draw_status(canvas, layout.status, model);
  return canvas;
}

}  // namespace agenta::cli::browse
