#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "shared/base/id.hpp"
#include "shared/base/text.hpp"
#include "tests/unit/daemon/sandbox/sandbox_fixture.hpp"

namespace agenta::daemon::sandbox {
namespace {

class SandboxCatalogue : public SandboxTest {};

TEST_F(SandboxCatalogue, OffersEveryKindOfToolkit) {
  auto const list = get("/toolkits");

  std::set<std::string> schemes;
  for (auto const& toolkit : list["items"]) {
    for (auto const& scheme : toolkit["auth_schemes"]) schemes.insert(scheme.get<std::string>());
  }
  EXPECT_EQ(list["total_items"], 16);
  EXPECT_EQ(schemes,
            (std::set<std::string>{"OAUTH2", "OAUTH1", "API_KEY", "BEARER_TOKEN", "BASIC", "BASIC_WITH_JWT",
                                   "GOOGLE_SERVICE_ACCOUNT", "BILLCOM_AUTH", "NO_AUTH"}));
  EXPECT_EQ(list["items"][0]["slug"], "github");
  EXPECT_TRUE(list["next_cursor"].is_null());
}

TEST_F(SandboxCatalogue, GivesEveryToolTheFieldsThatComposioGives) {
  auto const list = get("/tools?limit=9999");

  ASSERT_EQ(list["items"].size(), list["total_items"]);
  for (auto const& tool : list["items"]) {
    for (char const* name : {"slug", "name", "description", "toolkit", "input_parameters", "no_auth",
                             "available_versions", "version", "output_parameters", "scopes",
                             "scope_requirements", "tags", "is_deprecated", "deprecated"}) {
      EXPECT_TRUE(tool.contains(name)) << tool["slug"] << " lacks " << name;
    }
    bool const read_only = std::ranges::count(tool["tags"], "readOnlyHint") > 0;
    bool const destructive = std::ranges::count(tool["tags"], "destructiveHint") > 0;
    EXPECT_FALSE(read_only && destructive) << tool["slug"];
    EXPECT_TRUE(tool["output_parameters"]["properties"].contains("successful")) << tool["slug"];
    for (auto const& required : tool["input_parameters"].value("required", nlohmann::json::array())) {
      EXPECT_TRUE(tool["input_parameters"]["properties"].contains(required.get<std::string>()))
          << tool["slug"] << required;
    }
  }
}

TEST_F(SandboxCatalogue, RunsToolsThatNeedNoAccount) {
  auto const list = get("/tools?toolkit_slug=hackernews");
  for (auto const& tool : list["items"]) {
    auto const answer =
        post("/tools/execute/" + tool["slug"].get<std::string>(),
             {{"arguments", {{"item_id", 1001}, {"query", "daemon"}, {"user_id", "pg_sandbox"}}}});

    EXPECT_EQ(answer["successful"], true) << answer;
    EXPECT_FALSE(answer["data"].contains("item_id") && answer["data"].contains("query"))
        << "echoed: " << tool["slug"];
  }
}

TEST_F(SandboxCatalogue, PagesByOpaqueCursorsAndClampsTheLimit) {
  auto const first = get("/tools?toolkit_slug=github&limit=10");
  auto const second =
      get("/tools?toolkit_slug=github&limit=10&cursor=" + first["next_cursor"].get<std::string>());

  EXPECT_EQ(first["items"].size(), 10U);
  EXPECT_EQ(second["current_page"], 2);
  EXPECT_NE(first["items"][0]["slug"], second["items"][0]["slug"]);
  EXPECT_EQ(get("/toolkits?limit=0")["items"].size(), 1U);
  EXPECT_EQ(refusal(send("GET", "/tools?cursor=nonsense")), "400 10400 HTTP_BadRequest");
}

TEST_F(SandboxCatalogue, FiltersToolsByToolkitTagImportanceAndWords) {
  EXPECT_EQ(get("/tools?toolkit_slug=slack,hackernews&limit=100")["total_items"], 12);
  EXPECT_EQ(get("/tools?tool_slugs=GMAIL_SEND_EMAIL%2CSLACK_SEND_MESSAGE")["total_items"], 2);
  EXPECT_EQ(get("/tools?toolkit_slug=slack&toolkit_slug=hackernews&limit=100")["total_items"], 12);
  EXPECT_LT(get("/tools?toolkit_slug=github&important=true")["total_items"],
            get("/tools?toolkit_slug=github")["total_items"]);
  EXPECT_EQ(get("/tools?toolkit_slug=slack&tags=destructiveHint")["items"][0]["slug"],
            "SLACK_DELETE_A_MESSAGE");
  EXPECT_EQ(get("/tools?query=front%20page")["items"][0]["slug"], "HACKERNEWS_GET_FRONTPAGE");
  EXPECT_EQ(get("/tools?search=front%20page&nobody_knows=1")["total_items"], 1);
}

TEST_F(SandboxCatalogue, GivesTheToolsOfSeveralToolkitsPageByPage) {
  std::vector<std::string> seen;
  std::string target =
      "/tools?toolkit_slug=hackernews%2Cnothing%2Cslack,SLACK&toolkit_versions=latest&limit=5";
  for (std::string cursor; seen.size() < 100;) {
    auto const page = get(target + (cursor.empty() ? "" : "&cursor=" + cursor));
    for (auto const& tool : page["items"]) seen.push_back(tool["slug"]);
    if (page["next_cursor"].is_null()) break;
    cursor = percent_encode(page["next_cursor"].get<std::string>());
  }

  EXPECT_EQ(seen.size(), 12U);
  EXPECT_TRUE(std::ranges::all_of(
      seen, [](auto const& slug) { return slug.starts_with("SLACK_") || slug.starts_with("HACKERNEWS_"); }));
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 12U) << "none twice";
}

TEST_F(SandboxCatalogue, GivesToolsByNameWhateverElseIsAsked) {
  auto const list =
      get("/tools?tool_slugs=gmail_send_email,NOTHING_AT_ALL,SLACK_SEND_MESSAGE&toolkit_slug=github&"
          "important=true");

  ASSERT_EQ(list["items"].size(), 2U);
  EXPECT_EQ(list["items"][0]["slug"], "GMAIL_SEND_EMAIL");
  EXPECT_EQ(list["items"][1]["slug"], "SLACK_SEND_MESSAGE");
}

TEST_F(SandboxCatalogue, FreezesTheToolsOfTheOlderApi) {
  auto const newest = get("/tools/GITHUB_CREATE_AN_ISSUE");
  auto const frozen = get("/api/v3/tools/GITHUB_CREATE_AN_ISSUE");

  EXPECT_EQ(newest["version"], "20261101_00");
  EXPECT_EQ(frozen["version"], "00000000_00");
  EXPECT_EQ(send("GET", "/tools/GMAIL_GET_DRAFT").status, 200U);
  EXPECT_EQ(refusal(send("GET", "/api/v3/tools/GMAIL_GET_DRAFT")), "404 2401 Tool_ToolNotFound");
  EXPECT_EQ(send("GET", "/api/v3/tools/GMAIL_GET_DRAFT?toolkit_versions=latest").status, 200U);
  EXPECT_EQ(refusal(send("GET", "/tools/GITHUB_GET_AN_ISSUE?toolkit_versions[github]=20200101_00")),
            "404 2401 Tool_ToolNotFound");
}

TEST_F(SandboxCatalogue, DescribesHowAToolkitConnects) {
  auto const stripe = get("/toolkits/stripe");

  auto const& field =
      stripe["auth_config_details"][0]["fields"]["connected_account_initiation"]["required"][0];
  EXPECT_EQ(field["name"], "generic_api_key");
  EXPECT_EQ(field["is_secret"], true);
  EXPECT_EQ(stripe["meta"]["categories"][0]["slug"], "payments");
  EXPECT_EQ(send("GET", "/toolkits/nothing").status, 404U);
  EXPECT_EQ(send("GET", "/toolkits?search=ab").status, 400U);
}

/// A catalogue in the published format, small enough to write here.
class PublishedCatalogue : public SandboxTest {
 protected:
  PublishedCatalogue()
      : directory_(std::filesystem::temp_directory_path() / ("agenta-catalogue-" + random_hex(8))) {
    std::filesystem::create_directory(directory_);
    write(
        "toolkits.json",
        R"([{"slug":"echo","name":"Echo","auth_schemes":["NO_AUTH"],"no_auth":true,"meta":{"version":"20251107_00","description":"Says it again","categories":[]},"x-source":1},
                              {"slug":"riddle","name":"Riddle","meta":{"version":"20251107_00","categories":[]}}])");
    write("categories.json", R"({"items":[{"id":"a","name":"A"}]})");
  }
  ~PublishedCatalogue() override { std::filesystem::remove_all(directory_); }

  void write(char const* name, std::string const& text) { std::ofstream{directory_ / name} << text; }
  static std::string tool_line() {
    return R"({"slug":"ECHO_SAY","name":"Say","description":"A \"quoted\" } brace","toolkit":{"slug":"echo"},"input_parameters":{"type":"object","required":["text","text"],"properties":{"text":{"type":"string"}}},"available_versions":["00000000_00","20251107_00"],"version":"20251107_00","tags":["important"]})"
           "\n";
  }
  std::filesystem::path directory_;
};

TEST_F(PublishedCatalogue, IsServedAndItsToolsEchoTheirArguments) {
  write("tools.all.ndjson", tool_line());
  open({.catalog = directory_});

  auto const answer = post("/tools/execute/ECHO_SAY", {{"arguments", {{"text", "hi"}}}});

  EXPECT_EQ(answer["data"]["text"], "hi");
  EXPECT_EQ(get("/tools?important=true")["items"][0]["description"], "A \"quoted\" } brace");
  EXPECT_FALSE(get("/toolkits")["items"][1].contains("auth_schemes"));
  EXPECT_EQ(post("/tools/execute/ECHO_SAY", {{"arguments", nlohmann::json::object()}})["error"],
            "Invalid request data provided\n- Following fields are missing: {'text'}");
}

TEST_F(PublishedCatalogue, IsReadFromItsPackedForm) {
  auto const path = (directory_ / "tools.all.ndjson.gz").string();
  gzFile const file = gzopen(path.c_str(), "wb");
  std::string const line = tool_line();
  gzwrite(file, line.data(), static_cast<unsigned>(line.size()));
  gzclose(file);
  open({.catalog = directory_});

  EXPECT_EQ(get("/tools/enum"), nlohmann::json::array({"ECHO_SAY"}));
}

TEST_F(PublishedCatalogue, IsRefusedWhereALineIsNoTool) {
  write("tools.all.ndjson", tool_line() + "{\"slug\":\n");

  auto const opened = Sandbox::open({.catalog = directory_}, clock_);

  ASSERT_FALSE(opened.has_value());
  EXPECT_NE(opened.error().message.find("line 2"), std::string::npos) << opened.error().message;
}

}  // namespace
}  // namespace agenta::daemon::sandbox
