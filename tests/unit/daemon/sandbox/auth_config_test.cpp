#include "tests/unit/daemon/sandbox/sandbox_fixture.hpp"

namespace agenta::daemon::sandbox {
namespace {

class SandboxAuthConfigs : public SandboxTest {
 protected:
  HttpResponse managed(std::string const& toolkit, nlohmann::json const& wish) {
    nlohmann::json config = wish;
    config["type"] = "use_composio_managed_auth";
    return send("POST", "/auth_configs", {{"toolkit", {{"slug", toolkit}}}, {"auth_config", config}});
  }
};

TEST_F(SandboxAuthConfigs, AnAppOfOnesOwnNeedsWhatItsSchemeAsksFor) {
  auto const none = make_own_config("github", "OAUTH2");
  auto const half = make_own_config("zoom", "OAUTH2", {{"client_id", "i"}, {"client_secret", ""}});
  auto const old = make_own_config("trello", "OAUTH1", {{"consumer_key", "k"}});

  EXPECT_EQ(none.status, 400U);
  EXPECT_NE(none.body.find("client_id, client_secret"), std::string::npos);
  EXPECT_NE(half.body.find(": client_secret"), std::string::npos);
  EXPECT_NE(old.body.find("consumer_secret"), std::string::npos);
  EXPECT_EQ(make_own_config("stripe", "API_KEY").status, 201U) << "a key is the user's to give";
  EXPECT_EQ(make_own_config("stripe", "OAUTH2").status, 400U);
}

TEST_F(SandboxAuthConfigs, RememberThatASecretWasGivenAndNotTheSecret) {
  auto const made = json(make_own_config("zoom", "OAUTH2",
                                         {{"client_id", "client-0123456789"},
                                          {"client_secret", "hush-0123456789"},
                                          {"scopes", "meeting:read"}}));
  std::string const path = "/auth_configs/" + made["auth_config"]["id"].get<std::string>();

  auto const whole = send("GET", path);

  EXPECT_EQ(json(whole)["credentials"]["client_secret"], "hush...");
  EXPECT_EQ(json(whole)["credentials"]["client_id"], "clie...");
  EXPECT_EQ(json(whole)["credentials"]["scopes"], "meeting:read");
  EXPECT_EQ(json(whole)["type"], "custom");
  for (auto const& seen : {whole.body, send("GET", "/auth_configs").body}) {
    EXPECT_EQ(seen.find("0123456789"), std::string::npos);
  }
}

TEST_F(SandboxAuthConfigs, KeepOmittedSecretsWhenTheyAreChanged) {
  auto const made =
      json(make_own_config("zoom", "OAUTH2", {{"client_id", "one-1"}, {"client_secret", "two-2"}}));
  std::string const path = "/auth_configs/" + made["auth_config"]["id"].get<std::string>();

  send("PATCH", path, {{"type", "custom"}, {"credentials", {{"client_secret", "three"}}}});

  EXPECT_EQ(get(path)["credentials"]["client_secret"], "thre...");
  EXPECT_EQ(get(path)["credentials"]["client_id"], "one-...");
}

TEST_F(SandboxAuthConfigs, KeepTheirNameAndAreNeverTheSameTwice) {
  auto const one = json(managed("github", {{"name", "agenta-tools"}}))["auth_config"]["id"];
  auto const two = json(managed("github", {{"name", "agenta-tools"}}))["auth_config"]["id"];

  auto const list = get("/auth_configs?toolkit_slug=github&is_composio_managed=true");

  EXPECT_NE(one, two);
  EXPECT_EQ(list["total_items"], 2);
  EXPECT_EQ(list["items"][0]["name"], "agenta-tools");
  EXPECT_EQ(list["items"][0]["type"], "default");
}

TEST_F(SandboxAuthConfigs, OfComposiosAppAskForNoMoreThanItMay) {
  auto const beyond = managed("github", {{"credentials", {{"scopes", {"repo", "admin:org"}}}}});
  auto const within = managed("github", {{"credentials", {{"scopes", "repo, gist"}}}});

  EXPECT_EQ(beyond.status, 400U);
  EXPECT_NE(beyond.body.find("admin:org"), std::string::npos);
  ASSERT_EQ(within.status, 201U);
  std::string const path = "/auth_configs/" + json(within)["auth_config"]["id"].get<std::string>();
  EXPECT_EQ(get(path)["credentials"]["scopes"], "repo,gist");
  EXPECT_EQ(send("PATCH", path, {{"type", "default"}, {"scopes", "admin:org"}}).status, 400U);
  EXPECT_EQ(get(path)["credentials"]["scopes"], "repo,gist");
}

TEST_F(SandboxAuthConfigs, ThatAreDisabledAreListedOnlyWhenAsked) {
  auto const id = make_auth_config("github");

  send("PATCH", "/auth_configs/" + id + "/DISABLED");

  EXPECT_EQ(get("/auth_configs")["total_items"], 0);
  EXPECT_EQ(get("/auth_configs?show_disabled=true")["items"][0]["status"], "DISABLED");
  EXPECT_EQ(refusal(send("POST", "/connected_accounts/link", {{"auth_config_id", id}, {"user_id", "u1"}})),
            "400 600 ConnectedAccount_BadRequest");
}

TEST_F(SandboxAuthConfigs, TakeTheirConnectionsAlongAndRevokeThemWhenTold) {
  auto const account = connect();
  auto const config = get("/connected_accounts/" + account)["auth_config"]["id"].get<std::string>();

  auto const gone = json(send("DELETE", "/auth_configs/" + config + "?revoke_on_delete=true"));

  EXPECT_TRUE(gone.contains("revoke_job_id"));
  EXPECT_EQ(get("/_sandbox/requests")["revoked"], nlohmann::json::array({account}));
  EXPECT_EQ(send("GET", "/connected_accounts/" + account).status, 404U);
}

}  // namespace
}  // namespace agenta::daemon::sandbox
