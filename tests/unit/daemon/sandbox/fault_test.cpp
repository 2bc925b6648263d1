#include <set>

#include "shared/base/text.hpp"
#include "tests/unit/daemon/sandbox/sandbox_fixture.hpp"

namespace agenta::daemon::sandbox {
namespace {

class SandboxFaults : public SandboxTest {
 protected:
  static inline nlohmann::json const kIssue{{"owner", "o"}, {"repo", "r"}, {"title", "once"}};
  HttpResponse create_issue() { return execute("GITHUB_CREATE_AN_ISSUE", kIssue); }
  void plant(nlohmann::json const& fault) { ASSERT_EQ(send("POST", "/_sandbox/faults", fault).status, 201U); }
  nlohmann::json tool_count() { return get("/_sandbox/requests")["tools"]["GITHUB_CREATE_AN_ISSUE"]; }
};

TEST_F(SandboxFaults, ALostReplyHappensAndIsNotAnswered) {
  connect();
  plant({{"match", {{"tool", "GITHUB_CREATE_AN_ISSUE"}}}, {"kind", "lost_reply"}});

  EXPECT_EQ(create_issue().delivery, Delivery::reset);
  EXPECT_EQ(tool_count(), (nlohmann::json{{"requests", 1}, {"effects", 1}}));
  EXPECT_EQ(create_issue().delivery, Delivery::whole) << "it counts down";
}

TEST_F(SandboxFaults, AResetHappensToNobody) {
  connect();
  plant({{"match", {{"tool", "GITHUB_CREATE_AN_ISSUE"}}}, {"kind", "reset"}});

  EXPECT_EQ(create_issue().delivery, Delivery::reset);
  EXPECT_EQ(tool_count(), (nlohmann::json{{"requests", 1}, {"effects", 0}}));
}

TEST_F(SandboxFaults, ATruncatedReplyHappens) {
  connect();
  plant({{"match", {{"path_prefix", "/tools/execute"}}}, {"kind", "truncated"}});

  EXPECT_EQ(create_issue().delivery, Delivery::truncated);
  EXPECT_EQ(tool_count()["effects"], 1);
}

TEST_F(SandboxFaults, AStatusStandsInForTheAnswer) {
  plant({{"match", {{"method", "GET"}, {"path_prefix", "/api/v3.1/toolkits"}}},
         {"kind", "status"},
         {"status", 503},
         {"times", 2},
         {"headers", {{"x-should-retry", "true"}}}});

  EXPECT_EQ(send("GET", "/tools").status, 200U);
  auto const first = send("GET", "/toolkits");
  EXPECT_EQ(refusal(first), "503 10503 HTTP_ServiceUnavailable");
  EXPECT_EQ(header(first, "x-should-retry"), "true");
  EXPECT_EQ(get("/_sandbox/faults")["items"][0]["times"], 1);
  send("DELETE", "/_sandbox/faults");
  EXPECT_EQ(send("GET", "/toolkits").status, 200U);
}

TEST_F(SandboxFaults, ARateLimitIsTheBareDocument) {
  plant({{"kind", "rate_limit"}, {"retry_after", 7}});

  auto const limited = send("GET", "/toolkits");

  EXPECT_EQ(limited.status, 429U);
  EXPECT_FALSE(json(limited).contains("error"));
  EXPECT_EQ(header(limited, "Retry-After"), "7");
  EXPECT_EQ(header(limited, "X-RateLimit-Remaining"), "0");
}

TEST_F(SandboxFaults, DelaysWithoutSleepingAndLiesInOtherWays) {
  plant({{"kind", "delay"}, {"delay_ms", 3000}});
  plant({{"kind", "garbage"}});
  plant({{"kind", "html_502"}});

  EXPECT_EQ(send("GET", "/toolkits").delay, std::chrono::milliseconds{3000});
  EXPECT_TRUE(nlohmann::json::parse(send("GET", "/toolkits").body, nullptr, false).is_discarded());
  EXPECT_TRUE(send("GET", "/toolkits").body.starts_with("<html>"));
}

TEST_F(SandboxFaults, AnAccountExpiresUnderTheRequest) {
  auto const account = connect();
  plant({{"match", {{"tool", "GITHUB_CREATE_AN_ISSUE"}}}, {"kind", "expired_account"}});

  EXPECT_EQ(refusal(send("POST", "/tools/execute/GITHUB_CREATE_AN_ISSUE",
                         {{"user_id", "u1"}, {"connected_account_id", account}, {"arguments", kIssue}})),
            "410 1820 ActionExecute_ConnectedAccountExpired");
  EXPECT_EQ(get("/connected_accounts/" + account)["status_reason"],
            "Permanent auth error during token refresh");
}

TEST_F(SandboxFaults, ADocumentEndsInTheMiddleOfAWholeAnswer) {
  auto const whole = send("GET", "/tools?limit=10").body;
  plant({{"match", {{"path_prefix", "/tools"}}}, {"kind", "cut_document"}});

  auto const cut = send("GET", "/tools?limit=10");

  EXPECT_EQ(cut.status, 200U);
  EXPECT_EQ(cut.delivery, Delivery::whole);
  EXPECT_EQ(cut.body, whole.substr(0, whole.size() / 2));
}

TEST_F(SandboxFaults, AListRepeatsItsCursor) {
  plant({{"match", {{"path_prefix", "/tool"}}}, {"kind", "same_cursor"}, {"times", 5}});

  auto const first = get("/tools?limit=10");
  auto const second = get("/tools?limit=10&cursor=" + first["next_cursor"].get<std::string>());
  auto const third = get("/tools?limit=10&cursor=" + second["next_cursor"].get<std::string>());
  auto const whole = get("/toolkits");
  auto const again = get("/toolkits?cursor=" + whole["next_cursor"].get<std::string>());

  EXPECT_EQ(second["next_cursor"], first["next_cursor"]);
  EXPECT_EQ(third, second);
  EXPECT_EQ(again["next_cursor"], whole["next_cursor"]) << "a list of one page, too";
}

TEST_F(SandboxFaults, AListNeverEndsAndItsCursorsAreAlwaysNew) {
  plant({{"match", {{"path_prefix", "/toolkits"}}}, {"kind", "endless_list"}, {"times", 100}});

  std::set<std::string> cursors;
  std::string target = "/toolkits?limit=3";
  for (int page = 0; page < 100; ++page) {
    auto const list = get(target);
    EXPECT_FALSE(list["items"].empty()) << page;
    cursors.insert(list["next_cursor"].get<std::string>());
    target = "/toolkits?limit=3&cursor=" + percent_encode(list["next_cursor"].get<std::string>());
  }

  EXPECT_EQ(cursors.size(), 100U);
  EXPECT_TRUE(get("/toolkits")["next_cursor"].is_null()) << "it counts down";
}

TEST_F(SandboxFaults, AListHoldsItemsThatAreNone) {
  auto const whole = get("/tools?limit=3")["items"];
  plant({{"match", {{"path_prefix", "/tool"}}}, {"kind", "broken_items"}, {"times", 2}});

  auto const items = get("/tools?limit=3")["items"];
  auto const toolkits = get("/toolkits?limit=2")["items"];

  ASSERT_EQ(items.size(), whole.size() + 2);
  EXPECT_EQ(items[0], 7);
  EXPECT_FALSE(items[1].contains("slug"));
  EXPECT_EQ(items[2]["slug"], whole[0]["slug"]);
  EXPECT_TRUE(items[2]["input_parameters"].is_string());
  EXPECT_EQ(items[3], whole[1]);
  EXPECT_EQ(toolkits.size(), 4U);
}

TEST_F(SandboxFaults, RefusesAFaultItDoesNotKnow) {
  EXPECT_EQ(send("POST", "/_sandbox/faults", {{"kind", "plague"}}).status, 400U);
  EXPECT_EQ(send("POST", "/_sandbox/faults", {{"kind", "delay"}, {"delay_ms", -1}}).status, 400U);
  EXPECT_EQ(send("POST", "/_sandbox/faults", {{"kind", "status"}, {"times", 0}}).status, 400U);
}

class SandboxKeys : public SandboxTest {};

TEST_F(SandboxKeys, AreCheckedAsComposioChecksThem) {
  EXPECT_EQ(refusal(send_as("", "GET", "/toolkits")), "401 906 Auth_NoAuthProvided");
  EXPECT_EQ(refusal(send_as("ak_wrongESjq", "GET", "/toolkits")), "401 801 APIKey_InvalidAPIKey");
  EXPECT_EQ(json(send_as("ak_wrongESjq", "GET", "/toolkits"))["error"]["message"],
            "Invalid API key: ak_**ESjq");
  EXPECT_EQ(refusal(send_as("ak_sandbox_expired", "GET", "/toolkits")), "401 811 APIKey_APIKeyExpired");
  EXPECT_EQ(send_as("ak_sandbox_scoped", "GET", "/toolkits").status, 200U);
  EXPECT_EQ(refusal(send_as("ak_sandbox_scoped", "POST", "/tools/execute/HACKERNEWS_GET_FRONTPAGE")),
            "403 812 APIKey_InsufficientPermissions");
  HttpRequest request;
  request.method = "GET";
  request.target = "/api/v3.1/toolkits";
  request.headers = {{"X-Api-Key", "ak_sandbox"}, {"X-User-Api-Key", "uak_1"}};
  EXPECT_EQ(refusal(sandbox_->handle(request)), "401 10401 HTTP_Unauthorized");
}

TEST_F(SandboxKeys, EveryReplyCarriesItsIdAndTheRateLimit) {
  auto const refused = send_as("", "GET", "/toolkits");

  EXPECT_EQ(json(refused)["error"]["request_id"], header(refused, "x-request-id"));
  EXPECT_EQ(header(refused, "X-RateLimit"), "10000");
  EXPECT_EQ(header(refused, "X-RateLimit-Window-Size"), "60s");
}

TEST_F(SandboxKeys, OldVersionsAreGoneAndUnknownPathsAreNotThere) {
  EXPECT_EQ(send("GET", "/api/v1/apps").status, 410U);
  EXPECT_EQ(send("GET", "/api/v2/actions").status, 410U);
  EXPECT_EQ(send("GET", "/api/v3.1/nothing").status, 404U);
  EXPECT_EQ(send("PUT", "/toolkits").status, 405U);
  EXPECT_EQ(send("GET", "/somewhere").status, 404U);
}

TEST_F(SandboxKeys, ControlsDoNotAnswerWebPages) {
  HttpRequest request;
  request.method = "POST";
  request.target = "/_sandbox/reset";
  request.headers = {{"Origin", "https://evil.example"}};
  EXPECT_EQ(sandbox_->handle(request).status, 403U);
}

TEST_F(SandboxKeys, AResetForgetsEverything) {
  connect();
  post("/_sandbox/clock", {{"advance_ms", 5000}});

  send("POST", "/_sandbox/reset");

  EXPECT_EQ(get("/connected_accounts")["total_items"], 0);
  EXPECT_EQ(get("/_sandbox/clock")["advanced_ms"], 0);
}

TEST_F(SandboxKeys, MalformedBodiesAreRefused) {
  HttpRequest request;
  request.method = "POST";
  request.target = "/api/v3.1/auth_configs";
  request.headers = {{"x-api-key", "ak_sandbox"}};
  std::string const deep = R"({"a":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  for (std::string const& body :
       {std::string{"{"}, std::string{"[]"}, std::string{"\"text\""}, std::string{"{} x"}, deep}) {
    request.body = body;
    EXPECT_EQ(sandbox_->handle(request).status, 400U) << body.substr(0, 20);
  }
}

}  // namespace
}  // namespace agenta::daemon::sandbox
