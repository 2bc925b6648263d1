#include "tests/unit/daemon/sandbox/sandbox_fixture.hpp"

namespace agenta::daemon::sandbox {
namespace {

class SandboxToolSession : public SandboxTest {
 protected:
  std::string make_session(nlohmann::json body = {{"user_id", "u1"}}) {
    return post("/tool_router/session", body)["session_id"];
  }
  nlohmann::json search(std::string const& session, std::string const& use_case) {
    return post("/tool_router/session/" + session + "/search", {{"queries", {{{"use_case", use_case}}}}});
  }
};

TEST_F(SandboxToolSession, TellsWhatItWasMadeOf) {
  auto const made = send("POST", "/tool_router/session",
                         {{"user_id", "u1"},
                          {"toolkits", {{"enable", {"GitHub", "gmail"}}}},
                          {"manage_connections", {{"enable", false}}}});
  auto const document = json(made);

  EXPECT_EQ(made.status, 201U);
  EXPECT_TRUE(document["mcp"]["url"].get<std::string>().starts_with("http://127.0.0.1:4100/"));
  EXPECT_EQ(document["tool_router_tools"], nlohmann::json::array({"COMPOSIO_SEARCH_TOOLS"}));
  EXPECT_EQ(document["config"]["toolkits"]["enabled"], (nlohmann::json{"github", "gmail"}));
  EXPECT_EQ(document["config"]["manage_connections"]["enabled"], false);
  EXPECT_EQ(get("/tool_router/session/" + document["session_id"].get<std::string>()), document);
}

TEST_F(SandboxToolSession, FindsToolsByTheWordsTheyShareWithAQuestion) {
  auto const session = make_session();

  auto const answer = search(session, "Create an issue on GitHub, please");

  auto const& result = answer["results"][0];
  EXPECT_EQ(answer["success"], true);
  EXPECT_EQ(result["index"], 1);
  EXPECT_EQ(result["primary_tool_slugs"][0], "GITHUB_CREATE_AN_ISSUE");
  EXPECT_EQ(result["primary_tool_slugs"].size(), 3U);
  EXPECT_EQ(result["related_tool_slugs"].size(), 3U);
  EXPECT_EQ(result["toolkits"][0], "github");
  EXPECT_EQ(search(session, "delete messages in slack")["results"][0]["primary_tool_slugs"][0],
            "SLACK_DELETE_A_MESSAGE");
  EXPECT_FALSE(search(session, "zzz")["results"][0]["primary_tool_slugs"].empty())
      << "as at Composio there is always something";
}

TEST_F(SandboxToolSession, GivesTheFirstToolsWithTheirSchemasAndTheRestByName) {
  auto const answer = search(make_session(), "create a github issue");

  auto const& whole = answer["tool_schemas"]["GITHUB_CREATE_AN_ISSUE"];
  auto const& named =
      answer["tool_schemas"][answer["results"][0]["related_tool_slugs"][0].get<std::string>()];
  EXPECT_EQ(whole["toolkit"], "GITHUB");
  EXPECT_EQ(whole["hasFullSchema"], true);
  EXPECT_TRUE(whole["input_schema"]["properties"].contains("title"));
  EXPECT_EQ(named["hasFullSchema"], false);
  EXPECT_FALSE(named.contains("input_schema"));
  EXPECT_EQ(named["schemaRef"]["tool"], "COMPOSIO_GET_TOOL_SCHEMAS");
}

TEST_F(SandboxToolSession, TellsWhichToolkitsTheUserHasConnected) {
  auto const account = connect("u1");
  auto const status_of = [&](std::string const& user) {
    auto const answer = search(make_session({{"user_id", user}}), "create a github issue");
    for (auto const& status : answer["toolkit_connection_statuses"]) {
      if (status["toolkit"] == "github") return status;
    }
    return nlohmann::json{};
  };

  EXPECT_EQ(status_of("u1")["has_active_connection"], true);
  EXPECT_EQ(status_of("u1")["connection_details"]["connected_account_id"], account);
  EXPECT_EQ(status_of("u2")["has_active_connection"], false);
}

TEST_F(SandboxToolSession, SearchesOnlyWhatItAdmits) {
  auto const enabled = make_session({{"user_id", "u1"}, {"toolkits", {{"enable", {"jira"}}}}});
  auto const disabled = make_session({{"user_id", "u1"}, {"toolkits", {{"disable", {"github", "jira"}}}}});
  auto const among = post("/tool_router/session/" + make_session() + "/search",
                          {{"queries", {{{"use_case", "create an issue"}}}}, {"toolkits", {"jira"}}});

  auto const toolkits_of = [](nlohmann::json const& answer) { return answer["results"][0]["toolkits"]; };
  EXPECT_EQ(toolkits_of(search(enabled, "create a github issue")), nlohmann::json::array({"jira"}));
  for (auto const& toolkit : toolkits_of(search(disabled, "create a github issue"))) {
    EXPECT_NE(toolkit, "github");
    EXPECT_NE(toolkit, "jira");
  }
  EXPECT_EQ(toolkits_of(among), nlohmann::json::array({"jira"}));
}

TEST_F(SandboxToolSession, AnswersEachOfSeveralQueries) {
  auto const answer =
      post("/tool_router/session/" + make_session() + "/search",
           {{"queries", {{{"use_case", "send an email"}}, {{"use_case", "refund a charge"}}}}});

  EXPECT_EQ(answer["results"][0]["primary_tool_slugs"][0], "GMAIL_SEND_EMAIL");
  EXPECT_EQ(answer["results"][1]["primary_tool_slugs"][0], "STRIPE_CREATE_REFUND");
  EXPECT_EQ(answer["results"][1]["index"], 2);
}

TEST_F(SandboxToolSession, RefusesWhatComposioRefuses) {
  auto const path = "/tool_router/session/" + make_session() + "/search";
  auto const refused = [&](nlohmann::json const& body) { return send("POST", path, body).status == 400U; };

  EXPECT_EQ(refusal(send("POST", "/tool_router/session", nlohmann::json::object())),
            "400 10400 HTTP_BadRequest");
  EXPECT_EQ(refusal(send("POST", "/tool_router/session",
                         {{"user_id", "u1"}, {"toolkits", {{"enable", {"nothing"}}}}})),
            "400 4305 ToolRouterV2_InvalidToolkitSlugs");
  EXPECT_EQ(send("POST", "/tool_router/session", {{"user_id", "u1"}, {"tags", {"readOnlyHint"}}}).status,
            501U)
      << "a filter that is passed over would find what was shut out";
  EXPECT_TRUE(refused(nlohmann::json::object()));
  EXPECT_TRUE(refused({{"queries", nlohmann::json::array()}}));
  EXPECT_TRUE(refused({{"queries", {7}}}));
  EXPECT_TRUE(refused({{"queries", {{{"use_case", ""}}}}}));
  EXPECT_TRUE(refused({{"queries", {{{"use_case", std::string(1025, 'a')}}}}}));
  EXPECT_TRUE(refused({{"queries", {{{"use_case", "a"}, {"known_fields", std::string(501, 'a')}}}}}));
  EXPECT_FALSE(refused({{"queries", {{{"use_case", std::string(1024, 'a')}}}}}));
}

TEST_F(SandboxToolSession, IsSeenByNoOtherKeyAndGoneWhenItIsDeleted) {
  auto const path = "/tool_router/session/" + make_session();
  nlohmann::json const query{{"queries", {{{"use_case", "send an email"}}}}};

  EXPECT_EQ(send_as("ak_sandbox_other", "GET", path).status, 404U);
  EXPECT_EQ(send_as("ak_sandbox_other", "POST", path + "/search", query).status, 404U);
  EXPECT_EQ(json(send("DELETE", path))["deleted"], true);
  EXPECT_EQ(refusal(send("POST", path + "/search", query)), "404 10404 HTTP_NotFound");
}

}  // namespace
}  // namespace agenta::daemon::sandbox
