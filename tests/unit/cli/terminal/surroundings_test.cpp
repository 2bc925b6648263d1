#include "cli/terminal/surroundings.hpp"

#include <gtest/gtest.h>

#include <map>

#include "shared/base/private_dir.hpp"
#include "tests/support/temporary_directory.hpp"

namespace agenta::cli {
namespace {

Lookup environment(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](std::string const& name) -> std::optional<std::string> {
    auto const found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

TEST(Surroundings, SayWhyNoBrowserIsOpened) {
  test::TemporaryDirectory const root;
  auto const why = [&](std::map<std::string, std::string> variables) {
    return find_surroundings(environment(std::move(variables)), root.path()).why_no_browser();
  };

  EXPECT_EQ(why({{"CI", "true"}, {"DISPLAY", ":0"}}), "CI");
  EXPECT_EQ(why({{"SSH_TTY", "/dev/pts/1"}, {"DISPLAY", ":0"}}), "an SSH session");
  EXPECT_EQ(why({}), "no display");
  EXPECT_EQ(why({{"container", "podman"}}), "a container");
  EXPECT_EQ(why({{"WAYLAND_DISPLAY", "wayland-0"}}), "");
}

TEST(Surroundings, KnowAContainerByItsMark) {
  for (char const* mark : {".dockerenv", "run/.containerenv"}) {
    test::TemporaryDirectory const root;
    std::filesystem::create_directories(root.path() / "run");
    ASSERT_TRUE(write_private_file(root.path() / mark, ""));

    EXPECT_TRUE(find_surroundings(environment({}), root.path()).is_container) << mark;
  }
}

TEST(Surroundings, KnowWslByItsVariableAndByItsKernel) {
  test::TemporaryDirectory const root;
  EXPECT_FALSE(find_surroundings(environment({}), root.path()).is_wsl);
  EXPECT_TRUE(find_surroundings(environment({{"WSL_DISTRO_NAME", "Debian"}}), root.path()).has_display);

  std::filesystem::create_directories(root.path() / "proc/sys/kernel");
  ASSERT_TRUE(
      write_private_file(root.path() / "proc/sys/kernel/osrelease", "5.15.133.1-microsoft-standard-WSL2\n"));

  EXPECT_TRUE(find_surroundings(environment({}), root.path()).is_wsl);
  EXPECT_FALSE(find_surroundings(environment({{"container", "docker"}}), root.path()).is_wsl);
}

TEST(WritesUtf8, GoesByTheFirstVariableThatSaysSomething) {
  EXPECT_TRUE(writes_utf8(environment({{"LANG", "de_DE.UTF-8"}})));
  EXPECT_TRUE(writes_utf8(environment({{"LC_ALL", ""}, {"LC_CTYPE", "C.utf8"}, {"LANG", "C"}})));
  EXPECT_FALSE(writes_utf8(environment({{"LC_ALL", "C"}, {"LANG", "de_DE.UTF-8"}})));
  EXPECT_FALSE(writes_utf8(environment({})));
}

TEST(Hyperlink, IsTheAddressUnderItself) {
  EXPECT_EQ(hyperlink("https://a/?x=1"), "\x1b]8;;https://a/?x=1\x1b\\https://a/?x=1\x1b]8;;\x1b\\");
}

TEST(Hyperlink, IsNoneWhereTheAddressCouldEndIt) {
  EXPECT_EQ(hyperlink("https://a/\x1b\\x"), "https://a/\x1b\\x");
  EXPECT_EQ(hyperlink("https://a/ b"), "https://a/ b");
  EXPECT_EQ(hyperlink("https://ä/"), "https://ä/");
}

TEST(Hyperlink, IsTakenByTerminalsThatDoNotShowIt) {
  Capture capture;
  auto const takes = [&](Shape shape, std::map<std::string, std::string> variables) {
    return takes_hyperlinks(Terminal::captured(capture, shape), environment(std::move(variables)));
  };
  Shape const terminal{.err_is_tty = true};

  EXPECT_TRUE(takes(terminal, {{"TERM", "xterm-256color"}}));
  EXPECT_FALSE(takes(terminal, {{"TERM", "linux"}}));
  EXPECT_FALSE(takes(terminal, {{"TERM", "xterm"}, {"CI", "true"}}));
  EXPECT_FALSE(takes(Shape{.err_is_tty = true, .is_dumb = true}, {{"TERM", "dumb"}}));
  EXPECT_FALSE(takes(Shape{}, {{"TERM", "xterm"}}));
}

}  // namespace
}  // namespace agenta::cli
