#include "daemon/sandbox/input_words.hpp"
#include "tests/unit/daemon/sandbox/sandbox_fixture.hpp"

namespace agenta::daemon::sandbox {
namespace {

nlohmann::json const kSchema = nlohmann::json::parse(
    R"({"properties":{"recipient_email":{"type":"string"},"subject":{"type":"string"},"count":{"type":"integer"},)"
    R"("urgent":{"type":"boolean"},"labels":{"type":"array"}}})");

TEST(SandboxInput, FindsPairsInTheTypesOfTheSchema) {
  auto const found = find_arguments(
      kSchema,
      "mail with Subject: see you, at five; count=3, urgent: true, labels: a|b and \"nothing\": else");

  EXPECT_EQ(found["subject"], "see you");
  EXPECT_EQ(found["count"], 3);
  EXPECT_EQ(found["urgent"], true);
  EXPECT_EQ(found["labels"], (nlohmann::ordered_json{"a", "b and \"nothing\": else"}));
}

TEST(SandboxInput, FindsAnAddressForWhatAsksForOne) {
  EXPECT_EQ(find_arguments(kSchema, "mail ann@example.com that all is well")["recipient_email"],
            "ann@example.com");
  EXPECT_EQ(find_arguments(kSchema, R"(recipient email: "bob", cc ann@example.com)")["recipient_email"],
            "bob");
}

TEST(SandboxInput, MakesNothingUp) {
  EXPECT_TRUE(find_arguments(kSchema, "count: many, and do it well").empty());
  EXPECT_TRUE(find_arguments({}, "subject: x").empty());
}

class SandboxInputRoute : public SandboxTest {};

TEST_F(SandboxInputRoute, SaysWhereThereIsNothing) {
  auto const ask = [&](std::string const& tool, nlohmann::json const& body) {
    return send("POST", "/tools/execute/" + tool + "/input", body);
  };

  EXPECT_EQ(json(ask("GITHUB_CREATE_AN_ISSUE", {{"text", "title: x"}}))["arguments"]["title"], "x");
  EXPECT_TRUE(json(ask("GITHUB_CREATE_AN_ISSUE", {{"text", "do it"}}))["error"].is_string());
  EXPECT_EQ(ask("GITHUB_CREATE_AN_ISSUE", nlohmann::json::object()).status, 400U);
  EXPECT_EQ(ask("GITHUB_NOTHING", {{"text", "title: x"}}).status, 404U);
}

}  // namespace
}  // namespace agenta::daemon::sandbox
