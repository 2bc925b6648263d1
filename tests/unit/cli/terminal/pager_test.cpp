#include "cli/terminal/pager.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <map>

#include "shared/base/private_dir.hpp"
#include "tests/support/temporary_directory.hpp"

namespace agenta::cli {
namespace {

using Words = std::vector<std::string>;

Words chosen(std::map<std::string, std::string> const& variables) {
  return pager_command([&](std::string const& name) -> std::optional<std::string> {
    auto const found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

/// What a command of the shell prints when it is the pager of `text`.
std::string printed_by(std::string const& command, std::string const& text) {
  test::TemporaryDirectory const directory;
  auto const file = directory.path() / "seen";
  EXPECT_TRUE(run_pager({"sh", "-c", command + " > " + file.string()}, text));
  return read_file(file, 64 << 20).value_or("nothing");
}

TEST(PagerCommand, IsOurVariableThenPagerThenLess) {
  EXPECT_EQ(chosen({{"AGENTA_TOOLS_PAGER", "most"}, {"PAGER", "more"}}), Words{"most"});
  EXPECT_EQ(chosen({{"PAGER", "more"}}), Words{"more"});
  EXPECT_EQ(chosen({}), Words{"less"});
}

TEST(PagerCommand, IsNoneForNothingAndForCat) {
  EXPECT_EQ(chosen({{"PAGER", ""}}), Words{});
  EXPECT_EQ(chosen({{"AGENTA_TOOLS_PAGER", "cat"}, {"PAGER", "more"}}), Words{});
}

TEST(PagerCommand, GoesThroughTheShellWhereItIsMoreThanAWord) {
  EXPECT_EQ(chosen({{"PAGER", "less -S"}}), (Words{"sh", "-c", "less -S"}));
  EXPECT_EQ(chosen({{"PAGER", "$HOME/bin/pager"}}), (Words{"sh", "-c", "$HOME/bin/pager"}));
  EXPECT_EQ(chosen({{"PAGER", "/opt/pager"}}), Words{"/opt/pager"});
}

TEST(IsLongerThan, CountsTheLinesThatATerminalTakes) {
  EXPECT_FALSE(is_longer_than("a\nb\nc\n", 3, 80));
  EXPECT_TRUE(is_longer_than("a\nb\nc\nd\n", 3, 80));
  EXPECT_TRUE(is_longer_than(std::string(31, 'x') + "\n", 3, 10)) << "a long line takes several";
  EXPECT_FALSE(is_longer_than("\x1b[1m" + std::string(30, 'x') + "\x1b[0m\n", 3, 10))
      << "colours take no room";
}

TEST(RunPager, GivesItEverything) {
  std::string const text(3 << 20, 'x');  // more than a pipe holds

  EXPECT_EQ(printed_by("cat", text), text);
}

TEST(RunPager, SaysThatThereIsNone) {
  EXPECT_FALSE(run_pager({"/nonexistent/pager"}, "text"));
  EXPECT_FALSE(run_pager({"sh", "-c", "/nonexistent/pager -R"}, "text"));
  EXPECT_FALSE(run_pager({}, "text"));
}

TEST(RunPager, LetsItLeaveEarlyAndBadly) {
  std::string const text(3 << 20, 'x');

  EXPECT_TRUE(run_pager({"sh", "-c", "head -c 10 > /dev/null"}, text));
  EXPECT_TRUE(run_pager({"sh", "-c", "exit 3"}, text));
}

TEST(RunPager, TellsLessWhatGitTellsItAndKeepsTheKeyFromIt) {
  ::setenv("COMPOSIO_API_KEY", "canary", 1);
  ::unsetenv("LESS");

  std::string const seen = printed_by("env", "");

  ::unsetenv("COMPOSIO_API_KEY");
  EXPECT_NE(seen.find("LESS=FRX\n"), std::string::npos);
  EXPECT_NE(seen.find("LV=-c\n"), std::string::npos);
  EXPECT_EQ(seen.find("canary"), std::string::npos);
}

TEST(RunPager, GivesItTheInterruptsOfTheKeyboard) {
  // The pager sends to its whole group what a terminal sends for Ctrl-C: we live on, and so does what was
  // before.
  struct sigaction before {};
  struct sigaction after {};
  ::sigaction(SIGINT, nullptr, &before);

  EXPECT_TRUE(run_pager({"sh", "-c", "trap '' INT; kill -INT $PPID; cat > /dev/null"}, "text"));

  ::sigaction(SIGINT, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
}

TEST(Page, PrintsAPipesTextAsItIs) {
  Capture capture;
  {
    Terminal terminal = Terminal::captured(capture, Shape{.height = 2});

    page(terminal, "1\n2\n3\n", [](std::string const&) { return std::optional<std::string>{"/bin/false"}; });
  }

  EXPECT_EQ(capture.out, "1\n2\n3\n");
}

}  // namespace
}  // namespace agenta::cli
