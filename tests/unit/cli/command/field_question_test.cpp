#include "cli/command/field_question.hpp"

#include <gtest/gtest.h>

#include "shared/base/private_dir.hpp"
#include "tests/support/temporary_directory.hpp"

namespace agenta::cli {
namespace {

class NoService final : public ToolService {
 public:
  Result<ServiceReply> call(ServiceRequest const&, std::stop_token) override {
    return fail(ErrorCode::internal, "nobody is to be asked");
  }
};

/// A person who types `typed` at a terminal.
struct Person {
  explicit Person(std::string typed) : capture{.in = std::move(typed)} {}

  Result<Secret> answer(AuthField const& field, std::optional<Secret> const& offered = std::nullopt,
                        TakesFile file = TakesFile::no) {
    Terminal terminal = Terminal::captured(capture, Shape{.in_is_tty = true, .err_is_tty = true});
    NoService service;
    Context context{.tools = service, .terminal = terminal};
    context.environment = [](std::string const&) { return std::nullopt; };
    Error instead;
    instead.code = ErrorCode::input_needed;
    return ask_field(context, field, offered, file, instead);
  }

  Capture capture;
};

AuthField field(std::string name, std::string type = "string") {
  AuthField made;
  made.name = std::move(name);
  made.type = std::move(type);
  return made;
}

TEST(RefuseValue, ChecksTheTypeAndWhatTheNameSays) {
  EXPECT_TRUE(refuse_value(field("a"), ""));
  EXPECT_FALSE(refuse_value(field("a"), "x"));
  EXPECT_TRUE(refuse_value(field("port", "integer"), "12.5"));
  EXPECT_FALSE(refuse_value(field("port", "integer"), "-12"));
  EXPECT_TRUE(refuse_value(field("ratio", "number"), "1.2.3"));
  EXPECT_TRUE(refuse_value(field("ratio", "number"), "-"));
  EXPECT_FALSE(refuse_value(field("ratio", "number"), "1.25"));
  EXPECT_TRUE(refuse_value(field("eu", "boolean"), "maybe"));
  EXPECT_FALSE(refuse_value(field("eu", "boolean"), "Yes"));
  EXPECT_TRUE(refuse_value(field("base_url"), "example.com"));
  EXPECT_TRUE(refuse_value(field("base_url"), "https://"));
  EXPECT_TRUE(refuse_value(field("base_url"), "https://a b"));
  EXPECT_FALSE(refuse_value(field("base_url"), "https://example.com/x"));
  EXPECT_TRUE(refuse_value(field("where", "url"), "ftp://example.com"));
}

TEST(RefuseValue, TakesAHostWhereTheDefaultIsOne) {
  AuthField host = field("instance_url");
  host.default_value = "login.example.com";

  EXPECT_FALSE(refuse_value(host, "test.example.com"));
}

TEST(RefuseValue, NeverRepeatsTheValue) {
  EXPECT_EQ(refuse_value(field("port", "integer"), "canary")->find("canary"), std::string::npos);
  EXPECT_EQ(refuse_value(field("base_url"), "canary")->find("canary"), std::string::npos);
}

TEST(AskField, ShowsWhatItIsAndTheDefaultThatEnterTakes) {
  AuthField subdomain = field("subdomain");
  subdomain.display_name = "Subdomain";
  subdomain.description = "the part before .myshopify.com";
  Person person{"\n"};

  auto const answer = person.answer(subdomain, Secret{"acme"});

  EXPECT_EQ(answer->reveal(), "acme");
  EXPECT_EQ(person.capture.err, "Subdomain (the part before .myshopify.com) [acme]: ");
}

TEST(AskField, AsksAgainSayingWhatIsWrong) {
  Person person{"\nmany\n12\n"};

  auto const answer = person.answer(field("port", "integer"));

  EXPECT_EQ(answer->reveal(), "12");
  EXPECT_EQ(person.capture.err, "port:   port must not be empty.\nport:   port is a whole number.\nport: ")
      << person.capture.err;
}

TEST(AskField, SendsAYesAsTrue) {
  Person person{"y\n"};

  EXPECT_EQ(person.answer(field("eu", "boolean"))->reveal(), "true");
}

TEST(AskField, PutsALongDescriptionAboveTheQuestion) {
  AuthField key = field("api_key");
  key.secret = true;
  key.description = "Find it at the service under Settings, then Developers, then API keys.";
  Person person{"sk\n"};

  EXPECT_EQ(person.answer(key)->reveal(), "sk");
  EXPECT_EQ(person.capture.err,
            "  Find it at the service under Settings, then Developers, then API keys.\napi_key, not shown: "
            "\n");
}

TEST(AskField, NeverShowsASecretThatIsOffered) {
  AuthField password = field("password");
  password.secret = true;
  Person person{"\n"};

  EXPECT_EQ(person.answer(password, Secret{"canary"})->reveal(), "canary");
  EXPECT_EQ(person.capture.err.find("canary"), std::string::npos);
}

TEST(AskField, ReadsADocumentFromTheFileThatIsNamed) {
  test::TemporaryDirectory const directory;
  auto const file = directory.path() / "key.json";
  ASSERT_TRUE(write_private_file(file, "{\"type\":\"service_account\"}\n"));
  AuthField document = field("credentials_json");
  document.secret = true;
  Person person{file.string() + "\n@/nonexistent\n@" + file.string() + "\n"};

  auto const answer = person.answer(document, std::nullopt, takes_file("GOOGLE_SERVICE_ACCOUNT", document));

  EXPECT_EQ(answer->reveal(), "{\"type\":\"service_account\"}");
  EXPECT_NE(person.capture.err.find("write @ before it"), std::string::npos) << person.capture.err;
}

TEST(AskField, TakesAnAtSignAsItIsElsewhere) {
  AuthField password = field("password");
  password.secret = true;
  Person person{"@home\n"};

  EXPECT_EQ(person.answer(password, std::nullopt, takes_file("BASIC", password))->reveal(), "@home");
}

TEST(AskField, IsInputNeededWhereTheInputEnds) {
  Person person{""};

  auto const answer = person.answer(field("a"));

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::input_needed);
}

}  // namespace
}  // namespace agenta::cli
