#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cli/command/context.hpp"
#include "cli/terminal/table.hpp"

namespace agenta::cli {

/// What a person sees of a document: the text on stdout, and the lines that are said about it afterwards, on
/// stderr.
struct View {
  std::string text{};
  std::vector<std::string> notes{};
};

/// What a page about something is written for.
struct PageStyle {
  int columns = 80;
  bool has_color = false;
};
PageStyle page_style(Context const& context);

/// The flag of every command whose result may be longer than a terminal.
struct ViewOptions {
  bool no_pager = false;
};
void add_view_flags(Syntax& syntax, ViewOptions& options);

/// Prints a document, and says how old it is: as it is in JSON mode, else as what `render` makes of it,
/// through the pager where it is longer than the terminal.
Result<void> present_view(Context& context, std::string const& document, ViewOptions const& options,
                          std::function<Result<View>()> const& render);

/// Whether a table may tell all: on less than this times are short, and texts that would be cut are left out.
bool is_wide(Context const& context);

/// A table in the terminal's width; `when_empty` where it has no rows.
std::string table_text(Context const& context, Table const& table, std::string_view when_empty);

/// `20 of 857; more with --all`: for the notes of a list of which not all is shown.
std::string more_line(std::size_t shown, std::int64_t total, std::string_view flag = "--all");
/// The same for a list that counts to `kMostCounted` only: `50 of 1000 or more; more with --all`.
std::string more_of_many_line(std::size_t shown, std::int64_t total);

}  // namespace agenta::cli
