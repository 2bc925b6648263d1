#include <gtest/gtest.h>

#include <map>
#include <string>

#include "cli/terminal/browser.hpp"
#include "cli/terminal/prompt.hpp"
#include "cli/terminal/spinner.hpp"

namespace agenta::cli {
namespace {

Lookup environment(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](std::string const& name) -> std::optional<std::string> {
    auto const found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

TEST(Terminal, ColoursATerminalAndNoPipe) {
  Capture capture;
  Terminal terminal = Terminal::captured(capture, Shape{.out_is_tty = true});

  terminal.choose_color(ColorChoice::automatic, environment({}));

  EXPECT_TRUE(terminal.out_has_color());
  EXPECT_FALSE(terminal.err_has_color());
}

TEST(Terminal, HonoursNoColorBeforeForceAndTheFlagBeforeBoth) {
  Capture capture;
  Terminal terminal = Terminal::captured(capture, Shape{.out_is_tty = true});

  terminal.choose_color(ColorChoice::automatic, environment({{"NO_COLOR", "1"}, {"CLICOLOR_FORCE", "1"}}));
  EXPECT_FALSE(terminal.out_has_color());
  terminal.choose_color(ColorChoice::automatic, environment({{"CLICOLOR_FORCE", "1"}}));
  EXPECT_TRUE(terminal.err_has_color());
  terminal.choose_color(ColorChoice::always, environment({{"NO_COLOR", "1"}}));
  EXPECT_TRUE(terminal.out_has_color());
  terminal.choose_color(ColorChoice::never, environment({{"CLICOLOR_FORCE", "1"}}));
  EXPECT_FALSE(terminal.out_has_color());
}

TEST(Terminal, ColoursNoDumbTerminal) {
  Capture capture;
  Terminal terminal = Terminal::captured(capture, Shape{.out_is_tty = true, .is_dumb = true});

  terminal.choose_color(ColorChoice::automatic, environment({}));

  EXPECT_FALSE(terminal.out_has_color());
}

TEST(Terminal, ReadsLinesAndTheirLackOfAnEnd) {
  Capture capture{.in = "one\r\ntwo"};
  Terminal terminal = Terminal::captured(capture, Shape{});

  auto const first = terminal.read_line({});
  auto const second = terminal.read_line({});
  auto const third = terminal.read_line({});

  EXPECT_EQ(first.value(), "one");
  EXPECT_EQ(second.value(), "two");
  EXPECT_EQ(third.value(), std::nullopt);
}

TEST(Prompt, AsksNobodyWithoutATerminal) {
  Capture capture{.in = "y\n"};
  Terminal terminal = Terminal::captured(capture, Shape{});
  Error instead;
  instead.code = ErrorCode::input_needed;

  auto const answer = Prompt{terminal, true}.confirm("Sure?", instead, {});

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::input_needed);
  EXPECT_EQ(capture.err, "");
}

TEST(Prompt, TakesOnlyAYesForYes) {
  for (auto const& [typed, expected] :
       {std::pair{"y\n", true}, {"YES\n", true}, {"\n", false}, {"yep\n", false}}) {
    Capture capture{.in = typed};
    Terminal terminal = Terminal::captured(capture, Shape{.in_is_tty = true});

    auto const answer = Prompt{terminal, true}.confirm("Sure?", Error{}, {});

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer.value(), expected) << typed;
  }
}

TEST(Prompt, UsesNothingThatWasReadOnceASignalCame) {
  for (bool const has_token : {true, false}) {
    Capture capture{.in = "sk_typed\ny\nname\n"};
    Terminal terminal = Terminal::captured(capture, Shape{.in_is_tty = true, .err_is_tty = true});
    std::stop_source source;
    if (has_token) source.request_stop();
    Prompt prompt{terminal, true, [&] { return !has_token; }};

    auto const secret = prompt.secret("Key:", Error{}, source.get_token());
    auto const agreed = prompt.confirm("Sure?", Error{}, source.get_token());
    auto const text = prompt.text("Name:", Error{}, source.get_token());

    ASSERT_TRUE(!secret && !agreed && !text) << has_token;
    for (Error const& error : {secret.error(), agreed.error(), text.error()}) {
      EXPECT_EQ(error.code, ErrorCode::cancelled);
      EXPECT_EQ(error.message, "interrupted");
    }
    // What is said next begins on a line of its own.
    EXPECT_EQ(capture.err, "Key: \nSure? [y/N] \nName: \n");
  }
}

TEST(Prompt, SaysThatNoAnswerWasGivenWhereTheInputEnds) {
  Capture capture;
  Terminal terminal = Terminal::captured(capture, Shape{.in_is_tty = true, .err_is_tty = true});
  Error instead;
  instead.code = ErrorCode::input_needed;
  instead.message = "it needs a yes, and there is nobody to ask";
  instead.next_step = {"agenta-tools", "x", "--yes"};

  auto const answer = Prompt{terminal, true}.confirm("Sure?", instead, {});

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::input_needed);
  EXPECT_EQ(answer.error().message, "it needs a yes, and no answer was given");
  EXPECT_EQ(answer.error().next_step, instead.next_step);
  EXPECT_EQ(capture.err, "Sure? [y/N] \n");
}

TEST(Spinner, IsSilentInAPipeUnlessVerbose) {
  Capture capture;
  Terminal terminal = Terminal::captured(capture, Shape{});

  Spinner{terminal, Verbose::no, Quiet::no}.say("working");
  EXPECT_EQ(capture.err, "");
  Spinner{terminal, Verbose::yes, Quiet::no}.say("working");
  EXPECT_EQ(capture.err, "agenta-tools: working\n");
}

TEST(Spinner, WritesNoEscapesOnADumbTerminal) {
  Capture capture;
  Terminal terminal = Terminal::captured(capture, Shape{.err_is_tty = true, .is_dumb = true});

  Spinner{terminal, Verbose::yes, Quiet::no}.say("working");

  EXPECT_EQ(capture.err.find('\x1b'), std::string::npos);
}

TEST(BrowserCommands, OpenNothingButTheWeb) {
  auto const world = environment({{"BROWSER", "firefox"}});

  EXPECT_TRUE(browser_commands("file:///etc/passwd", world).empty());
  EXPECT_TRUE(browser_commands("javascript:alert(1)", world).empty());
  EXPECT_TRUE(browser_commands("https://a b", world).empty());
  EXPECT_EQ(browser_commands("https://a/?q=\"';$(x)", world).size(), 1U);
}

TEST(BrowserCommands, SplitTheListAndItsWordsWithoutAShell) {
  auto const commands = browser_commands("https://a/", environment({{"BROWSER", "one --new %s:two;rm -rf"}}));

  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(commands[0], (std::vector<std::string>{"one", "--new", "https://a/"}));
  EXPECT_EQ(commands[1], (std::vector<std::string>{"two;rm", "-rf", "https://a/"}));
}

TEST(BrowserCommands, AreNoneWhereNobodyLooks) {
  EXPECT_TRUE(browser_commands("https://a/", environment({})).empty());
  EXPECT_TRUE(
      browser_commands("https://a/", environment({{"DISPLAY", ":0"}, {"SSH_CONNECTION", "x"}})).empty());
  EXPECT_FALSE(browser_commands("https://a/", environment({{"DISPLAY", ":0"}})).empty());
}

TEST(OpenBrowser, TriesTheNextWhereOneIsMissing) {
  EXPECT_FALSE(open_browser({{"/nonexistent/browser", "https://a/"}}));
  EXPECT_TRUE(open_browser({{"/nonexistent/browser", "https://a/"}, {"/bin/false", "https://a/"}}));
}

}  // namespace
}  // namespace agenta::cli
