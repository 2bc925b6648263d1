#include "cli/browse/list_view.hpp"

#include <algorithm>
#include <array>

#include "cli/browse/text_view.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/width.hpp"

namespace agenta::cli::browse {
namespace {

constexpr int kMarker = 2;
constexpr int kGap = 2;

/// The widths of the columns; 0 where there is no room for one.
struct Columns {
  int name = 0;
  int state = 0;
  int note = 0;
  int about = 0;
};

std::string name_in_list(Row const& row) {
  return row.kind == Row::Kind::guide ? "How to connect " + (row.name.empty() ? row.slug : row.name)
                                      : row.slug;
}

Columns columns_of(List const& list, int width, int height) {
  constexpr int kLeastName = 12;
  constexpr int kState = 13;
  constexpr int kNote = 10;
  constexpr int kLeastAbout = 12;
  constexpr int kNoteFrom = 70;
  Columns out;
  bool has_state = false;
  std::size_t const end =
      std::min(list.rows().size(), list.top() + static_cast<std::size_t>(std::max(0, height)));
  for (std::size_t i = list.top(); i < end; ++i) {
    out.name = std::max(out.name, display_width(visible(name_in_list(list.rows()[i]))));
    // The guide's own is in the pane.
    has_state =
        has_state || (list.rows()[i].kind != Row::Kind::guide && list.rows()[i].state != State::unknown);
  }
  int rest = width - kMarker;
  auto const take = [&](int columns, bool is_wanted) {
    if (!is_wanted || rest < kGap + columns) return 0;
    rest -= kGap + columns;
    return columns;
  };
  int const most_name = std::max(kLeastName, width * 2 / 5);
  out.name = std::clamp(out.name, std::min(kLeastName, most_name), most_name);
  rest -= out.name;
  out.state = take(kState, has_state);
  out.note = take(kNote, width >= kNoteFrom);
  out.about = take(std::max(kLeastAbout, rest - kGap), true);
  if (out.state == 0 && out.about == 0) out.name = width - kMarker;
  return out;
}

Look look_of(State state) {
  switch (state) {
    case State::connected: return Look::good;
    case State::unknown:
    case State::not_needed: return Look::plain;
    case State::not_connected: return Look::faint;
    case State::pending:
    case State::expired:
    case State::inactive: return Look::warning;
    case State::failed: return Look::bad;
  }
  __builtin_unreachable();
}

void draw_line(Canvas& canvas, Area const& area, int y, Columns const& columns,
               std::array<std::string, 4> const& cells, std::array<Look, 4> const& looks,
               std::string const& marker) {
  std::array<int, 4> const widths{columns.name, columns.state, columns.note, columns.about};
  int x = area.x;
  canvas.put(x, y, kMarker, marker, looks[0]);
  x += kMarker;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (widths[i] == 0) continue;
    // The chosen row is one bar from end to end.
    int const room = std::min(widths[i] + kGap, area.x + area.width - x);
    std::string const cell = pad_width(fit_width(visible(cells[i]), widths[i]), room);
    canvas.put(x, y, room, looks[i] == Look::chosen ? cell : cell.substr(0, cell.find_last_not_of(' ') + 1),
               looks[i]);
    x += widths[i] + kGap;
  }
}

void draw_row(Canvas& canvas, Area const& area, int y, Columns const& columns, Row const& row,
              bool is_chosen) {
  std::array<Look, 4> looks{Look::plain, look_of(row.state), Look::plain, Look::plain};
  if (row.kind != Row::Kind::tool) looks[0] = Look::strong;
  if (is_chosen) looks.fill(Look::chosen);
  // Newlines would be written out: a description in a list is one line.
  std::string about = row.description;
  std::ranges::replace(about, '\n', ' ');
  draw_line(canvas, area, y, columns, {name_in_list(row), std::string{words_of(row.state)}, row.note, about},
            looks, is_chosen ? "> " : "  ");
}

void draw_nothing(Canvas& canvas, Area const& area, List const& list, bool is_waiting) {
  if (list.error()) {
    draw_error(canvas, area, *list.error());
  } else if (!is_waiting) {
    bool const has_words = !list.words().empty();
    draw_text(canvas, area, area.y, area.y + area.height,
              has_words ? "Nothing matches. Ctrl-U clears the words." : "There is nothing here.");
  }
}

/// What is known of a row, in one line.
std::string facts_of(Row const& row) {
  std::string out = row.slug;
  auto const add = [&](std::string_view separator, std::string_view fact) {
    if (!fact.empty()) out.append(separator).append(fact);
  };
  add(" - ", row.name);
  if (row.kind == Row::Kind::tool) add(" - ", row.integration);
  add(" - ", words_of(row.state));
  add(" - ", row.note);
  return out;
}

/// The keys that act on a row, each with the plain command that does the same.
std::vector<std::string> commands_of(Row const& row) {
  std::vector<std::string> commands{"Enter     " + row.show};
  bool const is_both = row.use == row.connect;
  if (!row.use.empty() && !is_both) commands.push_back("Ctrl-Y    " + row.use);
  if (!row.connect.empty()) commands.push_back((is_both ? "Ctrl-Y/O  " : "Ctrl-O    ") + row.connect);
  return commands;
}

}  // namespace

void draw_rows(Canvas& canvas, Layout const& layout, List const& list, bool is_waiting) {
  if (list.rows().empty()) {
    draw_nothing(canvas, layout.list, list, is_waiting);
    return;
  }
  Columns const columns = columns_of(list, layout.list.width, layout.list.height);
  if (!layout.headings.is_empty()) {
    std::array<Look, 4> looks{};
    looks.fill(Look::faint);
    draw_line(canvas, layout.headings, layout.headings.y, columns, {"NAME", "ACCOUNT", "", "ABOUT"}, looks,
              "");
  }
  for (int i = 0; i < layout.list.height; ++i) {
    std::size_t const index = list.top() + static_cast<std::size_t>(i);
    if (index >= list.rows().size()) break;
    draw_row(canvas, layout.list, layout.list.y + i, columns, list.rows()[index],
             index == list.chosen_index());
  }
}

void draw_pane(Canvas& canvas, Layout const& layout, List const& list) {
  Area const& area = layout.pane;
  if (area.is_empty() || list.chosen() == nullptr) return;
  Row const& row = *list.chosen();
  bool const is_guide = row.kind == Row::Kind::guide;
  if (is_guide && !list.guide_details() && list.error()) {
    draw_error(canvas, area, *list.error());
    return;
  }
  auto commands = commands_of(row);
  commands.resize(std::min(commands.size(), static_cast<std::size_t>(std::max(0, area.height - 2))));
  int const commands_at = area.y + area.height - static_cast<int>(commands.size());
  // Beside the list there is room for the whole guide.
  if (is_guide && list.guide_details() && layout.is_pane_beside) {
    draw_text(canvas, area, area.y, commands_at, list.guide_details()->text);
  } else {
    int y = draw_text(canvas, area, area.y, commands_at, facts_of(row), Look::strong);
    y = draw_text(canvas, area, y, commands_at, row.description);
    draw_text(canvas, area, y, commands_at, row.more);
  }
  for (std::size_t i = 0; i < commands.size(); ++i) {
    canvas.put(area.x, commands_at + static_cast<int>(i), area.width, commands[i], Look::faint);
  }
}

}  // namespace agenta::cli::browse
