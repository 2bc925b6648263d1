#include <gtest/gtest.h>

#include "shared/schema/redact.hpp"

namespace agenta::schema {
namespace {

std::string kept(std::string_view rules, std::string const& data, std::string_view tool = "SLACK_SEND") {
  JsonText const document{data};
  auto const redacted = RedactionRules{rules}.result(tool, document);
  return redacted ? redacted->text : document.text;
}

TEST(RedactionRules, TakeSecretsOutOfResultsByName) {
  EXPECT_EQ(kept("", R"({"id":1,"access_token":"canary","o":[{"client_secret" : "canary"}]})"),
            R"({"id":1,"access_token":"[redacted]","o":[{"client_secret":"[redacted]"}]})");
}

TEST(RedactionRules, SeeANameThatIsWrittenWithEscapes) {
  EXPECT_EQ(kept("", R"({"pass\u0077ord":"canary"})").find("canary"), std::string::npos);
}

TEST(RedactionRules, LeaveAResultWithoutSecretsAsItIs) {
  for (char const* data : {R"({ "a" : 1.0, "url":"https://x/?token:=1", "next_page_token":"n" })", "null",
                           "[]", "3", R"("password: x")", "{}", "", ":", "\":", "x\":1"}) {
    EXPECT_FALSE(RedactionRules{}.result("T", JsonText{data})) << data;
  }
}

TEST(RedactionRules, EveryNameOfASecretIsSeenWithoutReading) {
  for (char const* name : {"auth",
                           "secrets",
                           "cookie",
                           "cookies",
                           "Set-Cookie",
                           "bearer",
                           "authentication",
                           "passcode",
                           "password",
                           "passwords",
                           "passwd",
                           "passphrase",
                           "secret",
                           "credential",
                           "credentials",
                           "API-KEY",
                           "secretKey",
                           "private_key",
                           "Authorization",
                           "authorization_header",
                           "password_confirmation",
                           "token",
                           "TOKEN_"}) {
    ASSERT_TRUE(is_secret_name(name)) << name;
    EXPECT_EQ(kept("", std::string{"{\""} + name + "\":\"canary\"}").find("canary"), std::string::npos)
        << name;
  }
}

TEST(RedactionRules, TakeOutWhatAPointerNames) {
  EXPECT_EQ(kept("/body/text", R"({"body":{"text":"canary","n":1}})"),
            R"({"body":{"text":"[redacted]","n":1}})");
  EXPECT_EQ(kept("/m/*/text, /n", R"({"m":[{"text":"canary"},{"text":["canary"]}],"n":null})"),
            R"({"m":[{"text":"[redacted]"},{"text":"[redacted]"}],"n":null})");
  EXPECT_EQ(kept("/a~1b/0", R"({"a/b":[true,2]})"), R"({"a/b":["[redacted]",2]})");
}

TEST(RedactionRules, AreForTheToolsTheyName) {
  std::string const data = R"({"x":"canary"})";

  EXPECT_NE(kept("SLACK_*:/x", data), data);
  EXPECT_NE(kept("slack_send:/x", data), data);
  EXPECT_EQ(kept("SLACK_*:/x", data, "GITHUB_SEND"), data);
  EXPECT_EQ(kept("SLACK_?:/x", data), data);
}

TEST(RedactionRules, HoldForArgumentsTooWithTheMarksOfTheSchema) {
  auto const schema = Schema::parse(JsonText{R"({"properties":{"pin":{"format":"password"}}})"}).value();

  auto const redacted = RedactionRules{"/note"}.arguments(
      "T", &schema, JsonText{R"({"pin":"1","note":"2","token":"3","n":4})"});

  EXPECT_EQ(redacted.text, R"({"pin":"[redacted]","note":"[redacted]","token":"[redacted]","n":4})");
  EXPECT_EQ(redacted_places(redacted), (std::vector<std::string>{"/pin", "/note", "/token"}));
}

TEST(RedactionRules, NameTheRedactedPlacesAsPointers) {
  EXPECT_EQ(redacted_places(JsonText{R"({"a/b":[0,{"~":"[redacted]"}]})"}),
            std::vector<std::string>{"/a~1b/1/~0"});
  EXPECT_TRUE(redacted_places(JsonText{R"({"a":"[redacted] or not"})"}).empty());
}

}  // namespace
}  // namespace agenta::schema
