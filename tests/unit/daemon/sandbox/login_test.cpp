#include "tests/unit/daemon/sandbox/sandbox_fixture.hpp"

namespace agenta::daemon::sandbox {
namespace {

class SandboxLogin : public SandboxTest {
 protected:
  nlohmann::json begin(std::string const& scope = "project") {
    auto const made =
        send_with({}, "POST", "/cli/create-session", {{"scope", scope}, {"source", "<b>cli</b>"}});
    EXPECT_EQ(made.status, 201U);
    return json(made);
  }
  nlohmann::json look(nlohmann::json const& session, char const* by = "id") {
    return json(send_with({}, "GET", "/cli/get-session?id=" + session[by].get<std::string>()));
  }
  HttpResponse press(nlohmann::json const& session, std::string const& button) {
    return send_with({}, "POST", "/dashboard/" + session["id"].get<std::string>() + "/" + button);
  }
  std::string user_key() {
    auto const session = begin("user");
    press(session, "approve");
    return look(session)["api_key"];
  }
  HttpResponse as_user(std::string const& key, std::string const& target, std::string const& project = "",
                       std::string const& organisation = "ok_sandbox") {
    HttpHeaders headers{{"x-user-api-key", key}};
    if (!project.empty()) headers.emplace_back("x-project-id", project);
    if (!project.empty() && !organisation.empty()) headers.emplace_back("x-org-id", organisation);
    return send_with(std::move(headers), "GET", target);
  }
  std::vector<std::string> projects(std::string const& key) {
    std::vector<std::string> ids;
    auto const list = json(as_user(key, "/org/project/list"));
    for (auto const& each : list["data"]) ids.push_back(each["id"]);
    return ids;
  }
};

TEST_F(SandboxLogin, BeginsPendingAndNeedsNoKey) {
  auto const session = begin();

  EXPECT_EQ(session["status"], "pending");
  EXPECT_EQ(session["scope"], "project");
  EXPECT_EQ(session["expiresAt"], "2026-11-23T20:10:00.000Z");
  EXPECT_EQ(look(session, "code")["id"], session["id"]);
  EXPECT_TRUE(look(session)["api_key"].is_null());
  EXPECT_TRUE(look(session)["account"].is_null());
  EXPECT_EQ(send_with({}, "GET", "/cli/get-session?id=nothing").status, 404U);
  EXPECT_EQ(send_with({}, "GET", "/cli/get-session").status, 400U);
  EXPECT_EQ(send_with({}, "POST", "/cli/create-session", {{"scope", "world"}}).status, 400U);
}

TEST_F(SandboxLogin, ThePageShowsTheCodeAndTwoButtons) {
  auto const session = begin();
  auto const id = session["id"].get<std::string>();

  auto const page = send_with({}, "GET", "/dashboard?cliKey=" + id);

  EXPECT_EQ(page.status, 200U);
  EXPECT_NE(page.body.find(session["code"].get<std::string>()), std::string::npos);
  EXPECT_NE(page.body.find("action=\"/dashboard/" + id + "/approve\""), std::string::npos);
  EXPECT_NE(page.body.find("formaction=\"/dashboard/" + id + "/deny\""), std::string::npos);
  EXPECT_EQ(page.body.find("<b>cli"), std::string::npos);
  EXPECT_EQ(send_with({}, "GET", "/dashboard?cliKey=" + session["code"].get<std::string>()).status, 404U);
  EXPECT_EQ(look(session)["status"], "pending") << "to look is not to approve";
}

TEST_F(SandboxLogin, AnApprovedOneGivesAKeyOfTheProject) {
  auto const session = begin();
  auto const account = connect();

  EXPECT_EQ(press(session, "approve").status, 200U);

  auto const linked = look(session);
  auto const key = linked["api_key"].get<std::string>();
  EXPECT_EQ(linked["status"], "linked");
  EXPECT_EQ(linked["account"]["email"], "sandbox@example.com");
  EXPECT_TRUE(key.starts_with("ak_sandbox"));
  EXPECT_EQ(send_as(key, "GET", "/connected_accounts/" + account).status, 200U) << "of the same project";
  EXPECT_EQ(press(session, "approve").status, 410U);
}

TEST_F(SandboxLogin, ADeniedOneStaysPending) {
  auto const session = begin();

  press(session, "deny");

  EXPECT_EQ(look(session)["status"], "pending");
  EXPECT_EQ(press(session, "approve").status, 410U);
}

TEST_F(SandboxLogin, OneThatNobodyAnswersIsOverAfterTenMinutes) {
  auto const session = begin();

  post("/_sandbox/clock", {{"advance_ms", 600'000}});

  EXPECT_EQ(press(session, "approve").status, 410U);
  EXPECT_EQ(look(session)["status"], "pending");
  EXPECT_EQ(look(session)["expiresAt"], session["expiresAt"]);
  EXPECT_EQ(send_with({}, "GET", "/dashboard?cliKey=" + session["id"].get<std::string>()).status, 410U);
}

TEST_F(SandboxLogin, SettlesByItselfWhenToldTo) {
  post("/_sandbox/auto_approve", {{"mode", "approve"}, {"delay_ms", 500}});
  auto const session = begin("user");
  EXPECT_EQ(look(session)["status"], "pending");

  clock_.advance(std::chrono::milliseconds{500});

  EXPECT_EQ(look(session)["status"], "linked");
  EXPECT_TRUE(look(session)["api_key"].get<std::string>().starts_with("uak_sandbox"));
}

TEST_F(SandboxLogin, TellsWhoItIs) {
  auto const key = user_key();

  auto const info = json(as_user(key, "/auth/session/info"));

  EXPECT_EQ(info["project"]["nano_id"], projects(key)[0]);
  EXPECT_NE(info["project"]["id"], info["project"]["nano_id"]);
  EXPECT_EQ(info["project"]["org"]["id"], "ok_sandbox");
  EXPECT_EQ(info["org_member"]["name"], "Sandbox");
  EXPECT_EQ(get("/auth/session/info")["project"]["nano_id"], projects(key)[0])
      << "with the project's key, too";
  EXPECT_EQ(json(as_user(key, "/auth/session/info", projects(key)[1]))["project"]["name"], "second");
  EXPECT_EQ(json(as_user(key, "/org/list"))["organizations"][0]["id"], "ok_sandbox");
}

TEST_F(SandboxLogin, AUsersKeyWorksInTheProjectItNames) {
  auto const key = user_key();
  auto const account = connect();
  auto const all = projects(key);
  ASSERT_EQ(all.size(), 2U);
  std::string const path = "/connected_accounts/" + account;

  EXPECT_EQ(as_user(key, path, all[0]).status, 200U);
  EXPECT_EQ(as_user(key, path, all[1]).status, 404U);
  EXPECT_EQ(send_as("ak_sandbox_second", "GET", "/connected_accounts").status, 200U);
  EXPECT_EQ(as_user(key, path, all[0], "").status, 400U) << "both headers or neither";
  EXPECT_EQ(refusal(as_user(key, path, "pr_nothing")), "403 2206 Organization_InsufficientPermissions");
  EXPECT_EQ(refusal(as_user(key, path, all[0], "ok_other")), "403 2206 Organization_InsufficientPermissions");
}

TEST_F(SandboxLogin, AUsersKeyIsNotForEverything) {
  auto const key = user_key();
  auto const account = connect();

  EXPECT_EQ(send_with({{"x-user-api-key", key}}, "PATCH", "/connected_accounts/" + account, {{"alias", "x"}})
                .status,
            401U);
  EXPECT_EQ(send_with({{"x-user-api-key", key}}, "POST", "/tools/execute/proxy").status, 401U);
  EXPECT_EQ(as_user(key, "/toolkits").status, 200U);
  EXPECT_EQ(as_user(key, "/toolkits/categories").status, 401U);
  EXPECT_EQ(refusal(send_as(key, "GET", "/toolkits")), "401 801 APIKey_InvalidAPIKey");
  EXPECT_EQ(refusal(as_user("uak_wrong", "/toolkits")), "401 2113 UserApiKey_Unauthorized");
  EXPECT_EQ(send("GET", "/org/list").status, 401U) << "and a project's is not for the organisation";
}

}  // namespace
}  // namespace agenta::daemon::sandbox
