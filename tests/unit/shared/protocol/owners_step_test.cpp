#include "shared/protocol/owners_step.hpp"

#include <gtest/gtest.h>

#include "shared/base/shell_words.hpp"

namespace agenta::protocol {
namespace {

using Step = std::vector<std::string>;

TEST(OwnersStep, IsTheOwnersWhereASessionsSocketDoesNotHaveIt) {
  for (Step const& step :
       {Step{"agenta-tools", "approvals", "approve", "a1"},
        Step{"agenta-tools", "--sandbox", "--project", "shop", "approvals", "list"},
        Step{"agenta-tools", "policy", "explain", "T", "--session", "s"},
        Step{"agenta-tools", "connect", "github"}, Step{"agenta-tools", "connections", "show", "work"},
        Step{"agenta-tools", "session", "add", "s", "T"}, Step{"agenta-tools", "session", "show", "s"},
        Step{"agenta-tools", "integrations", "refresh"}}) {
    EXPECT_TRUE(is_owners_step(step)) << shell_words(step);
  }
}

TEST(OwnersStep, IsTakenThereWhereItHas) {
  for (Step const& step :
       {Step{}, Step{"agenta-tools", "history", "show", "e1"},
        Step{"agenta-tools", "--project", "approvals", "tools", "show", "T"},
        Step{"agenta-tools", "tools", "list", "github"}, Step{"agenta-tools", "session", "show"},
        Step{"agenta-tools", "connections", "list"}, Step{"agenta-tools", "help", "approvals"},
        Step{"ls", "-l", "connect"}}) {
    EXPECT_FALSE(is_owners_step(step)) << shell_words(step);
  }
}

TEST(OwnersStep, IsToldInWordsWhereItCannotBeTaken) {
  Error error;
  error.message = "T needs somebody's approval";
  error.next_step = {"agenta-tools", "approvals", "approve", "a1"};

  Error const told = told_inside(error);

  EXPECT_EQ(told.message,
            "T needs somebody's approval; ask whoever runs the session: `agenta-tools approvals approve a1`");
  EXPECT_TRUE(told.next_step.empty());
}

}  // namespace
}  // namespace agenta::protocol
