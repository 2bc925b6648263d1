#include "shared/domain/tool.hpp"
#include "shared/domain/belief.hpp"

#include <gtest/gtest.h>

#include <string>

namespace agenta {
namespace {

TEST(ParseToolReference, ReadsAPlainSlugInAnyCase) {
  auto const reference = parse_tool_reference("github_create_an_issue");

  ASSERT_TRUE(reference);
  EXPECT_EQ(reference->slug.text, "GITHUB_CREATE_AN_ISSUE");
  EXPECT_FALSE(reference->integration);
  EXPECT_FALSE(reference->connection);
}

TEST(ParseToolReference, ReadsTheLongFormsWithAndWithoutAConnection) {
  for (auto const* text :
       {"tools.composio.github.CREATE_AN_ISSUE", "tools__composio__github__CREATE_AN_ISSUE",
        "TOOLS.Composio.GitHub.create_an_issue", "tools.composio.github.GITHUB_CREATE_AN_ISSUE"}) {
    auto const reference = parse_tool_reference(text);

    ASSERT_TRUE(reference) << text;
    EXPECT_EQ(reference->slug.text, "GITHUB_CREATE_AN_ISSUE") << text;
    EXPECT_EQ(reference->integration, IntegrationSlug{"github"}) << text;
    EXPECT_FALSE(reference->connection) << text;
  }
  for (auto const* text :
       {"tools.composio.github.CREATE_AN_ISSUE.work", "tools__composio__github__CREATE_AN_ISSUE__work"}) {
    auto const reference = parse_tool_reference(text);

    ASSERT_TRUE(reference) << text;
    EXPECT_EQ(reference->slug.text, "GITHUB_CREATE_AN_ISSUE") << text;
    EXPECT_EQ(reference->connection, "work") << text;
  }
}

TEST(ParseToolReference, KeepsUnderscoresInTheIntegrationApart) {
  for (auto const* text :
       {"tools.composio.google_maps.GEOCODE.my_work", "tools__composio__google_maps__GEOCODE__my_work"}) {
    auto const reference = parse_tool_reference(text);

    ASSERT_TRUE(reference) << text;
    EXPECT_EQ(reference->slug.text, "GOOGLE_MAPS_GEOCODE") << text;
    EXPECT_EQ(reference->integration, IntegrationSlug{"google_maps"}) << text;
    EXPECT_EQ(reference->connection, "my_work") << text;
  }
}

TEST(ParseToolReference, RefusesEverythingElse) {
  for (auto const* text :
       {"", " ", "github create", "github/create", "tools.composio.github", "tools.composio.github.A.b.c",
        "tools.other.github.A", "tools..github.A", "tools.composio..A", "tools.composio.github.",
        "tools__composio__github", "GITHUB\nX", "../x", "caf\xC3\xA9"}) {
    EXPECT_FALSE(parse_tool_reference(text)) << text;
  }
}

TEST(HintsOf, ReadsTheFourTags) {
  Tool tool;
  tool.tags = {"readOnlyHint", "issues", "idempotentHint"};

  ToolHints const hints = hints_of(tool);

  EXPECT_TRUE(hints.read_only);
  EXPECT_TRUE(hints.idempotent);
  EXPECT_FALSE(hints.destructive);
  EXPECT_FALSE(hints.open_world);
}

TEST(HintsOf, DoNotTakeAMissingHintAsHarmless) { EXPECT_FALSE(hints_of(Tool{}).read_only); }

TEST(Believed, WhatDoesNotSayThatItOnlyReadsMayDestroy) {
  EXPECT_EQ(believed({}), (ToolHints{.destructive = true, .open_world = true}));
  EXPECT_EQ(believed({.idempotent = true}),
            (ToolHints{.destructive = true, .idempotent = true, .open_world = true}));
  EXPECT_EQ(believed({.read_only = true}), (ToolHints{.read_only = true, .open_world = true}));
}

TEST(Believed, WhatContradictsItselfIsBelievedTheWorse) {
  EXPECT_EQ(believed({.read_only = true, .destructive = true}), believed({}));
}

}  // namespace
}  // namespace agenta
