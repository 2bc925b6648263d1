#include "tests/unit/daemon/sandbox/sandbox_fixture.hpp"

namespace agenta::daemon::sandbox {
namespace {

class SandboxConnect : public SandboxTest {
 protected:
  nlohmann::json account(nlohmann::json const& link) {
    return get("/connected_accounts/" + link["connected_account_id"].get<std::string>());
  }
  static std::string page(nlohmann::json const& link) {
    return "/link/" + link["link_token"].get<std::string>();
  }
  HttpResponse post_form(std::string target, std::string form) {
    HttpRequest request;
    request.method = "POST";
    request.target = std::move(target);
    request.body = std::move(form);
    return sandbox_->handle(request);
  }
};

TEST_F(SandboxConnect, LinksInitializesAndTellsWhenItEnds) {
  auto const link = make_link();

  EXPECT_EQ(link["redirect_url"], "http://127.0.0.1:4100" + page(link));
  EXPECT_EQ(link["expires_at"], "2026-11-23T20:10:00.000Z");
  EXPECT_EQ(account(link)["status"], "INITIALIZING");
  EXPECT_EQ(account(link)["state"]["authScheme"], "OAUTH2");
}

TEST_F(SandboxConnect, BecomesInitiatedWhenThePageIsOpened) {
  auto const link = make_link();

  auto const shown = send("GET", page(link));

  EXPECT_EQ(shown.status, 200U);
  EXPECT_NE(shown.body.find("action=\"" + page(link) + "/approve\""), std::string::npos);
  EXPECT_NE(shown.body.find("formaction=\"" + page(link) + "/deny\""), std::string::npos);
  EXPECT_EQ(shown.body.find("<script"), std::string::npos);
  EXPECT_EQ(account(link)["status"], "INITIATED");
  EXPECT_EQ(account(link)["state"]["val"]["redirectUrl"], link["redirect_url"]);
}

TEST_F(SandboxConnect, ApprovalActivatesAndKeepsTheCallbacksQuery) {
  auto const link = make_link("u1", "http://127.0.0.1:9/callback?n=4f1c");

  auto const sent_back = send("POST", page(link) + "/approve");

  EXPECT_EQ(sent_back.status, 302U);
  EXPECT_EQ(header(sent_back, "Location"),
            "http://127.0.0.1:9/callback?n=4f1c&status=success&connected_account_id=" +
                link["connected_account_id"].get<std::string>());
  EXPECT_EQ(account(link)["status"], "ACTIVE");
  EXPECT_EQ(account(link)["state"]["val"]["access_token"], "REDACTED");
  EXPECT_TRUE(account(link)["status_reason"].is_null());
  EXPECT_EQ(send("GET", page(link)).status, 410U);
}

TEST_F(SandboxConnect, DenialFailsWithTheProvidersWords) {
  auto const link = make_link("u1", "http://127.0.0.1:9/callback");

  auto const sent_back = send("POST", page(link) + "/deny");

  EXPECT_TRUE(header(sent_back, "Location")
                  .starts_with("http://127.0.0.1:9/callback?status=failed&connected_account_id=ca_"));
  EXPECT_EQ(account(link)["status"], "FAILED");
  EXPECT_EQ(account(link)["status_reason"], "OAuth callback failed during token exchange");
  EXPECT_EQ(account(link)["state"]["val"]["error"], "access_denied");
}

TEST_F(SandboxConnect, ALinkThatNobodyAnswersExpiresAfterTenMinutes) {
  auto const link = make_link();
  clock_.advance(std::chrono::minutes{9});
  ASSERT_EQ(account(link)["status"], "INITIALIZING");

  post("/_sandbox/clock", {{"advance_ms", 60'000}});

  EXPECT_EQ(account(link)["status"], "EXPIRED");
  EXPECT_EQ(account(link)["status_reason"], "Connection initiation did not complete within 10 minutes");
  EXPECT_EQ(send("POST", page(link) + "/approve").status, 410U);
}

TEST_F(SandboxConnect, SettlesByItselfWhenToldTo) {
  post("/_sandbox/auto_approve", {{"mode", "approve"}, {"delay_ms", 500}});
  auto const link = make_link();
  EXPECT_EQ(account(link)["status"], "INITIALIZING");

  clock_.advance(std::chrono::milliseconds{500});

  EXPECT_EQ(account(link)["status"], "ACTIVE");
  post("/_sandbox/auto_approve", {{"mode", "deny"}});
  EXPECT_EQ(account(make_link())["status"], "FAILED");
}

TEST_F(SandboxConnect, ThePageAsksForKeysAndRefusesABadOne) {
  auto const config =
      post("/auth_configs", {{"toolkit", {{"slug", "stripe"}}},
                             {"auth_config", {{"type", "use_custom_auth"}, {"authScheme", "API_KEY"}}}});
  auto const link = post("/connected_accounts/link",
                         {{"auth_config_id", config["auth_config"]["id"]}, {"user_id", "<b>u1</b>"}});

  EXPECT_NE(send("GET", page(link)).body.find("name=\"generic_api_key\""), std::string::npos);
  EXPECT_EQ(send("GET", page(link)).body.find("<b>u1"), std::string::npos);
  EXPECT_EQ(post_form(page(link) + "/approve", "").status, 422U);
  auto const refused = post_form(page(link) + "/approve", "generic_api_key=live_key");
  EXPECT_EQ(refused.status, 422U);
  EXPECT_NE(refused.body.find("Invalid API Key provided"), std::string::npos);
  EXPECT_EQ(account(link)["status"], "INITIATED");
  EXPECT_EQ(post_form(page(link) + "/approve", "generic_api_key=sk_test_123").status, 200U);
  EXPECT_EQ(account(link)["state"]["val"]["generic_api_key"], "sk_t...");
}

TEST_F(SandboxConnect, CreatesAccountsOfStaticSchemesAtOnce) {
  auto const config =
      post("/auth_configs", {{"toolkit", {{"slug", "stripe"}}},
                             {"auth_config", {{"type", "use_custom_auth"}, {"authScheme", "API_KEY"}}}});
  auto const create = [&](nlohmann::json const& val, bool validate) {
    return send("POST", "/connected_accounts",
                {{"auth_config", {{"id", config["auth_config"]["id"]}}},
                 {"connection", {{"user_id", "u1"}, {"state", {{"authScheme", "API_KEY"}, {"val", val}}}}},
                 {"validate_credentials", validate}});
  };

  EXPECT_EQ(refusal(create({{"status", "ACTIVE"}}, false)), "400 612 ConnectedAccount_MissingRequiredFields");
  EXPECT_EQ(refusal(create({{"api_key", "wrong"}}, true)), "400 600 ConnectedAccount_BadRequest");
  auto const made = create({{"api_key", "sk_test_1"}}, true);
  EXPECT_EQ(made.status, 201U);
  EXPECT_EQ(json(made)["status"], "ACTIVE");
  EXPECT_TRUE(json(made)["redirect_url"].is_null());
}

TEST_F(SandboxConnect, RefusesWhatComposioRefuses) {
  EXPECT_EQ(refusal(send("POST", "/auth_configs", {{"toolkit", {{"slug", "stripe"}}}})),
            "400 306 Auth_Config_DefaultAuthConfigNotFound");
  EXPECT_EQ(refusal(send("POST", "/auth_configs", {{"toolkit", {{"slug", "hackernews"}}}})),
            "400 - Auth_Config_NoAuthApp");
  auto const config = make_auth_config("github");
  EXPECT_EQ(refusal(send("POST", "/connected_accounts",
                         {{"auth_config", {{"id", config}}}, {"connection", nlohmann::json::object()}})),
            "400 600 ConnectedAccount_BadRequest");
  nlohmann::json const link{{"auth_config_id", config}, {"user_id", "u1"}, {"alias", "work"}};
  EXPECT_EQ(send("POST", "/connected_accounts/link", link).status, 201U);
  EXPECT_EQ(refusal(send("POST", "/connected_accounts/link", link)), "400 600 ConnectedAccount_BadRequest");
  EXPECT_EQ(refusal(send("GET", "/connected_accounts/ca_nothing")),
            "404 606 ConnectedAccount_ResourceNotFound");
}

TEST_F(SandboxConnect, RefusesACallbackThatWouldBreakAHeader) {
  nlohmann::json const link{{"auth_config_id", make_auth_config("github")},
                            {"user_id", "u1"},
                            {"callback_url", "http://a/\r\nX: y"}};

  EXPECT_EQ(send("POST", "/connected_accounts/link", link).status, 400U);
}

TEST_F(SandboxConnect, ListsByUserStatusAndToolkit) {
  connect("u1");
  connect("u2");
  make_link("u1");

  EXPECT_EQ(get("/connected_accounts")["total_items"], 3);
  EXPECT_EQ(get("/connected_accounts?user_ids=u1")["total_items"], 2);
  EXPECT_EQ(get("/connected_accounts?user_ids=u1,u2&statuses=ACTIVE")["total_items"], 2);
  EXPECT_EQ(get("/connected_accounts?user_ids=u1&user_ids=u2&toolkit_slugs=slack")["total_items"], 0);
  EXPECT_EQ(get("/connected_accounts?user_id=u1")["total_items"], 3) << "an unknown parameter is no filter";
  EXPECT_EQ(get("/connected_accounts?limit=1")["total_pages"], 3);
}

TEST_F(SandboxConnect, DisablesRevokesRefreshesAndDeletes) {
  auto const path = "/connected_accounts/" + connect();

  send("PATCH", path + "/status", {{"enabled", false}});
  EXPECT_EQ(get(path)["status"], "INACTIVE");
  EXPECT_EQ(get(path)["status_reason"], "Connection status updated by user");
  EXPECT_EQ(json(send("PATCH", path, {{"alias", "home"}}))["success"], true);
  EXPECT_EQ(get(path)["alias"], "home");
  EXPECT_EQ(post(path + "/revoke", nullptr)["revoked_tokens"].size(), 2U);
  EXPECT_EQ(get(path)["status"], "REVOKED");
  EXPECT_EQ(post(path + "/revoke", nullptr)["revoked_tokens"].size(), 0U);
  EXPECT_EQ(post(path + "/refresh", nullptr)["status"], "INITIATED");
  EXPECT_EQ(json(send("DELETE", path))["success"], true);
  EXPECT_EQ(refusal(send("GET", path)), "404 606 ConnectedAccount_ResourceNotFound");
}

TEST_F(SandboxConnect, TellsWhatWasRevokedWithAnAccount) {
  auto const kept = connect("u1");
  auto const revoked = connect("u2");
  auto const by_request = connect("u3");

  EXPECT_FALSE(json(send("DELETE", "/connected_accounts/" + kept)).contains("revoke_job_id"));
  EXPECT_TRUE(json(send("DELETE", "/connected_accounts/" + revoked + "?revoke_on_delete=true"))
                  .contains("revoke_job_id"));
  post("/connected_accounts/" + by_request + "/revoke", nullptr);

  EXPECT_EQ(get("/_sandbox/requests")["revoked"], nlohmann::json::array({revoked, by_request}));
}

TEST_F(SandboxConnect, DoesNotRevokeWhatCannotBe) {
  auto const made = json(make_account("stripe", "API_KEY", {{"generic_api_key", "sk_test_1"}}));
  std::string const path = "/connected_accounts/" + made["id"].get<std::string>();

  EXPECT_EQ(refusal(send("POST", path + "/revoke")), "400 600 ConnectedAccount_BadRequest");
  EXPECT_EQ(json(send("DELETE", path + "?revoke_on_delete=true"))["success"], true);
  EXPECT_TRUE(get("/_sandbox/requests")["revoked"].empty());
}

TEST_F(SandboxConnect, RevokesAnOAuth1Token) {
  auto const link =
      post("/connected_accounts/link", {{"auth_config_id", make_auth_config("trello")}, {"user_id", "u1"}});
  send("POST", page(link) + "/approve");
  std::string const path = "/connected_accounts/" + link["connected_account_id"].get<std::string>();

  EXPECT_EQ(post(path + "/revoke", nullptr)["revoked_tokens"], nlohmann::json::array({"access_token"}));
}

TEST_F(SandboxConnect, ListsByIdAndNeverMoreThanFiftyAtOnce) {
  std::vector<std::string> ids;
  for (int number = 0; number < 60; ++number)
    ids.push_back(make_link("u" + std::to_string(number % 2))["connected_account_id"]);

  EXPECT_EQ(get("/connected_accounts?connected_account_ids=" + ids[3] + "," + ids[4])["total_items"], 2);
  EXPECT_EQ(get("/connected_accounts?user_ids=u0&connected_account_ids=" + ids[1])["total_items"], 0);
  EXPECT_EQ(get("/connected_accounts?limit=1000")["items"].size(), 50U);
  EXPECT_EQ(get("/connected_accounts?limit=1000")["total_pages"], 2);
  EXPECT_EQ(get("/connected_accounts")["items"].size(), 20U);
}

TEST_F(SandboxConnect, KeepsEachKeysAccountsApart) {
  auto const path = "/connected_accounts/" + connect();

  EXPECT_EQ(send_as("ak_sandbox_other", "GET", path).status, 404U);
  EXPECT_EQ(json(send_as("ak_sandbox_other", "GET", "/auth_configs"))["total_items"], 0);
  EXPECT_EQ(get("/auth_configs?toolkit_slug=github")["items"][0]["no_of_connections"], 1);
}

}  // namespace
}  // namespace agenta::daemon::sandbox
