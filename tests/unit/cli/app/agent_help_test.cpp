#include <gtest/gtest.h>

#include <algorithm>

#include "cli/app/command_line.hpp"
#include "cli/app/commands.hpp"
#include "cli/command/agent_help_text.hpp"
#include "cli/command/help_text.hpp"
#include "shared/base/text.hpp"
#include "shared/protocol/error_table.hpp"
#include "shared/protocol/json_slice.hpp"
#include "tests/support/golden.hpp"
#include "tests/unit/cli/app/rig.hpp"

namespace agenta::cli {
namespace {

constexpr std::string_view kProgram = "agenta-tools";

std::vector<std::string> lines() { return split(agent_help_text(), '\n'); }

/// The command lines of the page.
std::vector<std::string> examples() {
  std::vector<std::string> found;
  for (std::string const& line : lines()) {
    if (line.starts_with("    agenta-tools ")) found.push_back(line.substr(4));
  }
  return found;
}

/// The words of a command line, as a shell reads blanks and single quotes.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool is_quoted = false;
  for (char const c : line) {
    if (c == '\'') {
      is_quoted = !is_quoted;
    } else if (c == ' ' && !is_quoted) {
      words.push_back(std::exchange(word, {}));
    } else {
      word += c;
    }
  }
  words.push_back(word);
  return words;
}

TEST(AgentHelp, FitsOnAPage) {
  EXPECT_LE(lines().size(), 121U);  // the last one is behind the last line's end
  for (std::string const& line : lines()) EXPECT_LE(line.size(), 140U) << line;
}

TEST(AgentHelp, ShowsCommandLinesThatAreRight) {
  EXPECT_GE(examples().size(), 20U);
  for (std::string const& line : examples()) {
    auto words = words_of(line);
    ASSERT_EQ(words.front(), kProgram);
    words.erase(words.begin());

    auto found = find_command(command_table(), words);

    if (!found || found->command == nullptr) {
      ADD_FAILURE() << line << " is no command";
      continue;
    }
    GlobalFlags flags;
    Syntax syntax;
    auto const run = found->command->add(syntax);
    declare_globals(syntax, flags);
    auto const parsed = syntax.parse(found->words);
    EXPECT_TRUE(parsed) << line << ": " << parsed.error().message;
  }
}

TEST(AgentHelp, NamesTheExitCodesAsTheyAre) {
  for (protocol::ExitCodeRow const& row : protocol::exit_code_table()) {
    if (row.code == 13 || row.code > 70) continue;  // behind `help exit-codes`
    std::string const code = std::to_string(row.code) + " ";
    bool const is_there = std::ranges::any_of(lines(), [&](std::string const& line) {
      return line.starts_with("    ") &&
             (trim(line).starts_with(code) || line.find("  " + code) != std::string::npos);
    });
    EXPECT_TRUE(is_there) << row.code << " " << row.meaning;
  }
}

TEST(AgentHelp, LeavesWhatIsForAPersonToThem) {
  std::string const page = join(lines(), " ");

  EXPECT_NE(page.find("but for `login`, `connect`, `session add` and `approvals …`: these are for a person. "
                      "Do not run them, hand them over"),
            std::string::npos);
}

TEST(AgentHelp, IsPlainInAPipeAndADocumentWithJson) {
  Rig rig;

  EXPECT_EQ(rig.run({"agent-help"}), 0);
  EXPECT_EQ(rig.capture.out, agent_help_text());
  rig.capture.out.clear();
  EXPECT_EQ(rig.run({"agent-help", "--json"}), 0);
  EXPECT_EQ(protocol::read_string(protocol::find_member(rig.capture.out, "text").value()), agent_help_text());
  EXPECT_TRUE(rig.seen.empty());
}

TEST(AgentHelp, IsTheSkill) {
  std::string const skill =
      "---\nname: agenta-tools\n"
      "description: Run tools of third-party services (GitHub, Gmail, Slack, Stripe and about a thousand "
      "more) from the\n"
      "  terminal with agenta-tools. Use it when a task needs something done or looked up in a service that "
      "the user has\n"
      "  an account of, or when a command of agenta-tools failed.\n---\n\n" +
      std::string{agent_help_text()};

  EXPECT_TRUE(test::matches_golden("../../man/SKILL.md", skill));
}

}  // namespace
}  // namespace agenta::cli
