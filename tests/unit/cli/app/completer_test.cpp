#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "cli/app/commands.hpp"
#include "cli/command/completion_table.hpp"
#include "shared/base/private_dir.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/cli/app/rig.hpp"

namespace agenta::cli {
namespace {

/// A home with files of names, and one for the sandbox.
class Completer : public ::testing::Test {
 protected:
  void SetUp() override {
    rig_.variables["AGENTA_TOOLS_HOME"] = directory_.path() / "home";
    write("home/run/names", "tools", "GITHUB_A\nGMAIL_B\n");
    write("home/run/names", "integrations", "github\ngmail\n");
    write("home/run/names", "categories", "crm\n");
    write("home/sandbox/run/names", "tools", "GITHUB_S\n");
  }

  void write(std::string const& folder, std::string const& name, std::string const& content) const {
    std::filesystem::create_directories(directory_.path() / folder);
    ASSERT_TRUE(write_private_file(directory_.path() / folder / name, content));
  }

  std::string names(std::vector<std::string> words) {
    rig_.capture = {};
    words.insert(words.begin(), "__complete");
    EXPECT_EQ(rig_.run(words), 0) << rig_.capture.err;
    EXPECT_EQ(rig_.capture.err, "");
    return rig_.capture.out;
  }

  test::TemporaryDirectory directory_{};
  Rig rig_{};
};

TEST_F(Completer, PrintsNamesOfAKindWithoutTheDaemon) {
  EXPECT_EQ(names({"tool", "g"}), "GITHUB_A\nGMAIL_B\n");
  EXPECT_EQ(names({"tool", "GM"}), "GMAIL_B\n");
  EXPECT_EQ(names({"integration", "gi"}), "github\n");
  EXPECT_EQ(names({"category"}), "crm\n");
  EXPECT_EQ(names({"category", ""}), "crm\n");
  EXPECT_TRUE(rig_.seen.empty());
}

TEST_F(Completer, KnowsTheSandboxFromTheLineAndFromTheEnvironment) {
  EXPECT_EQ(names({"--sandbox", "tool", "g"}), "GITHUB_S\n");
  rig_.variables["AGENTA_TOOLS_SANDBOX"] = "1";
  EXPECT_EQ(names({"tool", "g"}), "GITHUB_S\n");
}

TEST_F(Completer, AsksTheDaemonForConnections) {
  rig_.answers(
      R"({"items":[{"id":"1","slug":"work","status":"ACTIVE"},{"id":"2","slug":"Home","status":"EXPIRED"},
{"id":"3","slug":"\u001b[2J","status":"ACTIVE"}]})");

  EXPECT_EQ(names({"connection", ""}), "Home\nwork\n");
  EXPECT_EQ(names({"connection", "h"}), "Home\n");
  EXPECT_EQ(names({"--project", "p", "connection", "wo"}), "work\n");
}

TEST_F(Completer, SaysNothingWhereNamesCannotBeHad) {
  rig_.answer = [](ServiceRequest const&) -> Result<ServiceReply> {
    return fail(ErrorCode::daemon_unavailable, "no");
  };
  EXPECT_EQ(names({"connection", ""}), "");
  EXPECT_EQ(names({"nothing", "x"}), "");
  EXPECT_EQ(names({}), "");
  rig_.variables["AGENTA_TOOLS_HOME"] = "/nonexistent/home";
  EXPECT_EQ(names({"tool", ""}), "");
}

TEST(CompletionTable, HasNoFlagThatTakesAValueInOneCommandAndNoneInAnother) {
  CompletionTable const table = completion_table(command_table());
  auto const names = table.value_flag_names();
  std::set<std::string> const values{names.begin(), names.end()};

  for (CommandNode const& command : table.commands) {
    for (std::string const& flag : command.flags) {
      bool const takes_value =
          std::ranges::find(command.value_flags, flag, &ValueFlag::name) != command.value_flags.end();
      EXPECT_EQ(values.contains(flag), takes_value) << command.noun << " " << command.verb << " " << flag;
    }
  }
}

TEST(CompletionTable, SaysWithWhatNamesOfToolsAndIntegrationsAreCompleted) {
  std::map<std::string, Completes> const kinds{{"TOOL", Completes::tool},
                                               {"INTEGRATION", Completes::integration},
                                               {"CONNECTION", Completes::connection}};
  for (Command const& command : command_table()) {
    Syntax syntax;
    auto const run = command.add(syntax);
    for (Entry const& entry : syntax.entries()) {
      std::string const word = entry.kind == Entry::Kind::argument ? entry.names : entry.placeholder;
      auto const kind = kinds.find(word);
      if (kind == kinds.end()) continue;
      EXPECT_EQ(entry.completes, kind->second) << command.noun << " " << entry.names;
    }
  }
}

}  // namespace
}  // namespace agenta::cli
