#include "daemon/core/sessions_edit.hpp"

#include <gtest/gtest.h>

namespace agenta::daemon {
namespace {

using Names = std::vector<std::string>;

struct SessionEditTest : testing::Test {
  Session session{};
  std::vector<Tool> known{tool("GITHUB_CREATE_AN_ISSUE"), tool("GITHUB_DELETE_A_FILE"),
                          tool("GITHUB_DELETE_A_REPOSITORY")};
  SessionEdit edit{session, known};

  SessionEditTest() { session.selectors = {"github"}; }
  static Tool tool(std::string slug) {
    Tool out;
    out.slug.text = std::move(slug);
    out.integration.text = "github";
    return out;
  }
  Names in() const {
    Names slugs;
    for (Tool const& each : known) {
      if (includes(session, each.slug, each.integration)) slugs.push_back(each.slug.text);
    }
    return slugs;
  }
};

TEST_F(SessionEditTest, OneToolIsCutOutOfAnIntegration) {
  EXPECT_TRUE(edit.remove("github_delete_a_file"));

  EXPECT_EQ(in(), (Names{"GITHUB_CREATE_AN_ISSUE", "GITHUB_DELETE_A_REPOSITORY"}));
  EXPECT_EQ(session.selectors, Names{"github"});
  EXPECT_EQ(session.excluded, Names{"github_delete_a_file"});
  EXPECT_EQ(edit.removed(), Names{"github_delete_a_file"});
  EXPECT_FALSE(edit.remove("GITHUB_DELETE_A_FILE")) << "it is not there any more";
}

TEST_F(SessionEditTest, AddingItAgainBringsItBack) {
  ASSERT_TRUE(edit.remove("GITHUB_DELETE_A_FILE"));

  edit.add("GITHUB_DELETE_A_FILE");

  EXPECT_EQ(in().size(), 3U);
  EXPECT_EQ(session.selectors, Names{"github"});
  EXPECT_TRUE(session.excluded.empty());
  EXPECT_EQ(edit.added(), Names{"GITHUB_DELETE_A_FILE"});
}

TEST_F(SessionEditTest, AddingTheIntegrationAgainBringsAllOfItBack) {
  ASSERT_TRUE(edit.remove("GITHUB_DELETE_*"));
  ASSERT_TRUE(edit.remove("GITHUB_CREATE_AN_ISSUE"));
  ASSERT_TRUE(in().empty());

  edit.add("github");

  EXPECT_EQ(in().size(), 3U);
  EXPECT_EQ(session.selectors, Names{"github"});
}

TEST_F(SessionEditTest, OneToolComesBackOutOfAPatternThatWasCutOut) {
  ASSERT_TRUE(edit.remove("GITHUB_DELETE_*"));

  edit.add("GITHUB_DELETE_A_FILE");

  EXPECT_EQ(in(), (Names{"GITHUB_CREATE_AN_ISSUE", "GITHUB_DELETE_A_FILE"}));
  ASSERT_TRUE(edit.remove("GITHUB_DELETE_A_FILE"));
  EXPECT_EQ(in(), Names{"GITHUB_CREATE_AN_ISSUE"});
}

TEST_F(SessionEditTest, APatternTakesWhatWasNamedByItselfToo) {
  edit.add("GITHUB_DELETE_A_FILE");

  ASSERT_TRUE(edit.remove("GITHUB_DELETE_*"));

  EXPECT_EQ(in(), Names{"GITHUB_CREATE_AN_ISSUE"});
}

TEST_F(SessionEditTest, WhatItWasMadeOfLeavesWhatElseNamesTheSame) {
  edit.add("GITHUB_DELETE_A_FILE");

  ASSERT_TRUE(edit.remove("GitHub"));

  EXPECT_EQ(in(), Names{"GITHUB_DELETE_A_FILE"});
  EXPECT_TRUE(session.excluded.empty());
}

TEST_F(SessionEditTest, SomethingWiderThanWhatWasCutOutIsAdded) {
  session.selectors = {"GITHUB_DELETE_*"};
  ASSERT_TRUE(edit.remove("GITHUB_DELETE_A_FILE"));

  edit.add("github");

  EXPECT_EQ(in().size(), 3U);
}

}  // namespace
}  // namespace agenta::daemon
