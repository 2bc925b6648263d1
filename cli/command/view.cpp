#include "cli/command/view.hpp"

#include "cli/terminal/json_print.hpp"
#include "cli/terminal/pager.hpp"
#include "shared/base/try.hpp"
#include "shared/domain/page.hpp"

namespace agenta::cli {

PageStyle page_style(Context const& context) {
  return {.columns = context.terminal.width(), .has_color = context.terminal.out_has_color()};
}

void add_view_flags(Syntax& syntax, ViewOptions& options) {
  syntax.flag("--no-pager", options.no_pager, "Print it all, however long it is");
}

Result<void> present_view(Context& context, std::string const& document, ViewOptions const& options,
                          std::function<Result<View>()> const& render) {
  View view;
  if (context.wants_json()) {
    print_json(context.terminal, document);
  } else {
    AGENTA_TRY(view, render());
    if (options.no_pager || !context.is_attended()) {
      context.terminal.out(view.text);
    } else {
      page(context.terminal, view.text, context.environment);
    }
  }
  for (std::string const& note : view.notes) context.say(note);
  say_age(context);
  return {};
}

bool is_wide(Context const& context) {
  constexpr int kWide = 110;
  return context.terminal.width() >= kWide;
}

std::string table_text(Context const& context, Table const& table, std::string_view when_empty) {
  if (table.empty()) return std::string{when_empty} + "\n";
  return table.render(context.terminal.width(), context.terminal.out_has_color());
}

std::string more_line(std::size_t shown, std::int64_t total, std::string_view flag) {
  return std::to_string(shown) + " of " + std::to_string(total) + "; more with " + std::string{flag};
}

std::string more_of_many_line(std::size_t shown, std::int64_t total) {
  std::string const of = total < kMostCounted ? "" : " or more";
  return std::to_string(shown) + " of " + std::to_string(total) + of + "; more with --all";
}

}  // namespace agenta::cli
