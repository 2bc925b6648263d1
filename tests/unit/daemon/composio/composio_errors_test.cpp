#include "daemon/composio/composio_errors.hpp"

#include <gtest/gtest.h>

namespace agenta::daemon {
namespace {

using enum ErrorCode;
using Argv = std::vector<std::string>;

Secret const kKey{"ak_canary_0123456789"};

HttpReply reply_of(unsigned status, std::string body, HttpFields fields = {}) {
  return {.status = status, .fields = std::move(fields), .body = std::move(body)};
}

std::string envelope(std::string const& slug, int code, unsigned status, std::string const& message) {
  return R"({"error":{"message":")" + message + R"(","code":)" + std::to_string(code) + R"(,"slug":")" +
         slug + R"(","status":)" + std::to_string(status) + R"(,"request_id":"5f0b0c1e"}})";
}

Error read(HttpReply const& reply, Asked const& asked = {Operation::execute, "GMAIL_SEND", {}}) {
  return error_from_reply(reply, asked, Scrubber{kKey});
}

/// One of the errors that Composio is known to answer with, and what it means here.
struct Known {
  std::string slug;
  int code;
  unsigned status;
  std::string message;
  Operation operation;
  ErrorCode ours;
  Argv next_step;
};

class KnownError : public ::testing::TestWithParam<Known> {};

Argv const kLogin{"agenta-tools", "login"};
Argv const kSync{"agenta-tools", "connections", "sync"};
Argv const kConnect{"agenta-tools", "connect", "github"};
Argv const kShow{"agenta-tools", "integrations", "show", "github"};
Argv const kTools{"agenta-tools", "tools", "list", "github"};
Argv const kSearchTools{"agenta-tools", "integrations", "list"};
Argv const kIntegrations{"agenta-tools", "integrations", "list"};

INSTANTIATE_TEST_SUITE_P(
    Composio, KnownError,
    ::testing::Values(
        Known{"Auth_Config_DefaultAuthConfigNotFound", 306, 400, "Default auth config not found",
              Operation::create_auth_config, not_configured, kShow},
        Known{"Auth_Config_NoAuthApp", 0, 400, "Cannot create an auth config", Operation::create_auth_config,
              invalid_request, kTools},
        Known{"ConnectedAccount_BadRequest",
              600,
              400,
              "Alias 'work' is already in use by another connection for this entity",
              Operation::create_link,
              connection_already_exists,
              {}},
        Known{"ConnectedAccount_BadRequest",
              600,
              400,
              "Creating connections on this endpoint for Composio-managed OAuth auth configs is no longer "
              "supported. "
              "Use POST /api/v3/connected_accounts/link instead.",
              Operation::create_account,
              invalid_request,
              {}},
        Known{"ConnectedAccount_BadRequest",
              600,
              400,
              "The key does not work",
              Operation::create_account,
              invalid_credentials,
              {}},
        Known{"ConnectedAccount_ResourceNotFound", 606, 404, "Connected account not found",
              Operation::get_account, connection_not_found, kSync},
        Known{"ConnectedAccount_MissingRequiredFields", 612, 400, "Missing required fields: subdomain",
              Operation::create_account, invalid_credentials, kShow},
        Known{"APIKey_InvalidAPIKey", 801, 401, "Invalid API key: ak_**ESjq", Operation::verify_key,
              api_key_rejected, kLogin},
        Known{"APIKey_APIKeyExpired", 811, 401, "API key has expired", Operation::verify_key,
              api_key_rejected, kLogin},
        Known{"APIKey_InsufficientPermissions", 812, 403, "no permission", Operation::execute, forbidden, {}},
        Known{"Auth_Unauthorized", 902, 401, "Access denied", Operation::execute, api_key_rejected, {}},
        Known{"Auth_NoAuthProvided", 906, 401, "No API key provided", Operation::execute, api_key_rejected,
              kLogin},
        Known{"HTTP_Unauthorized", 10401, 401, "Multiple authentication modes were provided",
              Operation::execute, api_key_rejected, kLogin},
        Known{"", 1803, 400, "No connected account found", Operation::execute, not_connected, kConnect},
        Known{"ActionExecute_ConnectedAccountNotFound", 1810, 404, "No connected account found",
              Operation::execute, not_connected, kConnect},
        Known{"ActionExecute_ConnectedAccountNotFound", 1810, 400, "as before 2026", Operation::execute,
              not_connected, kConnect},
        Known{"ActionExecute_ConnectedAccountEntityIdRequired",
              1811,
              400,
              "User ID is required",
              Operation::execute,
              internal,
              {}},
        Known{"ActionExecute_ConnectedAccountEntityIdMismatch", 1812, 400, "does not match",
              Operation::execute, composio_error, kSync},
        Known{"ActionExecute_ConnectedAccountExpired", 1820, 410, "is in EXPIRED state", Operation::execute,
              connection_expired, kConnect},
        Known{"", 0, 422, "Connected account is not ACTIVE", Operation::execute, not_connected, kConnect},
        Known{"UserApiKey_Unauthorized", 2113, 401, "Invalid user API key", Operation::verify_key,
              api_key_rejected, kLogin},
        Known{"Organization_InsufficientPermissions",
              2206,
              403,
              "Insufficient permissions",
              Operation::execute,
              forbidden,
              {}},
        Known{"Tool_ToolNotFound", 2401, 404, "Tool GMAIL_X not found", Operation::get_tool, tool_not_found,
              kSearchTools},
        Known{"ToolRouterV2_ToolNotFound", 4301, 400, "Tool FOO_BAR not found", Operation::execute,
              tool_not_found, kSearchTools},
        Known{"ToolRouterV2_NoActiveConnection", 4302, 400, "No active connection found", Operation::execute,
              not_connected, kConnect},
        Known{"ToolRouterV2_InvalidToolkitSlugs", 4305, 400, "Invalid toolkit slugs: foo",
              Operation::list_tools, integration_not_found, kIntegrations},
        Known{"ToolRouterV2_ToolkitNotAllowed",
              4324,
              400,
              "[Session Restriction]",
              Operation::execute,
              forbidden,
              {}},
        Known{"ToolRouterV2_ToolkitsIsNoAuth", 4326, 400, "does not require authentication",
              Operation::create_link, invalid_request, kTools},
        Known{"ToolRouterV2_InvalidConnectedAccountIds", 0, 400, "Could not find connected account(s)",
              Operation::execute, connection_not_found, kSync},
        Known{"ExternalProxy_SSRFBlocked", 0, 400, "blocked", Operation::execute, invalid_request, {}},
        Known{"OriginMismatch",
              0,
              400,
              "Endpoint origin does not match",
              Operation::execute,
              invalid_request,
              {}},
        Known{"MissingAuthContext", 0, 400, "no account", Operation::execute, not_connected, kConnect},
        // Not in Composio's list: only the status tells.
        Known{"Toolkit_NotFound", 0, 404, "Toolkit not found", Operation::get_integration,
              integration_not_found, kIntegrations},
        Known{"Something_New", 77, 404, "gone", Operation::delete_account, connection_not_found, kSync},
        Known{"Something_New", 77, 404, "gone", Operation::list_tools, composio_error, {}},
        Known{"Something_New", 77, 400, "no", Operation::execute, invalid_request, {}},
        Known{"Something_New", 77, 401, "no", Operation::execute, api_key_rejected, kLogin},
        Known{"Something_New", 77, 403, "no", Operation::execute, forbidden, {}},
        Known{"Retired", 0, 410, "use v3", Operation::list_tools, composio_error, {}},
        Known{"Something_New", 77, 500, "oops", Operation::list_tools, provider_unavailable, {}},
        Known{"NotImplemented", 0, 501, "no such scheme", Operation::create_account, unsupported, {}}));

TEST_P(KnownError, MeansOneOfOurs) {
  auto const& known = GetParam();

  auto const error =
      read(reply_of(known.status, envelope(known.slug, known.code, known.status, known.message)),
           {known.operation, "subject", "github"});

  EXPECT_EQ(error.code, known.ours);
  EXPECT_EQ(error.next_step, known.next_step);
  EXPECT_NE(error.message.find(known.message), std::string::npos) << error.message;
  EXPECT_EQ(error.request_id, "5f0b0c1e");
}

TEST(ComposioErrors, TheCodeSpeaksWhereTheSlugIsMissingAndTheSlugBeforeTheCode) {
  auto const by_code = read(reply_of(400, R"({"error":{"message":"m","code":"1810"}})"));
  auto const by_slug = read(reply_of(400, envelope("Tool_ToolNotFound", 1810, 400, "m")));

  EXPECT_EQ(by_code.code, not_connected);
  EXPECT_EQ(by_slug.code, tool_not_found);
}

TEST(ComposioErrors, AMessageAloneDecidesNothing) {
  auto const error =
      read(reply_of(400, envelope("", 0, 400, "Connected account is in EXPIRED state, API key expired")));

  EXPECT_EQ(error.code, invalid_request);
}

TEST(ComposioErrors, SuggestsTheIntegrationThatComposioNames) {
  auto const old =
      read(reply_of(404, envelope("ActionExecute_ConnectedAccountNotFound", 1810, 404,
                                  "No connected account found for user ID u for toolkit gmail")));
  auto const session =
      read(reply_of(400, envelope("ToolRouterV2_NoActiveConnection", 4302, 400,
                                  "No active connection found for toolkit(s) 'gmail' in this")));
  auto const unnamed = read(reply_of(400, envelope("", 1803, 400, "for toolkit --yes; rm")));

  EXPECT_EQ(old.next_step, (Argv{"agenta-tools", "connect", "gmail"}));
  EXPECT_EQ(session.next_step, (Argv{"agenta-tools", "connect", "gmail"}));
  EXPECT_TRUE(unnamed.next_step.empty());
}

TEST(ComposioErrors, SaysTheIpAllowListForCode902) {
  auto const error = read(reply_of(401, envelope("Auth_Unauthorized", 902, 401, "Access denied")));

  EXPECT_NE(error.message.find("IP allow-list"), std::string::npos) << error.message;
}

TEST(ComposioErrors, NamesTheOptionsWhereComposioHasNoApp) {
  auto const error = read(reply_of(400, envelope("Auth_Config_DefaultAuthConfigNotFound", 306, 400, "none")));

  EXPECT_NE(error.message.find("--auth"), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("--auth-config"), std::string::npos) << error.message;
}

TEST(ComposioErrors, NamesTheMissingFields) {
  auto const error = read(reply_of(400, envelope("ConnectedAccount_MissingRequiredFields", 612, 400,
                                                 "Missing required fields: subdomain, region")));

  EXPECT_EQ(error.context.text, R"({"fields":["subdomain","region"]})");
}

TEST(ComposioErrors, RateLimitsHaveABodyOfTheirOwn) {
  auto const error =
      read(reply_of(429, R"({"message":"Rate limit exceeded. Limit: 10000 requests per 1 minutes"})",
                    {{"retry-after", "17"}, {"x-request-id", "r9"}}));

  EXPECT_EQ(error.code, rate_limited);
  EXPECT_EQ(error.retry_after, std::chrono::seconds{17});
  EXPECT_NE(error.message.find("10000 requests"), std::string::npos);
  EXPECT_EQ(error.request_id, "r9");
}

TEST(ComposioErrors, ARateLimitAlwaysSaysWhenToComeBack) {
  auto const wait_of = [](HttpFields fields) {
    return read(reply_of(429, R"({"message":"Rate limit exceeded"})", std::move(fields))).retry_after;
  };

  EXPECT_EQ(wait_of({{"retry-after", "3"}, {"x-ratelimit-window-size", "90s"}}), std::chrono::seconds{3});
  EXPECT_EQ(wait_of({{"x-ratelimit-window-size", "90s"}}), std::chrono::seconds{90});
  EXPECT_EQ(wait_of({{"retry-after", "soon"}, {"x-ratelimit-window-size", "30"}}), std::chrono::seconds{30});
  EXPECT_EQ(wait_of({}), std::chrono::seconds{60});
  for (auto const* nonsense : {"", "s", "-5s", "forever", "1e99s", "nan"})
    EXPECT_EQ(wait_of({{"x-ratelimit-window-size", nonsense}}), std::chrono::seconds{60}) << nonsense;
}

TEST(ComposioErrors, AnEdgesWordsAreNotComposios) {
  for (auto const status : {500U, 502U, 503U, 504U, 520U})
    EXPECT_EQ(read(reply_of(status, "<html>Bad gateway</html>")).code, provider_unavailable) << status;
  EXPECT_EQ(read(reply_of(502, "")).code, provider_unavailable);
  EXPECT_EQ(read(reply_of(302, "")).code, composio_error);
  EXPECT_EQ(read(reply_of(404, "<html>"), {Operation::delete_account, "ca_1", {}}).code, composio_error);
  EXPECT_EQ(read(reply_of(400, R"({"error":"text"})")).code, composio_error);
  EXPECT_EQ(read(reply_of(401, "")).code, api_key_rejected);
}

TEST(ComposioErrors, TakesTheKeyOutAndBoundsTheText) {
  auto const key = kKey.reveal();
  auto const echo = "Invalid API key: " + key + std::string(2000, 'x');

  auto const error = error_from_reply(reply_of(401, envelope("APIKey_InvalidAPIKey", 801, 401, echo), {}),
                                      {Operation::verify_key, {}, {}}, Scrubber{kKey});

  EXPECT_EQ(error.message.find(key), std::string::npos);
  EXPECT_NE(error.message.find("[redacted]"), std::string::npos);
  EXPECT_LE(error.message.size(), 600U);
}

TEST(ComposioErrors, TakesGivenCredentialsOutToo) {
  auto const fields = std::vector<std::pair<std::string, Secret>>{{"generic_api_key", Secret{"sk-canary"}},
                                                                  {"region", Secret{"us"}}};
  auto scrubber = Scrubber{kKey};
  scrubber.add(fields);

  auto const error = error_from_reply(reply_of(400, envelope("X", 0, 400, "sk-canary is unusable in us")),
                                      {Operation::create_account, {}, {}}, scrubber);

  EXPECT_NE(error.message.find("[redacted] is unusable in us"), std::string::npos) << error.message;
}

TEST(ComposioErrors, ALostReplyToWhatIsNotIdempotentIsUnknown) {
  auto outcome = HttpOutcome{};
  outcome.progress = HttpProgress::written_no_reply;
  outcome.trouble = HttpTrouble::timed_out;

  EXPECT_EQ(error_from_trouble(outcome, {Operation::create_auth_config, {}, {}}).code, outcome_unknown);
  EXPECT_EQ(error_from_trouble(outcome, {Operation::create_account, {}, {}}).code, outcome_unknown);
  EXPECT_EQ(error_from_trouble(outcome, {Operation::get_account, {}, {}}).code, timeout);
  outcome.trouble = HttpTrouble::truncated;
  EXPECT_EQ(error_from_trouble(outcome, {Operation::delete_account, {}, {}}).code, outcome_unknown);
  EXPECT_EQ(error_from_trouble(outcome, {Operation::set_alias, {}, {}}).code, provider_unavailable);
}

TEST(ComposioErrors, ServiceFailuresWhileMakingSomethingAreNotPlainlyRetryable) {
  auto const made = read(reply_of(502, ""), {Operation::create_link, {}, {}});
  auto const listed = read(reply_of(502, ""), {Operation::list_tools, {}, {}});

  EXPECT_EQ(made.retryable, Retryable::unknown);
  EXPECT_EQ(listed.retryable, std::nullopt);
}

TEST(RetryAfter, ReadsSecondsMillisecondsAndDates) {
  auto const now = WallTime{std::chrono::seconds{1'792'567'675}};  // Wed, 21 Oct 2026 07:27:55 GMT
  auto const of = [&](std::string const& name, std::string const& value) {
    return retry_after_of(reply_of(429, "", {{name, value}}), now);
  };

  EXPECT_EQ(of("retry-after", "3"), std::chrono::seconds{3});
  EXPECT_EQ(of("retry-after-ms", "1500"), std::chrono::seconds{2});
  EXPECT_EQ(of("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"), std::chrono::seconds{5});
  EXPECT_EQ(of("retry-after", "Wed, 21 Oct 2020 07:28:00 GMT"), std::chrono::seconds{0});
  for (auto const* nonsense : {"", "soon", "-5", "1e99", "nan", "999999999999"})
    EXPECT_EQ(of("retry-after", nonsense), std::nullopt) << nonsense;
}

TEST(Shorten, CutsBetweenCharacters) {
  EXPECT_EQ(shorten("short", 5), "short");
  EXPECT_EQ(shorten("ääää", 7), "ää…");
}

}  // namespace
}  // namespace agenta::daemon
