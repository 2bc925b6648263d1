#include "cli/command/batch_row.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/command/execution_reference.hpp"
#include "cli/command/id_reference.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/width.hpp"
#include "shared/protocol/error_table.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

constexpr int kGap = 2;

/// Id, state, tool, execution, and what came of it: the rest.
std::array<int, 5> widths(int columns) {
  constexpr int kId = 6;
  constexpr int kState = 9;
  constexpr int kExecution = 12;
  constexpr int kShortestTool = 12;
  constexpr int kLongestTool = 36;
  int const left = columns - kId - kState - kExecution - 4 * kGap;
  int const tool = std::clamp(left / 2, kShortestTool, kLongestTool);
  return {kId, kState, tool, kExecution, std::max(0, left - tool)};
}

/// The beginning of a text that may be megabytes long: no more of it than is seen.
std::string beginning(std::string_view text, int columns) {
  constexpr std::size_t kMostBytes = 4;  // of a character
  auto const most = kMostBytes * static_cast<std::size_t>(columns) + 1;
  if (text.size() <= most) return visible(text);
  // A character that is cut in two would be shown as bytes that are none: it is beyond what is seen.
  return visible(text.substr(0, most)) + "…";
}

std::string what_came(BatchOutcome const& outcome, int columns) {
  if (outcome.error) {
    std::string const code{protocol::row_of(outcome.error->code).name};
    return beginning(code + ": " + outcome.error->message, columns);
  }
  if (!outcome.result_file.empty()) return "in a file: history result " + short_id(outcome.execution_id);
  return beginning(outcome.data, columns);
}

std::string line(std::array<std::string, 5> const& cells, int columns, Ink ink_of_cells, Ink ink_of_state,
                 bool has_color) {
  constexpr std::size_t kStateAt = 1;
  auto const wide = widths(columns);
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (wide[i] == 0) break;
    std::string const cell = fit_width(cells[i], wide[i]);
    bool const is_last = i + 1 == cells.size();
    out += inked(cell, i == kStateAt ? ink_of_state : ink_of_cells, has_color);
    if (!is_last) out.append(static_cast<std::size_t>(wide[i] - display_width(cell) + kGap), ' ');
  }
  return out.substr(0, out.find_last_not_of(' ') + 1) + "\n";
}

}  // namespace

std::string batch_titles(int columns, bool has_color) {
  return line({"ID", "STATE", "TOOL", "EXECUTION", "RESULT"}, columns, Ink::bold, Ink::bold, has_color);
}

std::string batch_row(BatchOutcome const& outcome, int columns, bool has_color) {
  std::string const state{name_of(outcome.state)};
  std::string const id = protocol::read_string(outcome.id).value_or(outcome.id);
  return line({visible(id), state, visible(outcome.tool), short_id(outcome.execution_id),
               what_came(outcome, widths(columns).back())},
              columns, Ink::plain, ink_of_execution(state), has_color);
}

}  // namespace agenta::cli
