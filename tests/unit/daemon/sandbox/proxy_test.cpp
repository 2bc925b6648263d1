#include <filesystem>

#include "shared/base/id.hpp"
#include "tests/unit/daemon/sandbox/sandbox_fixture.hpp"

namespace agenta::daemon::sandbox {
namespace {

class SandboxProxy : public SandboxTest {
 protected:
  HttpResponse proxy(std::string const& account, std::string const& endpoint,
                     std::string const& method = "GET", nlohmann::json more = nlohmann::json::object()) {
    more["endpoint"] = endpoint;
    more["method"] = method;
    if (!account.empty()) more["connected_account_id"] = account;
    return send("POST", "/tools/execute/proxy", more);
  }
  std::string slug(std::string const& account, std::string const& endpoint) {
    return json(proxy(account, endpoint))["error"].value("slug", "");
  }
  void set(std::string const& account, nlohmann::json const& change) {
    ASSERT_EQ(send("POST", "/_sandbox/accounts/" + account, change).status, 200U);
  }
};

TEST_F(SandboxProxy, TellsWhoseAccountItIs) {
  auto const answer = proxy(connect(), "/user");

  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(json(answer)["status"], 200);
  EXPECT_EQ(json(answer)["data"]["login"], "octo-sandbox");
  EXPECT_EQ(json(answer)["headers"]["content-type"], "application/json; charset=utf-8");
}

TEST_F(SandboxProxy, WrapsWhatTheServiceRefuses) {
  auto const account = connect();

  EXPECT_EQ(json(proxy(account, "/nowhere"))["status"], 404);
  EXPECT_EQ(json(proxy(account, "/user", "DELETE"))["status"], 404);
  EXPECT_EQ(proxy(account, "/nowhere").status, 200U);
  EXPECT_EQ(proxy(account, "/user", "BREW").status, 400U);
}

TEST_F(SandboxProxy, LooksAtTheConnectionBeforeTheAddress) {
  auto const account = connect();
  std::string const bad = "https://invalid.invalid/";

  EXPECT_EQ(refusal(proxy("", bad)), "400 - MissingAuthContext");
  EXPECT_EQ(refusal(proxy("ca_nothing", bad)), "404 606 ConnectedAccount_ResourceNotFound");
  EXPECT_EQ(refusal(proxy(account, bad)), "400 - ExternalProxy_SSRFBlocked");
  set(account, {{"status", "EXPIRED"}});
  EXPECT_EQ(refusal(proxy(account, bad)), "410 1820 ActionExecute_ConnectedAccountExpired");
  set(account, {{"status", "INACTIVE"}});
  EXPECT_EQ(proxy(account, bad).status, 422U);
}

TEST_F(SandboxProxy, StaysWithTheServicesDomain) {
  auto const account = connect();

  for (char const* own : {"https://api.github.com/user", "https://API.GitHub.com./user", "user",
                          "/user?x=1#y", "https://uploads.github.com/user"}) {
    EXPECT_EQ(json(proxy(account, own))["status"], 200) << own;
  }
  for (char const* other :
       {"https://evil.example.com/user", "//evil.example.com/user",
        "https://api.github.com@evil.example.com/", "https://api.github.com.evil.example.com/",
        "https://notgithub.com/user", "https://8.8.8.8/user", "https://evil.example.com\\.github.com/user"}) {
    EXPECT_EQ(slug(account, other), "OriginMismatch") << other;
  }
  EXPECT_EQ(proxy(account, "javascript:alert(1)").status, 400U);
}

TEST_F(SandboxProxy, NeverReachesPrivateHosts) {
  auto const account = connect();

  for (char const* host :
       {"127.0.0.1", "localhost", "10.1.2.3", "172.20.0.1", "192.168.0.1", "169.254.169.254", "[::1]",
        "0x7f000001", "2130706433", "017700000001", "metadata.google.internal", "printer.local", "100.64.0.1",
        "0.0.0.0", "127.1", "999.1.1.1"}) {
    EXPECT_EQ(slug(account, std::string{"http://"} + host + "/x"), "ExternalProxy_SSRFBlocked") << host;
    EXPECT_EQ(slug(account, std::string{"https://"} + host + ":8443/x"), "ExternalProxy_SSRFBlocked") << host;
  }
  EXPECT_EQ(slug(account, "file:///etc/passwd"), "ExternalProxy_SSRFBlocked");
}

TEST_F(SandboxProxy, KnowsTheAddressThatAnAccountNames) {
  auto const config = make_auth_config("shopify");
  auto const link = post(
      "/connected_accounts/link",
      {{"auth_config_id", config}, {"user_id", "u1"}, {"connection_data", {{"subdomain", "corner-shop"}}}});
  send("POST", "/link/" + link["link_token"].get<std::string>() + "/approve");

  auto const answer = json(
      proxy(link["connected_account_id"], "https://corner-shop.myshopify.com/admin/api/2026-10/shop.json"));

  EXPECT_EQ(answer["status"], 200);
  EXPECT_EQ(answer["data"]["shop"]["name"], "Sandbox shop");
}

TEST_F(SandboxProxy, EchoesWithoutTheValuesOfHeaders) {
  nlohmann::json const parameters =
      nlohmann::json::array({{{"name", "X-Trace"}, {"value", "hush"}, {"type", "header"}},
                             {{"name", "page"}, {"value", "2"}, {"type", "query"}}});

  auto const answer =
      proxy(connect(), "/_echo?sort=new", "POST", {{"parameters", parameters}, {"body", {{"title", "hi"}}}});

  auto const data = json(answer)["data"];
  EXPECT_EQ(data["method"], "POST");
  EXPECT_EQ(data["query"], (nlohmann::json{{"sort", "new"}, {"page", "2"}}));
  EXPECT_EQ(data["headers"], nlohmann::json::array({"x-trace"}));
  EXPECT_EQ(data["body"]["title"], "hi");
  EXPECT_EQ(answer.body.find("hush"), std::string::npos);
  EXPECT_EQ(proxy(connect("u2"), "/_echo", "GET", {{"parameters", {{{"name", "a"}}}}}).status, 400U);
}

TEST_F(SandboxProxy, KeepsBytesForWhoeverFetchesThem) {
  auto const account = connect();
  auto const sent = json(proxy(account, "/_echo", "PUT",
                               {{"binary_body", {{"base64", "AAH/"}, {"content_type", "image/png"}}}}));

  auto const url = sent["binary_data"]["url"].get<std::string>();
  HttpRequest request;
  request.method = "GET";
  request.target = url.substr(std::string{"http://127.0.0.1:4100"}.size());
  auto const fetched = sandbox_->handle(request);

  EXPECT_EQ(sent["binary_data"]["size"], 3);
  EXPECT_EQ(sent["binary_data"]["content_type"], "image/png");
  EXPECT_EQ(fetched.status, 200U);
  EXPECT_EQ(fetched.body, std::string("\0\1\377", 3));
  request.target += "x";
  EXPECT_EQ(sandbox_->handle(request).status, 404U);
}

TEST_F(SandboxProxy, AnswersAHeadWithoutABody) {
  auto const answer = json(proxy(connect(), "/_status/404", "HEAD"));

  EXPECT_EQ(answer["status"], 404);
  EXPECT_FALSE(answer.contains("data"));
}

TEST_F(SandboxProxy, IsClosedToScopedKeys) {
  EXPECT_EQ(refusal(send_as("ak_sandbox_scoped", "POST", "/tools/execute/proxy")),
            "403 812 APIKey_InsufficientPermissions");
}

class SandboxGrants : public SandboxProxy {};

TEST_F(SandboxGrants, ADeadOneIsActiveAndRefusedByTheService) {
  auto const account = connect();

  set(account, {{"grant", "dead"}});

  auto const answer = json(execute("GITHUB_GET_THE_AUTHENTICATED_USER", nlohmann::json::object()));
  EXPECT_EQ(get("/connected_accounts/" + account)["status"], "ACTIVE");
  EXPECT_EQ(answer["successful"], false);
  EXPECT_EQ(answer["error"], "Bad credentials");
  EXPECT_EQ(proxy(account, "/user").status, 200U);
  EXPECT_EQ(json(proxy(account, "/user"))["status"], 401);
  set(account, {{"grant", "alive"}});
  EXPECT_EQ(json(proxy(account, "/user"))["status"], 200);
  EXPECT_EQ(send("POST", "/_sandbox/accounts/" + account, {{"grant", "undead"}}).status, 400U);
}

TEST_F(SandboxGrants, ADeadOneIsToldInEachServicesWords) {
  post("/_sandbox/auto_approve", {{"mode", "approve"}});
  for (auto const& [toolkit, tool, words] :
       {std::tuple{"slack", "SLACK_LIST_ALL_CHANNELS", "invalid_auth"},
        std::tuple{"gmail", "GMAIL_LIST_LABELS", "invalid_grant: Token has been expired or revoked."}}) {
    std::string const account =
        post("/connected_accounts/link",
             {{"auth_config_id", make_auth_config(toolkit)}, {"user_id", "u1"}})["connected_account_id"];
    get("/connected_accounts/" + account);
    set(account, {{"grant", "dead"}});

    EXPECT_EQ(json(execute(tool, nlohmann::json::object()))["error"], words);
  }
}

TEST_F(SandboxGrants, ADeadOneCausesNothing) {
  set(connect(), {{"grant", "dead"}});

  execute("GITHUB_CREATE_AN_ISSUE", {{"owner", "o"}, {"repo", "r"}, {"title", "x"}});

  EXPECT_EQ(get("/_sandbox/requests")["tools"]["GITHUB_CREATE_AN_ISSUE"]["effects"], 0);
}

TEST_F(SandboxGrants, ADeadOneIsAliveAfterReconnecting) {
  auto const account = connect();
  set(account, {{"grant", "dead"}});

  auto const again = post("/connected_accounts/" + account + "/refresh", nullptr);
  send("POST", again["redirect_url"].get<std::string>().substr(std::string{"http://127.0.0.1:4100"}.size()) +
                   "/approve");

  EXPECT_EQ(json(proxy(account, "/user"))["status"], 200);
}

TEST_F(SandboxGrants, ADeadOneStaysDeadAcrossARestart) {
  auto const file = std::filesystem::temp_directory_path() / ("agenta-sandbox-" + random_hex(8) + ".json");
  open({.state_file = file});
  auto const account = connect();
  set(account, {{"grant", "dead"}});

  open({.state_file = file});

  EXPECT_EQ(json(proxy(account, "/user"))["status"], 401);
  sandbox_.reset();
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace agenta::daemon::sandbox
