#include "cli/command/browse_source.hpp"

#include <gtest/gtest.h>

#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using browse::Details;
using browse::Question;
using browse::Row;
using browse::Rows;
using browse::Scope;
using browse::State;

/// A service that gives one document for everything.
class OneDocument final : public ToolService {
 public:
  Result<ServiceReply> call(ServiceRequest const& request, std::stop_token) override {
    seen.push_back(request.target);
    timeouts.push_back(request.timeout);
    if (failure) return fail(*failure);
    return reply;
  }
  std::vector<std::string> seen{};
  std::vector<std::optional<std::chrono::milliseconds>> timeouts{};
  ServiceReply reply{};
  std::optional<Error> failure{};
};

struct BrowseSourceTest : testing::Test {
  OneDocument service{};
  Capture capture{};
  Terminal terminal = Terminal::captured(capture, Shape{});
  Context context{.tools = service, .terminal = terminal};
  protocol::Network network = protocol::Network::yes;

  Result<browse::Content> ask(Question const& question, std::string body) {
    service.reply.body = std::move(body);
    return make_browse_source(context, network)(question, {});
  }
  Rows rows(Question const& question, std::string body) {
    auto const answer = ask(question, std::move(body));
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? std::get<Rows>(*answer) : Rows{};
  }
};

constexpr char const* kIntegrations = R"({"items":[
  {"slug":"github","name":"GitHub","description":"Code.","tools_count":1,"connection_status":"ACTIVE",
   "auth_schemes":["OAUTH2","API_KEY"],"managed_auth_schemes":["OAUTH2"]},
  {"slug":"gmail","name":"Gmail","tools_count":2,"connection_status":"EXPIRED","connection_id":"c1"},
  {"slug":"slack","name":"Slack","tools_count":3,"connection_status":null},
  {"slug":"hackernews","name":"Hacker News","tools_count":4,"no_auth":true}],"total":9,"next_cursor":"4"})";
constexpr char const* kFinds = R"({"items":[
  {"kind":"tool","slug":"GITHUB_DELETE_A_REPO","name":"Delete","integration_slug":"github","score":1,"is_connected":true,
   "hints":{"destructive":true}},
  {"kind":"integration","slug":"github","name":"GitHub","integration_slug":"github","score":0.5}],"total":412,"complete":false})";

TEST_F(BrowseSourceTest, ListsIntegrationsWithTheirConnectionsInWords) {
  auto const found = rows({}, kIntegrations);

  EXPECT_EQ(service.seen.at(0), "/api/tools/integrations?limit=200");
  ASSERT_EQ(found.items.size(), 4U);
  EXPECT_EQ(found.items[0].state, State::connected);
  EXPECT_EQ(found.items[0].note, "1 tool");
  EXPECT_EQ(found.items[0].more, "Connects by OAUTH2 (nothing to set up), API_KEY.");
  EXPECT_EQ(found.items[1].state, State::expired);
  EXPECT_EQ(found.items[2].state, State::not_connected);
  EXPECT_EQ(found.items[3].state, State::not_needed);
  EXPECT_EQ(found.total, 9);
  EXPECT_EQ(found.next_cursor, "4");
}

TEST_F(BrowseSourceTest, HasThePlainCommandsBesideARow) {
  context.flags.sandbox = true;
  context.flags.project = "my project";

  auto const found = rows({}, kIntegrations);

  EXPECT_EQ(found.items.at(0).show, "agenta-tools --sandbox --project 'my project' integrations show github");
  EXPECT_EQ(found.items.at(0).use, "agenta-tools --sandbox --project 'my project' connect github");
  EXPECT_EQ(found.items.at(0).connect_words, (std::vector<std::string>{"connect", "github"}));
  EXPECT_EQ(found.items.at(1).connect_words,
            (std::vector<std::string>{"connect", "gmail", "--reconnect", "c1"}));
  EXPECT_EQ(found.items.at(3).connect, "");
  EXPECT_EQ(found.items.at(3).use, "agenta-tools --sandbox --project 'my project' tools list hackernews");
}

TEST_F(BrowseSourceTest, SearchesForWordsInTheScope) {
  Question question;
  question.words = "open & close";
  rows(question, kFinds);
  question.scope = Scope::tools;
  rows(question, kFinds);
  question.scope = Scope::integrations;
  rows(question, kFinds);
  question.integration = "github";
  question.scope = Scope::tools;
  rows(question, kFinds);

  EXPECT_EQ(service.seen,
            (std::vector<std::string>{
                "/api/tools/search?q=open%20%26%20close&limit=200",
                "/api/tools/search?q=open%20%26%20close&kind=tool&limit=200",
                "/api/tools/search?q=open%20%26%20close&kind=integration&limit=200",
                "/api/tools/search?q=open%20%26%20close&integration=github&kind=tool&limit=200"}));
}

TEST_F(BrowseSourceTest, TellsToolsFromIntegrationsAndSaysWhatTheyDo) {
  Question question;
  question.words = "x";

  auto const found = rows(question, kFinds);

  ASSERT_EQ(found.items.size(), 2U);
  EXPECT_EQ(found.items[0].kind, Row::Kind::tool);
  EXPECT_EQ(found.items[0].state, State::connected);
  EXPECT_EQ(found.items[0].note, "destroys");
  EXPECT_EQ(found.items[0].use, "agenta-tools execute GITHUB_DELETE_A_REPO");
  EXPECT_EQ(found.items[0].connect, "agenta-tools connect github");
  EXPECT_EQ(found.items[1].kind, Row::Kind::integration);
  EXPECT_EQ(found.total, 412);
  EXPECT_FALSE(found.next_cursor);
  EXPECT_NE(found.remark, "") << "not every tool was looked at";
}

TEST_F(BrowseSourceTest, ListsToolsOfOneIntegrationOrOfAll) {
  constexpr char const* kTools =
      R"({"items":[{"slug":"A","integration_slug":"github","tags":["readOnlyHint"]}],"total":1})";
  Question question;
  question.integration = "github";
  question.cursor = "200";
  auto const found = rows(question, kTools);
  question = {};
  question.scope = Scope::tools;
  rows(question, kTools);

  EXPECT_EQ(service.seen,
            (std::vector<std::string>{"/api/tools/integrations/github/tools?cursor=200&limit=200",
                                      "/api/tools/tools?limit=200"}));
  EXPECT_EQ(found.items.at(0).note, "only reads");
}

TEST_F(BrowseSourceTest, ShowsAToolAsThePlainCommandDoes) {
  Question question;
  question.about = Question::About::tool;
  question.slug = "GITHUB_GET_A_REPO";
  question.integration = "github";

  auto const answer = ask(
      question,
      R"({"slug":"GITHUB_GET_A_REPO","name":"Get","integration_slug":"github","input_schema":{"type":"object","properties":{"owner":{"type":"string"}},"required":["owner"]}})");

  ASSERT_TRUE(answer);
  auto const& details = std::get<Details>(*answer);
  EXPECT_EQ(service.seen.at(0), "/api/tools/integrations/github/tools/GITHUB_GET_A_REPO");
  EXPECT_NE(details.text.find("owner"), std::string::npos);
  EXPECT_EQ(details.text.find('\x1b'), std::string::npos);
  EXPECT_EQ(details.row.slug, "GITHUB_GET_A_REPO");
  EXPECT_TRUE(details.row.use.starts_with("agenta-tools execute GITHUB_GET_A_REPO owner="))
      << details.row.use;
  EXPECT_NE(details.text.find(details.row.use), std::string::npos) << "what is shown is what is copied";
}

TEST_F(BrowseSourceTest, ExplainsHowToConnectAnIntegration) {
  Question question;
  question.about = Question::About::integration;
  question.slug = "stripe";

  auto const answer = ask(
      question,
      R"({"slug":"stripe","name":"Stripe","tools_count":8,"connection_status":"PENDING","auth_config":[{"mode":"API_KEY","connection_fields":[{"name":"generic_api_key","required":true,"secret":true}]}]})");

  ASSERT_TRUE(answer);
  auto const& details = std::get<Details>(*answer);
  EXPECT_NE(details.text.find("API_KEY"), std::string::npos);
  EXPECT_NE(details.text.find("generic_api_key"), std::string::npos);
  EXPECT_EQ(details.row.state, State::pending);
}

TEST_F(BrowseSourceTest, AsksNobodyOutsideWhenOffline) {
  network = protocol::Network::no;
  Question question;
  question.words = "x";

  rows({}, kIntegrations);
  rows(question, kFinds);

  for (std::string const& target : service.seen)
    EXPECT_NE(target.find("offline=true"), std::string::npos) << target;
}

TEST_F(BrowseSourceTest, SaysHowOldAnAnswerIs) {
  service.reply.headers = {{"agenta-tools-cached-at", "2026-11-23T20:45:00Z"},
                           {"agenta-tools-cache-state", "unreachable"}};

  auto const found = rows({}, kIntegrations);

  EXPECT_NE(found.remark.find(" old"), std::string::npos) << found.remark;
  EXPECT_NE(found.remark.find("cannot be reached"), std::string::npos) << found.remark;
}

TEST_F(BrowseSourceTest, KeepsToTheTimeLimit) {
  context.timeout = std::chrono::milliseconds{500};

  rows({}, kIntegrations);

  EXPECT_EQ(service.timeouts.at(0), std::chrono::milliseconds{500});
}

TEST_F(BrowseSourceTest, NamesTheNextStepInThisWorld) {
  context.flags.sandbox = true;
  Error error;
  error.code = ErrorCode::not_configured;
  error.next_step = {"agenta-tools", "login"};
  service.failure = error;

  auto const answer = ask({}, "");

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().next_step, (std::vector<std::string>{"agenta-tools", "--sandbox", "login"}));
}

TEST_F(BrowseSourceTest, RunsNoNameThatWouldBeReadAsAFlag) {
  auto const found = rows({}, R"({"items":[{"slug":"--resume=x","name":"Evil"}],"total":1})");

  EXPECT_TRUE(found.items.at(0).connect_words.empty());
}

TEST_F(BrowseSourceTest, ReportsADocumentThatIsNone) { EXPECT_FALSE(ask({}, "<html>")); }

}  // namespace
}  // namespace agenta::cli
