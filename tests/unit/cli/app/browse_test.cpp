#include <gtest/gtest.h>

#include "cli/app/screen_guard.hpp"
#include "shared/protocol/json_slice.hpp"
#include "tests/unit/cli/app/rig.hpp"

namespace agenta::cli {
namespace {

std::string next_step(Rig const& rig) {
  return std::string{protocol::find_pointer(rig.capture.out, "/error/next_step").value_or("")};
}

TEST(Browse, NeedsSomebodyAtATerminal) {
  Rig rig;

  EXPECT_EQ(rig.run({"browse", "--json"}), 14);
  EXPECT_EQ(next_step(rig), R"(["agenta-tools","integrations","list"])");
  EXPECT_TRUE(rig.seen.empty());
}

TEST(Browse, NamesThePlainSearchForItsWords) {
  Rig rig;

  EXPECT_EQ(rig.run({"--sandbox", "browse", "create", "issue", "--json"}), 14);
  EXPECT_EQ(next_step(rig), R"(["agenta-tools","--sandbox","tools","search","create","issue"])");
}

TEST(Browse, AsksNobodyUnderAutomationOrOnATerminalThatCannotBeDrawnOn) {
  for (auto const& [variable, flags, is_dumb] :
       {std::tuple{"CI", std::vector<std::string>{}, false}, {"X", {"--no-input"}, false}, {"X", {}, true}}) {
    Rig rig;
    rig.shape.in_is_tty = rig.shape.out_is_tty = rig.shape.err_is_tty = true;
    rig.shape.is_dumb = is_dumb;
    rig.variables[variable] = "true";
    std::vector<std::string> words{"browse"};
    words.insert(words.end(), flags.begin(), flags.end());

    EXPECT_EQ(rig.run(words), 14) << variable;
  }
}

TEST(TakesScreen, IsTrueOfTheBrowserAlone) {
  EXPECT_TRUE(takes_screen({"browse", "words"}));
  EXPECT_TRUE(takes_screen({"--project", "p", "browse"}));
  EXPECT_FALSE(takes_screen({"tools", "list", "browse"}));
  EXPECT_FALSE(takes_screen({"--project", "browse"}));
  EXPECT_FALSE(takes_screen({}));
}

}  // namespace
}  // namespace agenta::cli
