#include "tests/unit/daemon/sandbox/sandbox_fixture.hpp"

namespace agenta::daemon::sandbox {
namespace {

class SandboxCatalogueChange : public SandboxTest {
 protected:
  void change(nlohmann::json const& body) {
    auto const changed = send("POST", "/_sandbox/catalog", body);
    ASSERT_EQ(changed.status, 200U) << changed.body;
  }
  nlohmann::json tools(std::string const& toolkit) {
    return get("/tools?limit=1000&toolkit_slug=" + toolkit)["items"];
  }
  nlohmann::json toolkit(std::string const& slug) {
    auto const list = get("/toolkits");
    for (auto const& item : list["items"]) {
      if (item["slug"] == slug) return item;
    }
    return nlohmann::json{};
  }
};

TEST_F(SandboxCatalogueChange, ANewVersionIsThatOfTheToolkitAndOfItsTools) {
  change({{"toolkit", "github"}, {"version", "20270101_00"}, {"updated_at", "2027-01-01T00:00:00.000Z"}});

  EXPECT_EQ(toolkit("github")["meta"]["version"], "20270101_00");
  EXPECT_EQ(toolkit("github")["meta"]["updated_at"], "2027-01-01T00:00:00.000Z");
  EXPECT_EQ(get("/toolkits/github")["meta"]["available_versions"].back(), "20270101_00");
  for (auto const& tool : tools("github")) {
    EXPECT_EQ(tool["version"], "20270101_00") << tool["slug"];
    EXPECT_EQ(tool["available_versions"].back(), "20270101_00") << tool["slug"];
    EXPECT_EQ(tool["deprecated"]["version"], "20270101_00") << tool["slug"];
  }
  EXPECT_EQ(get("/tools/GITHUB_CREATE_AN_ISSUE?version=20261101_00")["version"], "20261101_00");
  EXPECT_NE(toolkit("gmail")["meta"]["version"], "20270101_00");
}

TEST_F(SandboxCatalogueChange, ToolsComeGoAndGetOtherNames) {
  auto const before = tools("slack").size();

  change({{"toolkit", "slack"},
          {"remove", {"SLACK_CREATE_CHANNEL"}},
          {"rename", {{"SLACK_SEND_MESSAGE", "slack_post_message"}}},
          {"add", {{{"slug", "SLACK_DANCE"}, {"description", "Dances"}, {"tags", {"readOnlyHint"}}}}}});

  EXPECT_EQ(send("GET", "/tools/SLACK_CREATE_CHANNEL").status, 404U);
  EXPECT_EQ(send("GET", "/tools/SLACK_SEND_MESSAGE").status, 404U);
  EXPECT_EQ(get("/tools/SLACK_POST_MESSAGE")["toolkit"]["slug"], "slack");
  EXPECT_EQ(get("/tools/SLACK_DANCE")["description"], "Dances");
  EXPECT_EQ(get("/tools/SLACK_DANCE")["input_parameters"]["type"], "object");
  EXPECT_EQ(tools("slack").size(), before);
  EXPECT_EQ(toolkit("slack")["meta"]["tools_count"], before);
  EXPECT_EQ(toolkit("slack")["meta"]["updated_at"], "2026-11-23T20:00:00.000Z") << "its own time";
  EXPECT_EQ(std::ranges::count(get("/tools/enum"), "SLACK_DANCE"), 1);
}

TEST_F(SandboxCatalogueChange, WhatRanBeforeAChangeRunsByTheNewSchema) {
  auto const run = [&] {
    return post("/tools/execute/HACKERNEWS_DANCE", {{"arguments", nlohmann::json::object()}})["successful"];
  };
  change({{"toolkit", "hackernews"}, {"add", {{{"slug", "HACKERNEWS_DANCE"}}}}});
  ASSERT_EQ(run(), true);

  change({{"toolkit", "hackernews"},
          {"remove", {"HACKERNEWS_DANCE"}},
          {"add",
           {{{"slug", "HACKERNEWS_DANCE"},
             {"input_parameters", {{"type", "object"}, {"required", {"partner"}}}}}}}});

  EXPECT_EQ(run(), false);
}

TEST_F(SandboxCatalogueChange, IsTakenBackWholeAndByAReset) {
  auto const before = get("/tools?limit=1000");
  for (char const* method : {"DELETE", "POST"}) {
    change({{"toolkit", "github"}, {"version", "20270101_00"}, {"remove", {"GITHUB_CREATE_AN_ISSUE"}}});
    change({{"toolkit", "gmail"}, {"version", "20270102_00"}});
    EXPECT_EQ(get("/_sandbox/catalog")["changed"], true);

    std::string const control = method == std::string{"DELETE"} ? "/_sandbox/catalog" : "/_sandbox/reset";
    send(method, control);

    EXPECT_EQ(get("/_sandbox/catalog")["changed"], false);
    EXPECT_EQ(get("/tools?limit=1000"), before);
    EXPECT_NE(toolkit("github")["meta"]["version"], "20270101_00");
  }
}

TEST_F(SandboxCatalogueChange, OneThatCannotBeCarriedOutChangesNothing) {
  auto const before = get("/tools?limit=1000");
  std::vector<nlohmann::json> const bad{
      {{"toolkit", "nothing"}},
      {{"version", "20270101_00"}},
      {{"toolkit", "github"}, {"version", "20270101_00"}, {"remove", {"GMAIL_SEND_EMAIL"}}},
      {{"toolkit", "github"}, {"version", "20270101_00"}, {"rename", {{"NOTHING", "GITHUB_X"}}}},
      {{"toolkit", "github"}, {"version", "20270101_00"}, {"add", {{{"slug", "GMAIL_SEND_EMAIL"}}}}},
      {{"toolkit", "github"}, {"version", "20270101_00"}, {"add", {7}}},
      {{"toolkit", "github"}, {"version", "20270101_00"}, {"add", {{{"name", "no slug"}}}}},
      {{"toolkit", "github"}, {"version", "20270101_00"}, {"add", "GITHUB_X"}},
      {{"toolkit", "github"}, {"version", "20270101_00"}, {"remove", {7}}},
      {{"toolkit", "github"}, {"version", "20270101_00"}, {"rename", {{"GITHUB_CREATE_AN_ISSUE", 7}}}},
      {{"toolkit", "github"}, {"versoin", "20270101_00"}},
  };
  for (auto const& body : bad) EXPECT_EQ(send("POST", "/_sandbox/catalog", body).status, 400U) << body;

  EXPECT_EQ(get("/tools?limit=1000"), before);
  EXPECT_EQ(get("/_sandbox/catalog")["changed"], false);
}

class SandboxRequests : public SandboxTest {};

TEST_F(SandboxRequests, AreCountedByRouteAndKeptAsTheyCame) {
  get("/tools?toolkit_slug=github%2Cgmail&limit=1");
  get("/tools?limit=2");
  send("GET", "/nowhere?at=all");
  auto const seen = get("/_sandbox/requests");

  EXPECT_EQ(seen["total"], 3);
  EXPECT_EQ(seen["routes"]["GET /tools"], (nlohmann::json{{"requests", 2}, {"effects", 2}}));
  EXPECT_EQ(seen["recent"], nlohmann::json::parse(R"([
      {"method":"GET","target":"/api/v3.1/tools?toolkit_slug=github%2Cgmail&limit=1"},
      {"method":"GET","target":"/api/v3.1/tools?limit=2"},
      {"method":"GET","target":"/api/v3.1/nowhere?at=all"}])"));
  EXPECT_TRUE(json(send("DELETE", "/_sandbox/requests"))["recent"].empty());
}

TEST_F(SandboxRequests, OnlyTheLastTwoHundredAreKept) {
  for (int number = 1; number <= 201; ++number) get("/toolkits?limit=" + std::to_string(number));

  auto const seen = get("/_sandbox/requests");

  EXPECT_EQ(seen["total"], 201);
  EXPECT_EQ(seen["recent"].size(), 200U);
  EXPECT_EQ(seen["recent"][0]["target"], "/api/v3.1/toolkits?limit=2");
}

}  // namespace
}  // namespace agenta::daemon::sandbox
