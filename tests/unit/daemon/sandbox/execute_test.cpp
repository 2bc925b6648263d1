#include <filesystem>

#include "shared/base/id.hpp"
#include "tests/unit/daemon/sandbox/sandbox_fixture.hpp"

namespace agenta::daemon::sandbox {
namespace {

class SandboxExecute : public SandboxTest {
 protected:
  static inline nlohmann::json const kRepository{{"owner", "o"}, {"repo", "r"}};
  nlohmann::json issue(std::string const& title) {
    auto arguments = kRepository;
    arguments["title"] = title;
    return arguments;
  }
  HttpResponse run(nlohmann::json const& body,
                   std::string const& path = "/tools/execute/GITHUB_GET_THE_AUTHENTICATED_USER") {
    return send("POST", path, body);
  }
};

TEST_F(SandboxExecute, ACreatedIssueIsInTheList) {
  connect();
  auto const before = json(execute("GITHUB_LIST_REPOSITORY_ISSUES", kRepository));

  auto const made = json(execute("GITHUB_CREATE_AN_ISSUE", issue("hello")));
  auto const after = json(execute("GITHUB_LIST_REPOSITORY_ISSUES", kRepository));

  EXPECT_EQ(made["successful"], true);
  EXPECT_TRUE(made["error"].is_null());
  EXPECT_TRUE(made["log_id"].get<std::string>().starts_with("log_"));
  EXPECT_EQ(after["data"]["total_count"], before["data"]["total_count"].get<int>() + 1);
  EXPECT_EQ(after["data"]["issues"][0]["title"], "hello");
}

TEST_F(SandboxExecute, ChecksTheIdentityInComposiosOrder) {
  auto const account = connect("u1");

  EXPECT_EQ(refusal(run({{"connected_account_id", account}})),
            "400 1811 ActionExecute_ConnectedAccountEntityIdRequired");
  EXPECT_EQ(refusal(run({{"connected_account_id", account}, {"user_id", "u2"}})),
            "400 1812 ActionExecute_ConnectedAccountEntityIdMismatch");
  EXPECT_EQ(refusal(run({{"connected_account_id", "ca_x"}, {"user_id", "u1"}})),
            "404 606 ConnectedAccount_ResourceNotFound");
  EXPECT_EQ(refusal(run({{"user_id", "u2"}})), "404 1810 ActionExecute_ConnectedAccountNotFound");
  EXPECT_EQ(json(run(nullptr))["error"]["message"],
            "No connected account found for user ID default for toolkit github");
  EXPECT_EQ(run({{"entity_id", "u1"}}).status, 200U);
}

TEST_F(SandboxExecute, RefusesAnAccountThatIsNotActive) {
  auto const account = connect();
  nlohmann::json const body{{"connected_account_id", account}, {"user_id", "u1"}};

  post("/_sandbox/accounts/" + account,
       {{"status", "EXPIRED"}, {"status_reason", "Max auth failures reached"}});
  EXPECT_EQ(refusal(run(body)), "410 1820 ActionExecute_ConnectedAccountExpired");
  EXPECT_EQ(get("/connected_accounts/" + account)["status_reason"], "Max auth failures reached");
  post("/_sandbox/accounts/" + account, {{"status", "INACTIVE"}});
  EXPECT_EQ(run(body).status, 422U);
}

TEST_F(SandboxExecute, KnowsToolsByVersion) {
  connect();
  nlohmann::json const arguments = kRepository;
  auto const commits = [&](char const* version) {
    return run({{"user_id", "u1"}, {"version", version}, {"arguments", arguments}},
               "/tools/execute/GITHUB_LIST_COMMITS");
  };

  EXPECT_EQ(refusal(run({{"user_id", "u1"}}, "/tools/execute/GITHUB_NOTHING")), "404 2401 Tool_ToolNotFound");
  EXPECT_EQ(refusal(commits("00000000_00")), "404 2401 Tool_ToolNotFound");
  EXPECT_EQ(commits("20261101_00").status, 200U);
  EXPECT_EQ(commits("latest").status, 200U);
  EXPECT_EQ(refusal(run({{"user_id", "u1"}}, "/api/v3/tools/execute/GITHUB_LIST_COMMITS")),
            "404 2401 Tool_ToolNotFound");
}

TEST_F(SandboxExecute, ReportsBadArgumentsAsAResult) {
  connect();

  auto const missing = execute("GITHUB_CREATE_AN_ISSUE", {{"owner", "o"}});
  auto const wrong = execute("GITHUB_LIST_REPOSITORY_ISSUES",
                             {{"owner", "o"}, {"repo", "r"}, {"per_page", "many"}, {"state", "ajar"}});

  EXPECT_EQ(missing.status, 200U);
  EXPECT_EQ(json(missing)["successful"], false);
  EXPECT_EQ(json(missing)["error"],
            "Invalid request data provided\n- Following fields are missing: {'repo', 'title'}");
  EXPECT_EQ(json(wrong)["error"],
            "Invalid request data provided\n- Input should be a valid integer on parameter `per_page`\n"
            "- Input should be one of \"open\", \"closed\", \"all\" on parameter `state`");
}

TEST_F(SandboxExecute, NeedsNothingForAToolkitWithoutAuth) {
  auto const answer = run(nullptr, "/tools/execute/HACKERNEWS_GET_FRONTPAGE");

  EXPECT_EQ(answer.status, 200U);
  EXPECT_GT(json(answer)["data"]["stories"].size(), 3U);
}

TEST_F(SandboxExecute, TheProviderRefusesABadKeyInItsOwnWords) {
  auto const config =
      post("/auth_configs", {{"toolkit", {{"slug", "stripe"}}},
                             {"auth_config", {{"type", "use_custom_auth"}, {"authScheme", "API_KEY"}}}});
  post("/connected_accounts",
       {{"auth_config", {{"id", config["auth_config"]["id"]}}},
        {"connection",
         {{"user_id", "u1"},
          {"state", {{"authScheme", "API_KEY"}, {"val", {{"generic_api_key", "nonsense"}}}}}}}});

  auto const answer = execute("STRIPE_RETRIEVE_BALANCE", nlohmann::json::object());

  EXPECT_EQ(answer.status, 200U);
  EXPECT_NE(json(answer)["error"].get<std::string>().find("invalid_auth"), std::string::npos);
}

TEST_F(SandboxExecute, ToolsOfOneIntegrationShareWhatTheyRemember) {
  connect();
  auto closed = kRepository;
  closed.update({{"issue_number", 1}, {"state", "closed"}});

  execute("GITHUB_UPDATE_AN_ISSUE", closed);
  execute("GITHUB_CREATE_AN_ISSUE_COMMENT",
          {{"owner", "O"}, {"repo", "R"}, {"issue_number", 1}, {"body", "done"}});

  EXPECT_EQ(json(execute("GITHUB_LIST_REPOSITORY_ISSUES", kRepository))["data"]["total_count"], 1);
  auto one = kRepository;
  one["issue_number"] = 1;
  EXPECT_EQ(json(execute("GITHUB_GET_AN_ISSUE", one))["data"]["comments"], 1);
  one["issue_number"] = 99;
  EXPECT_EQ(json(execute("GITHUB_GET_AN_ISSUE", one))["successful"], false);
}

TEST_F(SandboxExecute, WhatItKnowsOutlivesTheProcess) {
  auto const directory = std::filesystem::temp_directory_path() / ("agenta-sandbox-" + random_hex(8));
  std::filesystem::create_directory(directory);
  std::filesystem::permissions(directory, std::filesystem::perms::owner_all);
  Options const options{.state_file = directory / "sandbox.json"};
  open(options);
  auto const account = connect();
  execute("GITHUB_CREATE_AN_ISSUE", issue("kept"));
  sandbox_->flush();

  open(options);

  EXPECT_EQ(get("/connected_accounts/" + account)["status"], "ACTIVE");
  EXPECT_EQ(json(execute("GITHUB_LIST_REPOSITORY_ISSUES", kRepository))["data"]["issues"][0]["title"],
            "kept");
  open({});
  std::filesystem::remove_all(directory);
}

TEST_F(SandboxExecute, EveryToolHasABehaviourOfItsOwn) {
  auto const list = get("/tools?limit=1000");
  for (auto const& toolkit : {"github", "gmail", "slack"}) {
    auto const link =
        post("/connected_accounts/link", {{"auth_config_id", make_auth_config(toolkit)}, {"user_id", "u1"}});
    send("POST", "/link/" + link["link_token"].get<std::string>() + "/approve");
  }
  std::size_t ran = 0;
  for (auto const& tool : list["items"]) {
    auto const toolkit = tool["toolkit"]["slug"];
    if (toolkit != "github" && toolkit != "gmail" && toolkit != "slack") continue;
    nlohmann::json arguments = nlohmann::json::object();
    for (auto const& name : tool["input_parameters"].value("required", nlohmann::json::array())) {
      auto const& property = tool["input_parameters"]["properties"][name.get<std::string>()];
      if (property["type"] == "integer")
        arguments[name.get<std::string>()] = 1;
      else if (property["type"] == "array")
        arguments[name.get<std::string>()] = {"bug", "ui"};
      else
        arguments[name.get<std::string>()] = "general";
    }

    auto const answer = execute(tool["slug"], arguments);

    EXPECT_EQ(answer.status, 200U) << tool["slug"] << answer.body;
    EXPECT_NE(json(answer)["data"], arguments) << tool["slug"] << " only echoes";
    ++ran;
  }
  EXPECT_GT(ran, 40U);
}

}  // namespace
}  // namespace agenta::daemon::sandbox
