#include <filesystem>
#include <fstream>

#include "shared/base/id.hpp"
#include "tests/unit/daemon/sandbox/sandbox_fixture.hpp"

namespace agenta::daemon::sandbox {
namespace {

class SandboxSchemes : public SandboxTest {
 protected:
  nlohmann::json fields_of(std::string const& toolkit, std::size_t scheme = 0) {
    return get("/toolkits/" + toolkit)["auth_config_details"][scheme]["fields"];
  }
  static std::vector<std::string> names(nlohmann::json const& fields) {
    std::vector<std::string> found;
    for (auto const& field : fields) found.push_back(field["name"]);
    return found;
  }
  nlohmann::json state_of(std::string const& id) { return get("/connected_accounts/" + id)["state"]; }
};

TEST_F(SandboxSchemes, TellWhatTheOwnerAndTheUserMustGive) {
  auto const zoom = fields_of("zoom")["auth_config_creation"];
  auto const freshdesk = fields_of("freshdesk")["connected_account_initiation"];
  auto const billcom = fields_of("billcom")["connected_account_initiation"];

  EXPECT_EQ(names(zoom["required"]), (std::vector<std::string>{"client_id", "client_secret"}));
  EXPECT_EQ(zoom["required"][1]["is_secret"], true);
  EXPECT_EQ(names(zoom["optional"]), (std::vector<std::string>{"oauth_redirect_uri", "scopes"}));
  EXPECT_EQ(zoom["optional"][0]["default"], "https://backend.composio.dev/api/v3.1/toolkits/auth/callback");
  EXPECT_EQ(names(freshdesk["required"]), (std::vector<std::string>{"username", "subdomain"}));
  EXPECT_EQ(freshdesk["required"][1]["default"], "sandbox");
  EXPECT_EQ(names(freshdesk["optional"]), std::vector<std::string>{"password"});
  EXPECT_EQ(names(billcom["required"]), (std::vector<std::string>{"org_id", "dev_key"}));
  EXPECT_EQ(billcom["optional"][0]["default"], "us");
  EXPECT_FALSE(billcom["required"][0].contains("default"));
  EXPECT_EQ(fields_of("linear", 1)["connected_account_initiation"]["required"][0]["legacy_template_name"],
            "api_key");
}

TEST_F(SandboxSchemes, TellWhatComposioHasAnAppFor) {
  EXPECT_EQ(get("/toolkits/zoom")["composio_managed_auth"], nlohmann::json::array());
  EXPECT_EQ(get("/toolkits/linear")["composio_managed_auth_schemes"], nlohmann::json::array({"OAUTH2"}));
  EXPECT_EQ(get("/toolkits/shopify")["composio_managed_auth"][0]["scopes"]["available"].size(), 3U);
  EXPECT_EQ(get("/toolkits/trello")["composio_managed_auth"][0]["mode"], "OAUTH1");
}

TEST_F(SandboxSchemes, TellWhoseAccountItIsWhereTheServiceDoes) {
  EXPECT_EQ(get("/toolkits/github")["get_current_user_endpoint"], "/user");
  EXPECT_EQ(get("/toolkits/github")["get_current_user_endpoint_method"], "GET");
  EXPECT_EQ(get("/toolkits/stripe")["get_current_user_endpoint"], "/v1/account");
  EXPECT_EQ(get("/toolkits/slack")["get_current_user_endpoint"], "/auth.test");
  EXPECT_FALSE(get("/toolkits/gmail").contains("get_current_user_endpoint"));
}

struct FieldCase {
  char const* toolkit;
  char const* scheme;
  nlohmann::json right;
  nlohmann::json wrong;
  char const* words;
};

std::vector<FieldCase> field_cases() {
  return {
      {"cloudflare", "BEARER_TOKEN", {{"token", "cf_1"}}, {{"token", "secret-x"}}, "Invalid API Token"},
      {"freshdesk", "BASIC", {{"username", "fd_1"}}, {{"username", "someone"}}, "You have to be logged in"},
      {"bigquery",
       "GOOGLE_SERVICE_ACCOUNT",
       {{"credentials_json", "{}"}},
       {{"credentials_json", "x"}},
       "invalid_client"},
      {"billcom",
       "BILLCOM_AUTH",
       {{"org_id", "0081"}, {"dev_key", "dev_1"}},
       {{"org_id", "0081"}, {"dev_key", "secret-x"}},
       "BDC_1109"},
      {"netsuite",
       "BASIC_WITH_JWT",
       {{"username", "ann"}, {"password", "ns_1"}},
       {{"username", "ann"}, {"password", "secret-x"}},
       "INVALID_LOGIN"},
      {"notion", "BEARER_TOKEN", {{"token", "ntn_1"}}, {{"token", "secret-x"}}, "Invalid Integration token"},
  };
}

TEST_F(SandboxSchemes, AConnectionOfFieldsIsActiveAtOnce) {
  for (auto const& each : field_cases()) {
    auto const made = make_account(each.toolkit, each.scheme, each.right);

    ASSERT_EQ(made.status, 201U) << each.toolkit << made.body;
    EXPECT_EQ(json(made)["status"], "ACTIVE") << each.toolkit;
    EXPECT_EQ(json(made)["connectionData"]["authScheme"], each.scheme);
  }
}

TEST_F(SandboxSchemes, WrongFieldsFailInTheServicesWords) {
  for (auto const& each : field_cases()) {
    auto const made = make_account(each.toolkit, each.scheme, each.wrong);

    ASSERT_EQ(made.status, 201U) << each.toolkit << made.body;
    auto const state = state_of(json(made)["id"]);
    EXPECT_EQ(state["val"]["status"], "FAILED") << each.toolkit;
    EXPECT_EQ(state["val"]["error"], "invalid_credentials");
    EXPECT_NE(state["val"]["error_description"].get<std::string>().find(each.words), std::string::npos)
        << state;
    EXPECT_EQ(made.body.find("secret-x"), std::string::npos);
  }
}

TEST_F(SandboxSchemes, WrongFieldsThatNobodyChecksShowWhenAToolRuns) {
  make_account("cloudflare", "BEARER_TOKEN", {{"token", "wrong"}}, false);

  auto const answer = json(execute("CLOUDFLARE_LIST_ZONES", nlohmann::json::object()));

  EXPECT_EQ(answer["successful"], false);
  EXPECT_NE(answer["error"].get<std::string>().find("invalid_auth"), std::string::npos);
}

TEST_F(SandboxSchemes, AWrongApiKeyIsRefusedAndLeavesNothing) {
  auto const refused = make_account("linear", "API_KEY", {{"generic_api_key", "wrong"}});

  EXPECT_EQ(refusal(refused), "400 600 ConnectedAccount_BadRequest");
  EXPECT_EQ(get("/connected_accounts")["total_items"], 0);
  EXPECT_EQ(make_account("linear", "API_KEY", {{"api_key", "lin_api_1"}}).status, 201U);
}

TEST_F(SandboxSchemes, ARequiredFieldIsMissedUnlessItHasADefault) {
  EXPECT_EQ(json(make_account("billcom", "BILLCOM_AUTH", {{"org_id", "0081"}}))["error"]["message"],
            "Missing required fields: dev_key");

  auto const made = json(make_account("freshdesk", "BASIC", {{"username", "fd_1"}}));

  EXPECT_EQ(made["connectionData"]["val"]["subdomain"], "sandbox");
  EXPECT_FALSE(made["connectionData"]["val"].contains("password"));
}

TEST_F(SandboxSchemes, SecretsComeBackMasked) {
  auto const made =
      json(make_account("billcom", "BILLCOM_AUTH", {{"org_id", "0081"}, {"dev_key", "dev_123456"}}));

  auto const val = state_of(made["id"])["val"];

  EXPECT_EQ(val["dev_key"], "dev_...");
  EXPECT_EQ(val["org_id"], "0081");
  EXPECT_EQ(val["region"], "us");
}

TEST_F(SandboxSchemes, SecretsAreNotKeptEvenInItsOwnFile) {
  auto const file = std::filesystem::temp_directory_path() / ("agenta-sandbox-" + random_hex(8) + ".json");
  open({.state_file = file});
  auto const made = json(make_account("stripe", "API_KEY", {{"generic_api_key", "sk_test_canary"}}));
  auto const id = made["id"].get<std::string>();
  send("PATCH", "/connected_accounts/" + id,
       {{"connection", {{"state", {{"authScheme", "API_KEY"}, {"val", {{"api_key", "sk_test_canary2"}}}}}}}});
  make_own_config("zoom", "OAUTH2", {{"client_id", "i"}, {"client_secret", "a_canary"}});
  sandbox_->flush();

  std::ifstream stream{file};
  std::string const kept{std::istreambuf_iterator<char>{stream}, {}};

  EXPECT_NE(kept.find(id), std::string::npos);
  EXPECT_EQ(kept.find("canary"), std::string::npos);
  open({.state_file = file});
  EXPECT_EQ(state_of(id)["val"]["generic_api_key"], "sk_t...");
  EXPECT_EQ(json(execute("STRIPE_RETRIEVE_BALANCE", nlohmann::json::object()))["successful"], true);
  sandbox_.reset();
  std::filesystem::remove(file);
}

TEST_F(SandboxSchemes, TheHostedFormAsksForWhatTheLinkDidNotGive) {
  auto const link =
      post("/connected_accounts/link", {{"auth_config_id", make_auth_config("shopify")}, {"user_id", "u1"}});
  auto const page = "/link/" + link["link_token"].get<std::string>();

  auto const shown = send("GET", page).body;
  auto const refused = send("POST", page + "/approve");

  EXPECT_NE(shown.find("name=\"subdomain\""), std::string::npos);
  EXPECT_EQ(refused.status, 422U);
  EXPECT_NE(refused.body.find("Please fill in: subdomain"), std::string::npos);
}

TEST_F(SandboxSchemes, ALinksConnectionDataFillsTheForm) {
  auto const link = post("/connected_accounts/link", {{"auth_config_id", make_auth_config("shopify")},
                                                      {"user_id", "u1"},
                                                      {"connection_data", {{"subdomain", "corner-shop"}}}});
  auto const page = "/link/" + link["link_token"].get<std::string>();

  EXPECT_NE(send("GET", page).body.find("value=\"corner-shop\""), std::string::npos);
  EXPECT_EQ(send("POST", page + "/approve").status, 200U);
  EXPECT_EQ(state_of(link["connected_account_id"])["val"]["subdomain"], "corner-shop");
}

TEST_F(SandboxSchemes, AsksConsentForTheScopesOfTheAuthConfig) {
  auto const config = post("/auth_configs", {{"toolkit", {{"slug", "github"}}},
                                             {"auth_config",
                                              {{"type", "use_composio_managed_auth"},
                                               {"credentials", {{"scopes", "gist"}}}}}})["auth_config"]["id"];
  auto const link = post("/connected_accounts/link", {{"auth_config_id", config}, {"user_id", "u1"}});
  auto const page = "/link/" + link["link_token"].get<std::string>();

  auto const shown = send("GET", page).body;
  send("POST", page + "/approve");

  EXPECT_NE(shown.find("<code>gist</code>"), std::string::npos);
  EXPECT_EQ(shown.find("<code>repo</code>"), std::string::npos);
  auto const account = get("/connected_accounts/" + link["connected_account_id"].get<std::string>());
  EXPECT_EQ(account["state"]["val"]["scope"], "gist");
  EXPECT_EQ(account["requested_scopes"], nlohmann::json::array({"gist"}));
}

TEST_F(SandboxSchemes, OAuth1ConnectsByConsent) {
  auto const config = make_auth_config("trello");
  EXPECT_EQ(refusal(send("POST", "/connected_accounts",
                         {{"auth_config", {{"id", config}}}, {"connection", {{"user_id", "u1"}}}})),
            "400 600 ConnectedAccount_BadRequest");
  auto const link = post("/connected_accounts/link", {{"auth_config_id", config}, {"user_id", "u1"}});

  send("POST", "/link/" + link["link_token"].get<std::string>() + "/approve");

  auto const state = state_of(link["connected_account_id"]);
  EXPECT_EQ(state["authScheme"], "OAUTH1");
  EXPECT_EQ(state["val"]["status"], "ACTIVE");
  EXPECT_EQ(state["val"]["oauth_token"], "REDACTED");
}

TEST_F(SandboxSchemes, LinksSettleByThemselvesWithDefaultsAndSamples) {
  post("/_sandbox/auto_approve", {{"mode", "approve"}});
  auto const config = json(make_own_config("freshdesk", "BASIC"))["auth_config"]["id"];

  auto const link = post("/connected_accounts/link", {{"auth_config_id", config}, {"user_id", "u1"}});

  auto const val = state_of(link["connected_account_id"])["val"];
  EXPECT_EQ(val["status"], "ACTIVE");
  EXPECT_EQ(val["subdomain"], "sandbox");
}

TEST_F(SandboxSchemes, AnAppOfOnesOwnConnectsWithoutAManagedOne) {
  EXPECT_EQ(refusal(send("POST", "/auth_configs", {{"toolkit", {{"slug", "zoom"}}}})),
            "400 306 Auth_Config_DefaultAuthConfigNotFound");
  auto const config = json(make_own_config("zoom", "OAUTH2", {{"client_id", "i"}, {"client_secret", "s"}}));

  auto const made = post("/connected_accounts", {{"auth_config", {{"id", config["auth_config"]["id"]}}},
                                                 {"connection", {{"user_id", "u1"}}}});

  EXPECT_EQ(made["status"], "INITIATED");
  EXPECT_TRUE(made["redirect_url"].get<std::string>().starts_with("http://127.0.0.1:4100/link/lk_"));
}

}  // namespace
}  // namespace agenta::daemon::sandbox
