#include "cli/terminal/progress.hpp"

#include <algorithm>

#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/style.hpp"
#include "cli/terminal/width.hpp"

namespace agenta::cli {
namespace {

constexpr int kWidestBar = 40;
constexpr int kNarrowestBar = 8;

std::string elapsed_text(std::chrono::milliseconds elapsed) {
  auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(elapsed).count();
  if (seconds < 60) return std::to_string(seconds) + "s";
  std::string const rest = std::to_string(seconds % 60);
  return std::to_string(seconds / 60) + "m" + (rest.size() < 2 ? "0" : "") + rest + "s";
}

/// `done` in parts of `whole`.
int share_of(Step const& step, int whole) {
  if (step.total <= 0) return 0;
  auto const done = std::clamp<std::int64_t>(step.done, 0, step.total);
  return static_cast<int>(static_cast<double>(done) / static_cast<double>(step.total) * whole);
}

std::string count_text(Step const& step) {
  return std::to_string(step.done) + " of " + std::to_string(step.total);
}

std::string percent_text(Step const& step) {
  std::string const digits = std::to_string(share_of(step, 100));
  return std::string(3 - std::min<std::size_t>(digits.size(), 3), ' ') + digits + "%";
}

std::string bar_of(Step const& step, int cells, bool has_color) {
  auto const full = static_cast<std::size_t>(share_of(step, cells));
  std::string const rest(static_cast<std::size_t>(cells) - full, '.');
  return "[" + inked(std::string(full, '#'), Ink::green, has_color) + inked(rest, Ink::dim, has_color) + "]";
}

}  // namespace

std::string progress_line(Step const& step, int columns, bool has_color) {
  std::string const what = visible(step.what);
  std::string const time = elapsed_text(step.elapsed);
  if (step.total <= 0) return fit_width(what + " " + time, columns);
  std::string const figures = percent_text(step) + "  " + count_text(step) + "  " + time;
  constexpr int kFrame = 4;  // the bar's brackets, and a blank on either side
  int const room = columns - display_width(what) - display_width(figures) - kFrame;
  if (room >= kNarrowestBar) {
    return what + " " + bar_of(step, std::min(room, kWidestBar), has_color) + " " + figures;
  }
  if (display_width(what) + 1 + display_width(figures) <= columns) return what + " " + figures;
  return fit_width(figures, columns);
}

void Progress::show(Step const& step) {
  if (quiet_ == Quiet::yes) return;
  if (!terminal_.err_is_tty() || terminal_.is_dumb()) {
    tell(step);
    return;
  }
  // The last column stays free: some terminals go to the next line as soon as it is written to.
  std::string const line = progress_line(step, terminal_.err_width() - 1, terminal_.err_has_color());
  terminal_.err("\r" + line + "\x1b[K");
  is_drawn_ = true;
}

void Progress::clear() {
  if (is_drawn_) terminal_.err("\r\x1b[K");
  is_drawn_ = false;
}

void Progress::tell(Step const& step) {
  if (verbose_ == Verbose::no) return;
  int const tenths = share_of(step, 10);
  if (step.what == told_ && tenths == told_tenths_) return;
  told_ = step.what;
  told_tenths_ = tenths;
  std::string const figures = step.total > 0 ? ": " + count_text(step) : "";
  terminal_.err("agenta-tools: " + step.what + figures + "\n");
}

}  // namespace agenta::cli
