#include "cli/terminal/progress.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "cli/terminal/width.hpp"

namespace agenta::cli {
namespace {

Step half() {
  Step step;
  step.what = "fetching";
  step.done = 400;
  step.total = 800;
  step.elapsed = std::chrono::seconds{75};
  return step;
}

TEST(ProgressLine, HasABarWhereTheTotalIsKnown) {
  EXPECT_EQ(progress_line(half(), 60, false), "fetching [############.............]  50%  400 of 800  1m15s");
}

TEST(ProgressLine, LeavesOutWhatDoesNotFit) {
  EXPECT_EQ(progress_line(half(), 36, false), "fetching  50%  400 of 800  1m15s");
  EXPECT_EQ(progress_line(half(), 26, false), " 50%  400 of 800  1m15s");
  for (int columns = 1; columns < 100; ++columns) {
    EXPECT_LE(display_width(progress_line(half(), columns, false)), columns);
  }
}

TEST(ProgressLine, HasNoBarWhereTheTotalIsNotKnown) {
  Step step = half();
  step.total = 0;

  EXPECT_EQ(progress_line(step, 60, false), "fetching 1m15s");
}

TEST(ProgressLine, IsNeverMoreThanFull) {
  Step step = half();
  step.done = 900;

  EXPECT_NE(progress_line(step, 60, false).find("100%"), std::string::npos);
  EXPECT_EQ(progress_line(step, 60, false).find('.'), std::string::npos);
}

TEST(ProgressLine, ShowsControlCharactersOfWhatIsTold) {
  Step step = half();
  step.what = "waiting: \x1b[2J";

  EXPECT_EQ(progress_line(step, 80, false).find('\x1b'), std::string::npos);
}

TEST(Progress, StaysInItsLineAndLeavesNoTrace) {
  Capture capture;
  Terminal terminal = Terminal::captured(capture, Shape{.err_is_tty = true, .width = 60});
  {
    Progress progress{terminal, Verbose::no, Quiet::no};

    progress.show(half());
    progress.show(half());
  }

  EXPECT_EQ(capture.err.find('\n'), std::string::npos);
  EXPECT_TRUE(capture.err.ends_with("\r\x1b[K"));
}

TEST(Progress, SaysATenthALineInAPipeAndOnlyWhenVerbose) {
  Capture capture;
  Terminal terminal = Terminal::captured(capture, Shape{});
  Progress quiet{terminal, Verbose::no, Quiet::no};
  Progress verbose{terminal, Verbose::yes, Quiet::no};

  for (int done = 0; done <= 1000; ++done) {
    Step step{.what = "fetching", .done = done, .total = 1000};
    quiet.show(step);
    verbose.show(step);
  }

  EXPECT_EQ(std::ranges::count(capture.err, '\n'), 11);
  EXPECT_TRUE(capture.err.starts_with("agenta-tools: fetching: 0 of 1000\n")) << capture.err;
  EXPECT_TRUE(capture.err.ends_with("agenta-tools: fetching: 1000 of 1000\n")) << capture.err;
}

TEST(Progress, MovesNoCursorOnADumbTerminalAndSaysNothingWhenQuiet) {
  Capture capture;
  Terminal terminal = Terminal::captured(capture, Shape{.err_is_tty = true, .is_dumb = true});

  Progress{terminal, Verbose::no, Quiet::no}.show(half());
  Progress{terminal, Verbose::yes, Quiet::yes}.show(half());

  EXPECT_EQ(capture.err, "");
}

}  // namespace
}  // namespace agenta::cli
