#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/temporary_directory.hpp"
#include "tests/unit/daemon/custom/runner_support.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::seconds;

constexpr char const* kInput =
    "input = {type='object',required=['city'],properties={city={type='string'},days={type='integer'},"
    "tags={type='array'}}}\n";

struct HttpRunner : testing::Test {
  FakeWeb web;
  std::map<std::string, std::string> environment{{"WEATHER_TOKEN", "tok_123456"}};

  HttpRunner() { web.reply = FakeWeb::replied(200, R"({"ok":true})"); }

  ExecuteOutcome run(std::string const& http, std::string const& arguments, std::string const& more = "") {
    DeclaredRunner::Options options;
    options.variables = variables(environment);
    DeclaredRunner runner{web, std::move(options)};
    return runner.run(call_within(seconds{60}), declared("http = { " + http + " }\n" + kInput + more),
                      JsonText{arguments});
  }
  std::string field(std::string const& name) const {
    for (auto const& [each, value] : web.sent.front().fields) {
      if (each == name) return value;
    }
    return {};
  }
};

TEST_F(HttpRunner, ArgumentsAreEncodedIntoPathAndQuery) {
  auto const outcome =
      run("url = 'https://e.com/w/{city}?v=2', query = { days = '{days?}', tag = '{tags...}', unit = 'c' }",
          R"({"city":"a/b?c","tags":["x y","&z"]})");

  ASSERT_TRUE(outcome.result && outcome.result->successful);
  EXPECT_EQ(outcome.result->data.text, R"({"ok":true})");
  ASSERT_EQ(web.sent.size(), 1U);
  EXPECT_EQ(web.sent[0].base_url, "https://e.com");
  EXPECT_EQ(web.sent[0].target, "/w/a%2Fb%3Fc?v=2&tag=x%20y&tag=%26z&unit=c");
  EXPECT_EQ(web.sent[0].method, "GET");
  EXPECT_TRUE(web.sent[0].body.empty());
  EXPECT_TRUE(web.sent[0].only_public);
}

TEST_F(HttpRunner, TheRestOfTheArgumentsIsTheBody) {
  run("method = 'POST', url = 'https://e.com/{city}'", R"({"city":"x","days":3})");
  EXPECT_EQ(web.sent[0].body, R"({"days":3})");
  EXPECT_EQ(field("content-type"), "application/json");

  web.sent.clear();
  run("method = 'POST', body = 'form', url = 'https://e.com/'", R"({"city":"x y","tags":["a","b"]})");
  EXPECT_EQ(web.sent[0].body, "city=x%20y&tags=a&tags=b");
  EXPECT_EQ(field("content-type"), "application/x-www-form-urlencoded");
}

TEST_F(HttpRunner, PrivateAddressesAreOpenOnlyWhereTheToolSaysSo) {
  run("url = 'https://e.com/', allow_private = true", R"({"city":"x"})");

  EXPECT_FALSE(web.sent[0].only_public);
}

TEST_F(HttpRunner, ASecretIsReadFromTheEnvironmentAndBlottedOutOfReplies) {
  web.reply = FakeWeb::replied(200, R"({"you_sent":"Bearer tok_123456"})");

  auto const outcome = run("url = 'https://e.com/', headers = { Authorization = 'Bearer env:WEATHER_TOKEN' }",
                           R"({"city":"x"})");

  EXPECT_EQ(field("authorization"), "Bearer tok_123456");
  EXPECT_EQ(outcome.result->data.text, R"({"you_sent":"Bearer ***"})");
}

TEST_F(HttpRunner, ASecretOfAFileHasToBePrivate) {
  test::TemporaryDirectory directory;
  auto const file = (directory / "key").string();
  std::ofstream{file} << "k_abcdefgh\n";
  std::string const http = "url = 'https://e.com/', query = { appid = 'file:" + file + "' }";
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);

  auto const refused = run(http, R"({"city":"x"})");
  ::chmod(file.c_str(), 0600);
  run(http, R"({"city":"x"})");

  EXPECT_EQ(refused.fate, Fate::nothing_ran);
  EXPECT_EQ(refused.error->code, ErrorCode::not_configured);
  ASSERT_EQ(web.sent.size(), 1U);
  EXPECT_EQ(web.sent[0].target, "/?appid=k_abcdefgh");
}

TEST_F(HttpRunner, AMissingSecretSendsNothing) {
  environment.clear();

  auto const outcome =
      run("url = 'https://e.com/', headers = { X-Api-Key = 'env:WEATHER_TOKEN' }", R"({"city":"x"})");

  EXPECT_TRUE(web.sent.empty());
  EXPECT_EQ(outcome.fate, Fate::nothing_ran);
  EXPECT_NE(outcome.error->message.find("WEATHER_TOKEN"), std::string::npos);
}

TEST_F(HttpRunner, AStatusThatSaysNoIsTheToolsFailure) {
  web.reply = FakeWeb::replied(404, R"({"message":"no such city"})");

  auto const outcome = run("url = 'https://e.com/'", R"({"city":"x"})");

  ASSERT_EQ(outcome.fate, Fate::answered);
  EXPECT_FALSE(outcome.result->successful);
  EXPECT_TRUE(outcome.result->error.starts_with("the service answered 404"));
  EXPECT_EQ(outcome.result->data.text, R"({"status":404,"body":{"message":"no such city"}})");
}

TEST_F(HttpRunner, HowFarARequestGotIsItsFate) {
  using Reply = WebReply;
  struct Case {
    Reply reply;
    Fate fate;
    ErrorCode code;
  };
  for (Case const& each : {Case{FakeWeb::failed(Reply::Fate::not_sent, Reply::Trouble::unreachable),
                                Fate::nothing_ran, ErrorCode::provider_unavailable},
                           Case{FakeWeb::failed(Reply::Fate::not_sent, Reply::Trouble::timed_out),
                                Fate::nothing_ran, ErrorCode::timeout},
                           Case{FakeWeb::failed(Reply::Fate::not_sent, Reply::Trouble::refused),
                                Fate::nothing_ran, ErrorCode::forbidden},
                           Case{FakeWeb::failed(Reply::Fate::unknown, Reply::Trouble::unreachable),
                                Fate::unknown, ErrorCode::outcome_unknown},
                           Case{FakeWeb::failed(Reply::Fate::unknown, Reply::Trouble::timed_out),
                                Fate::unknown, ErrorCode::outcome_unknown}}) {
    web.reply = each.reply;

    auto const outcome = run("method = 'POST', url = 'https://e.com/'", R"({"city":"x"})");

    EXPECT_EQ(outcome.fate, each.fate);
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->code, each.code);
  }
}

TEST_F(HttpRunner, AReplyThatIsNoJsonIsGivenAsTextWhereThatIsDeclared) {
  web.reply = FakeWeb::replied(200, "sunny");

  auto const json = run("url = 'https://e.com/'", R"({"city":"x"})");
  auto const text = run("url = 'https://e.com/'", R"({"city":"x"})", "output = 'text'\n");

  EXPECT_FALSE(json.result->successful);
  EXPECT_TRUE(text.result->successful);
  EXPECT_EQ(text.result->data.text, R"({"status":200,"body":"sunny"})");
}

}  // namespace
}  // namespace agenta::daemon
