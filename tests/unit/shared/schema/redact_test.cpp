#include "shared/schema/redact.hpp"

#include <gtest/gtest.h>

namespace agenta::schema {
namespace {

std::string redacted(std::string const& arguments) { return redact(JsonText{arguments}).text; }

std::string redacted(std::string const& schema, std::string const& arguments) {
  return redact(Schema::parse(JsonText{schema}).value(), JsonText{arguments}).text;
}

TEST(Redact, KnowsTheNamesOfSecrets) {
  for (char const* name :
       {"password",        "db_password", "NewPassword",   "passwd",       "secret",
        "client_secret",   "token",       "access_token",  "refreshToken", "user-token",
        "x-api-key",       "apiKey",      "Authorization", "private_key",  "AWSSigningKey",
        "secretAccessKey", "credentials", "bot_token",     "cookie",       "authorization_header"}) {
    EXPECT_TRUE(is_secret_name(name)) << name;
  }
}

TEST(Redact, LeavesNamesThatOnlySoundLikeOne) {
  for (char const* name : {"page_token", "nextPageToken", "syncToken", "$skiptoken", "see_more_token",
                           "delta_token", "scroll_token", "max_tokens", "key", "project_key", "issueIdOrKey",
                           "author", "secret_name", "credential_id", "auth_type", "tokenize", "s3key", ""}) {
    EXPECT_FALSE(is_secret_name(name)) << name;
  }
}

TEST(Redact, HidesValuesAtAnyDepthAndKeepsOtherBytes) {
  EXPECT_EQ(redacted(R"({"a":[{"token":"canary","n":1.0}],"credentials":{"x":["canary"]},"password":7})"),
            R"({"a":[{"token":"[redacted]","n":1.0}],"credentials":"[redacted]","password":"[redacted]"})");
}

TEST(Redact, LeavesWhatGivesNothingAway) {
  EXPECT_EQ(redacted(R"({"token":null,"secret":true,"password":""})"),
            R"({"token":null,"secret":true,"password":""})");
}

TEST(Redact, FollowsTheMarksOfTheSchema) {
  std::string const schema =
      R"({"properties":{"pin":{"type":"string","format":"password"},"list":{"items":{"$ref":"#/$defs/w"}},"o":{"additionalProperties":{"writeOnly":true}}},)"
      R"("$defs":{"w":{"properties":{"v":{"anyOf":[{"type":"null"},{"type":"string","writeOnly":true}]}}}}})";

  EXPECT_EQ(
      redacted(schema,
               R"({"pin":"canary","list":[{"v":"canary","w":"x"}],"o":{"any":"canary"},"token":"canary"})"),
      R"({"pin":"[redacted]","list":[{"v":"[redacted]","w":"x"}],"o":{"any":"[redacted]"},"token":"[redacted]"})");
}

TEST(Redact, HidesWhatIsTooDeepToLookAt) {
  std::string const deep = std::string(100, '[') + "\"canary\"" + std::string(100, ']');

  std::string const text = redacted("{\"x\":" + deep + "}");

  EXPECT_EQ(text.find("canary"), std::string::npos);
  EXPECT_NE(text.find("[redacted]"), std::string::npos);
}

TEST(Redact, HidesADocumentThatIsNotJson) { EXPECT_EQ(redacted("{\"password\":\"canary"), "\"[redacted]\""); }

}  // namespace
}  // namespace agenta::schema
