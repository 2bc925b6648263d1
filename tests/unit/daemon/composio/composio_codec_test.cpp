#include "daemon/composio/composio_codec.hpp"

#include <gtest/gtest.h>

namespace agenta::daemon {
namespace {

constexpr auto kToolkits = R"({"items":[
  {"slug":"github","name":"GitHub","type":"native","auth_schemes":["OAUTH2"],
   "composio_managed_auth_schemes":["OAUTH2"],"no_auth":false,"auth_guide_url":null,"something_new":[1,{"a":2}],
   "meta":{"description":"Code.","logo":"https://l","app_url":null,"version":"20251107_00","tools_count":"823",
           "categories":[{"id":"developer-tools","name":"developer tools"},{"id":null,"name":"x"},7]}},
  {"slug":"hackernews","name":"HN","auth_schemes":["NO_AUTH"],"meta":null},
  {"name":"without a slug"}, null, "text"],
  "next_cursor":"c2","total_pages":2,"current_page":1,"total_items":857})";

TEST(ComposioCodec, ReadsAPageOfToolkits) {
  auto const page = parse_integrations(kToolkits);

  ASSERT_TRUE(page.has_value());
  ASSERT_EQ(page->items.size(), 2U);
  EXPECT_EQ(page->total, 857);
  EXPECT_EQ(page->next_cursor, "c2");
  auto const& github = page->items[0];
  EXPECT_EQ(github.slug.text, "github");
  EXPECT_EQ(github.tools_count, 823);
  EXPECT_EQ(github.managed_auth_schemes, std::vector<std::string>{"OAUTH2"});
  EXPECT_EQ(github.categories, (std::vector<Category>{{"developer-tools", "developer tools"}, {"x", "x"}}));
  EXPECT_FALSE(github.no_auth);
  EXPECT_TRUE(page->items[1].no_auth);
}

TEST(ComposioCodec, TheLastPageHasNoCursor) {
  EXPECT_EQ(parse_integrations(R"({"items":[],"next_cursor":null})")->next_cursor, std::nullopt);
  EXPECT_EQ(parse_integrations(R"({"items":[]})")->next_cursor, std::nullopt);
}

TEST(ComposioCodec, ReadsAToolkitInFull) {
  auto const detail = parse_integration(R"({"slug":"github","name":"GitHub",
    "composio_managed_auth_schemes":["OAUTH2"],
    "composio_managed_auth":[{"mode":"OAUTH2","scopes":{"available":["repo","gist"]}}],
    "auth_config_details":[
      {"mode":"OAUTH2","name":"github_oauth","auth_hint_url":"https://hint","fields":{
        "auth_config_creation":{
          "required":[{"name":"client_secret","displayName":"Client secret","type":"string","required":true}],
          "optional":[{"name":"scopes","displayName":"Scopes","default":"repo","is_secret":false}]},
        "connected_account_initiation":{"required":[],"optional":null}}},
      {"mode":"API_KEY","name":"k","fields":{"connected_account_initiation":{
          "required":[{"name":"generic_api_key"},{"name":"pin","is_secret":true},{"displayName":"no name"}]}}}],
    "meta":{"categories":[{"slug":"dev","name":"Dev"}],"available_versions":["00000000_00","20251107_00"]}})");

  ASSERT_TRUE(detail.has_value());
  EXPECT_EQ(detail->integration.categories, (std::vector<Category>{{"dev", "Dev"}}));
  EXPECT_EQ(detail->integration.auth_schemes, (std::vector<std::string>{"OAUTH2", "API_KEY"}));
  EXPECT_EQ(detail->available_versions.size(), 2U);
  ASSERT_EQ(detail->auth.size(), 2U);
  auto const& oauth = detail->auth[0];
  EXPECT_TRUE(oauth.managed);
  EXPECT_EQ(oauth.scopes, (std::vector<std::string>{"repo", "gist"}));
  EXPECT_EQ(oauth.help_url, "https://hint");
  ASSERT_EQ(oauth.auth_config_fields.size(), 2U);
  EXPECT_TRUE(oauth.auth_config_fields[0].secret);
  EXPECT_TRUE(oauth.auth_config_fields[0].required);
  EXPECT_EQ(oauth.auth_config_fields[1].default_value, "repo");
  EXPECT_FALSE(oauth.auth_config_fields[1].required);
  auto const& key = detail->auth[1];
  EXPECT_FALSE(key.managed);
  ASSERT_EQ(key.connection_fields.size(), 2U);
  EXPECT_TRUE(key.connection_fields[0].secret);
  EXPECT_EQ(key.connection_fields[0].display_name, "generic_api_key");
  EXPECT_TRUE(key.connection_fields[1].secret);
}

TEST(ComposioCodec, ReadsAToolAndKeepsTheOrderOfItsSchema) {
  auto const tool =
      parse_tool(R"({"slug":"GITHUB_GET","name":"Get","description":"d","toolkit":{"slug":"github"},
    "input_parameters":{"type":"object","properties":{"b":{"type":"string"},"a":{"type":"integer"}}},
    "output_parameters":null,"no_auth":false,"version":"20251107_00","available_versions":["20251107_00"],
    "scopes":["repo"],"scope_requirements":null,"tags":["readOnlyHint","important"],"is_deprecated":true})");

  ASSERT_TRUE(tool.has_value());
  EXPECT_EQ(tool->integration.text, "github");
  EXPECT_EQ(tool->input_schema.text,
            R"({"type":"object","properties":{"b":{"type":"string"},"a":{"type":"integer"}}})");
  EXPECT_EQ(tool->output_schema.text, "{}");
  EXPECT_TRUE(hints_of(*tool).read_only);
  EXPECT_TRUE(tool->deprecated);
}

TEST(ComposioCodec, ReadsAuthConfigs) {
  auto const page = parse_auth_configs(R"({"items":[
    {"id":"ac_1","toolkit":{"slug":"GitHub"},"auth_scheme":"OAUTH2","is_composio_managed":"true","status":"ENABLED"},
    {"id":"ac_2-","toolkit":{"slug":"github"},"status":"DISABLED"}],"next_cursor":null})");
  auto const created = parse_created_auth_config(
      R"({"toolkit":{"slug":"github"},"auth_config":{"id":"ac_3","auth_scheme":"OAUTH2","is_composio_managed":true}})");

  ASSERT_EQ(page->items.size(), 2U);
  EXPECT_TRUE(page->items[0].managed);
  EXPECT_TRUE(page->items[0].enabled);
  EXPECT_EQ(page->items[0].integration.text, "github");
  EXPECT_FALSE(page->items[1].enabled);
  EXPECT_EQ(created->id.text, "ac_3");
  EXPECT_EQ(created->integration.text, "github");
  EXPECT_TRUE(created->enabled);
}

TEST(ComposioCodec, ReadsALink) {
  auto const link = parse_link(
      R"({"link_token":"lk","redirect_url":"https://c/link/lk","expires_at":"2026-08-01T10:11:00.000Z","connected_account_id":"ca_1"})");
  auto const timeless = parse_link(R"({"redirect_url":"u","connected_account_id":"ca_1","expires_at":null})");

  EXPECT_EQ(link->account.text, "ca_1");
  EXPECT_EQ(link->redirect_url, "https://c/link/lk");
  EXPECT_EQ(link->expires_at, parse_rfc3339("2026-08-01T10:11:00Z"));
  EXPECT_EQ(timeless->expires_at, std::nullopt);
}

TEST(ComposioCodec, ReadsAnAccountWithoutItsTokens) {
  auto const account = parse_account(R"({"toolkit":{"slug":"github"},
    "auth_config":{"id":"ac_1","auth_scheme":"OAUTH2","is_disabled":false},"id":"ca_1","alias":null,
    "user_id":"u","status":"FAILED","status_reason":"OAuth callback failed during token exchange",
    "state":{"authScheme":"OAUTH2","val":{"status":"FAILED","error":"access_denied","error_description":"no"}},
    "is_disabled":false})");

  ASSERT_TRUE(account.has_value());
  EXPECT_EQ(account->id.text, "ca_1");
  EXPECT_EQ(account->status, AccountStatus::failed);
  EXPECT_EQ(account->error, "access_denied");
  EXPECT_EQ(account->error_description, "no");
  EXPECT_EQ(account->alias, "");
  EXPECT_EQ(account->auth_config.text, "ac_1");
}

TEST(ComposioCodec, ReadsEachStatusAndTakesANewOneAsUnknown) {
  auto const status_of = [](std::string const& name) {
    return parse_account(R"({"id":"ca_1","status":")" + name + "\"}")->status;
  };

  EXPECT_EQ(status_of("INITIALIZING"), AccountStatus::initializing);
  EXPECT_EQ(status_of("INITIATED"), AccountStatus::initiated);
  EXPECT_EQ(status_of("ACTIVE"), AccountStatus::active);
  EXPECT_EQ(status_of("EXPIRED"), AccountStatus::expired);
  EXPECT_EQ(status_of("INACTIVE"), AccountStatus::inactive);
  EXPECT_EQ(status_of("REVOKED"), AccountStatus::revoked);
  EXPECT_EQ(status_of("HIBERNATING"), AccountStatus::unknown);
}

TEST(ComposioCodec, ReadsACreatedAccountWithTheRequestsIdentity) {
  auto request = AccountRequest{};
  request.auth_config.text = "ac_1";
  request.user_id = "u";
  request.auth_scheme = "API_KEY";

  auto const account = parse_created_account(
      R"({"id":"ca_9","connectionData":{"authScheme":"API_KEY","val":{"status":"ACTIVE"}},"redirect_url":null})",
      request);

  EXPECT_EQ(account->id.text, "ca_9");
  EXPECT_EQ(account->status, AccountStatus::active);
  EXPECT_EQ(account->user_id, "u");
  EXPECT_EQ(account->auth_config.text, "ac_1");
}

TEST(ComposioCodec, AnswersThatHoldNothingAreComposioErrors) {
  auto const nested = std::string(100'000, '[');
  for (auto const& body : {std::string{}, std::string{"<html>"}, std::string{"null"}, std::string{"{}"},
                           std::string{R"({"items":{}})"}, nested, R"({"items":)" + nested}) {
    for (auto const code :
         {parse_integrations(body).error().code, parse_integration(body).error().code,
          parse_tools(body).error().code, parse_tool(body).error().code,
          parse_auth_configs(body).error().code, parse_created_auth_config(body).error().code,
          parse_link(body).error().code, parse_accounts(body).error().code, parse_account(body).error().code,
          parse_created_account(body, {}).error().code, parse_tool_result(body).error().code})
      EXPECT_EQ(code, ErrorCode::composio_error) << body.substr(0, 50);
  }
}

TEST(ComposioCodec, WritesAuthConfigs) {
  auto managed = AuthConfigRequest{};
  managed.integration.text = "github";
  managed.scopes = {"repo", "user"};
  auto custom = AuthConfigRequest{};
  custom.integration.text = "stripe";
  custom.auth_scheme = "API_KEY";
  custom.managed = false;
  custom.credentials = {{"client_id", Secret{"i"}}};

  EXPECT_EQ(
      encode_auth_config(managed),
      R"({"toolkit":{"slug":"github"},"auth_config":{"type":"use_composio_managed_auth","credentials":{"scopes":"repo,user"}}})");
  EXPECT_EQ(
      encode_auth_config(custom),
      R"({"toolkit":{"slug":"stripe"},"auth_config":{"type":"use_custom_auth","authScheme":"API_KEY","credentials":{"client_id":"i"}}})");
}

TEST(ComposioCodec, WritesLinksAndAccounts) {
  auto account = AccountRequest{};
  account.auth_config.text = "ac_1";
  account.user_id = "u";
  account.auth_scheme = "API_KEY";
  account.alias = "work";
  account.fields = {{"generic_api_key", Secret{"sk-\"1"}}};

  EXPECT_EQ(
      encode_link(
          {.auth_config = {"ac_1"}, .user_id = "u", .callback_url = "http://127.0.0.1:1/c", .alias = "w"}),
      R"({"auth_config_id":"ac_1","user_id":"u","callback_url":"http://127.0.0.1:1/c","alias":"w"})");
  EXPECT_EQ(encode_link({.auth_config = {"ac_1"}, .user_id = "u", .callback_url = {}, .alias = {}}),
            R"({"auth_config_id":"ac_1","user_id":"u"})");
  EXPECT_EQ(
      encode_account(account),
      R"({"auth_config":{"id":"ac_1"},"connection":{"user_id":"u","alias":"work","state":{"authScheme":"API_KEY","val":{"status":"ACTIVE","generic_api_key":"sk-\"1"}}},"validate_credentials":true})");
}

TEST(ComposioCodec, WritesExecutionsWithTheBytesOfTheirArguments) {
  auto request = ExecuteRequest{};
  request.arguments.text = R"({"n":1.50,"n":2})";
  request.user_id = "u";
  auto const bare = encode_execute(request);
  request.account.text = "ca_1";
  request.version = "20251107_00";

  EXPECT_EQ(bare, R"({"user_id":"u","arguments":{"n":1.50,"n":2}})");
  EXPECT_EQ(
      encode_execute(request),
      R"({"user_id":"u","connected_account_id":"ca_1","version":"20251107_00","arguments":{"n":1.50,"n":2}})");
}

}  // namespace
}  // namespace agenta::daemon
