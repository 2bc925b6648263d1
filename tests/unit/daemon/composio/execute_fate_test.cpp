#include "daemon/composio/execute_fate.hpp"

#include <gtest/gtest.h>

namespace agenta::daemon {
namespace {

using namespace std::chrono_literals;

Secret const kKey{"ak_canary_0123456789"};
constexpr auto kRefusal =
    R"({"error":{"message":"no","code":1810,"slug":"ActionExecute_ConnectedAccountNotFound"}})";
constexpr auto kFailure = R"({"error":{"message":"oops","code":1,"slug":"Internal"}})";

ExecuteOutcome of(HttpOutcome const& outcome) {
  return execute_outcome(outcome, {Operation::execute, "GMAIL_SEND", {}}, Scrubber{kKey});
}

ExecuteOutcome of_reply(unsigned status, std::string body, HttpFields fields = {}) {
  auto outcome = HttpOutcome{};
  outcome.progress = HttpProgress::replied;
  outcome.reply = {.status = status, .fields = std::move(fields), .body = std::move(body)};
  return of(outcome);
}

ExecuteOutcome of_trouble(HttpProgress progress, HttpTrouble trouble) {
  auto outcome = HttpOutcome{};
  outcome.progress = progress;
  outcome.trouble = trouble;
  outcome.detail = "detail";
  return of(outcome);
}

void expect_unknown(ExecuteOutcome const& outcome, std::string const& what) {
  EXPECT_EQ(outcome.fate, Fate::unknown) << what;
  ASSERT_TRUE(outcome.error.has_value()) << what;
  EXPECT_EQ(outcome.error->code, ErrorCode::outcome_unknown) << what;
  EXPECT_NE(outcome.error->message.find("may have run"), std::string::npos) << what;
  EXPECT_FALSE(outcome.result.has_value()) << what;
}

void expect_nothing_ran(ExecuteOutcome const& outcome, ErrorCode code) {
  EXPECT_EQ(outcome.fate, Fate::nothing_ran);
  ASSERT_TRUE(outcome.error.has_value());
  EXPECT_EQ(outcome.error->code, code) << outcome.error->message;
}

TEST(ExecuteFate, AResultIsAnAnswerWithItsBytes) {
  auto const outcome = of_reply(
      200,
      R"({"log_id":"log_1","data": {"n":1.50, "n":12345678901234567890123, "u":"\u00e4"} ,"error":null,"successful":true})");

  ASSERT_EQ(outcome.fate, Fate::answered);
  ASSERT_TRUE(outcome.result.has_value());
  EXPECT_TRUE(outcome.result->successful);
  EXPECT_EQ(outcome.result->data.text, R"({"n":1.50, "n":12345678901234567890123, "u":"\u00e4"})");
  EXPECT_EQ(outcome.result->log_id, "log_1");
  EXPECT_FALSE(outcome.error.has_value());
}

TEST(ExecuteFate, AToolsOwnFailureIsAResult) {
  auto const outcome = of_reply(200, R"({"data":{},"error":"Invalid request\n- x","successful":false})");

  ASSERT_EQ(outcome.fate, Fate::answered);
  EXPECT_FALSE(outcome.result->successful);
  EXPECT_EQ(outcome.result->error, "Invalid request\n- x");
  EXPECT_EQ(outcome.result->log_id, "");
  EXPECT_FALSE(outcome.error.has_value());
}

TEST(ExecuteFate, ASessionsAnswerSaysSuccessByItsError) {
  EXPECT_TRUE(of_reply(200, R"({"data":{},"error":null,"log_id":"l"})").result->successful);
  EXPECT_FALSE(of_reply(200, R"({"data":{},"error":"no","log_id":"l"})").result->successful);
}

TEST(ExecuteFate, AKeyPlayedBackIsTakenOut) {
  auto const outcome =
      of_reply(200, R"({"data":{"h":"ak_canary_0123456789"},"error":null,"successful":true})");

  EXPECT_EQ(outcome.result->data.text, R"({"h":"[redacted]"})");
}

TEST(ExecuteFate, ComposiosOwnRefusalsSayThatNothingRan) {
  for (auto const status : {400U, 401U, 403U, 404U, 408U, 409U, 410U, 422U, 501U}) {
    auto const outcome = of_reply(status, kRefusal);
    EXPECT_EQ(outcome.fate, Fate::answered) << status;
    EXPECT_EQ(outcome.error->code, ErrorCode::not_connected) << status;
    EXPECT_FALSE(outcome.result.has_value()) << status;
  }
}

TEST(ExecuteFate, RateLimitsAndAnnouncedAbsenceMayBeSentAgain) {
  auto const limited = of_reply(429, R"({"message":"Rate limit exceeded"})", {{"retry-after", "7"}});
  auto const absent = of_reply(503, "<html>", {{"retry-after", "9"}});

  expect_nothing_ran(limited, ErrorCode::rate_limited);
  EXPECT_EQ(limited.error->retry_after, 7s);
  expect_nothing_ran(absent, ErrorCode::provider_unavailable);
  EXPECT_EQ(absent.error->retry_after, 9s);
  EXPECT_EQ(absent.error->retryable, std::nullopt);
}

TEST(ExecuteFate, FailuresOfTheServiceAreUnknown) {
  for (auto const status : {500U, 502U, 503U, 504U, 520U}) {
    expect_unknown(of_reply(status, "<html>"), std::to_string(status));
    expect_unknown(of_reply(status, kFailure), std::to_string(status) + " enveloped");
  }
  expect_unknown(of_reply(501, "<html>"), "501 of an edge");
}

TEST(ExecuteFate, UnreadableAnswersAreUnknown) {
  for (auto const* body : {"", "<html>", "null", "[]", "{}", "{\"data\":{}", R"({"successful":"maybe"})",
                           R"({"data":{}})", R"({"successful":null,"error":null,"data":{}})"})
    expect_unknown(of_reply(200, body), body);
  expect_unknown(of_reply(204, ""), "204");
}

TEST(ExecuteFate, AnEdgesRefusalIsAnAnswerButItsTimeoutIsNot) {
  EXPECT_EQ(of_reply(413, "<html>").fate, Fate::answered);
  EXPECT_EQ(of_reply(308, "").fate, Fate::answered);
  EXPECT_EQ(of_reply(308, "").error->code, ErrorCode::composio_error);
  expect_unknown(of_reply(408, "<html>"), "408");
  expect_unknown(of_reply(499, "<html>"), "499");
  expect_unknown(of_reply(303, ""), "303");
}

TEST(ExecuteFate, WhatWasNotWrittenDidNotRun) {
  auto const of_unwritten = [](HttpTrouble trouble) {
    return of_trouble(HttpProgress::not_written, trouble);
  };

  expect_nothing_ran(of_unwritten(HttpTrouble::unreachable), ErrorCode::provider_unavailable);
  expect_nothing_ran(of_unwritten(HttpTrouble::unknown_host), ErrorCode::provider_unavailable);
  expect_nothing_ran(of_unwritten(HttpTrouble::tls), ErrorCode::provider_unavailable);
  expect_nothing_ran(of_unwritten(HttpTrouble::lost), ErrorCode::provider_unavailable);
  expect_nothing_ran(of_unwritten(HttpTrouble::timed_out), ErrorCode::timeout);
  expect_nothing_ran(of_unwritten(HttpTrouble::stopped), ErrorCode::cancelled);
  expect_nothing_ran(of_unwritten(HttpTrouble::refused_endpoint), ErrorCode::not_configured);
}

TEST(ExecuteFate, WhatWasWrittenWithoutAReplyIsUnknown) {
  for (auto const trouble : {HttpTrouble::lost, HttpTrouble::truncated, HttpTrouble::too_large,
                             HttpTrouble::timed_out, HttpTrouble::stopped})
    expect_unknown(of_trouble(HttpProgress::written_no_reply, trouble),
                   std::to_string(static_cast<int>(trouble)));
}

TEST(ExecuteFate, AnUnavailableServiceThatSaysWhenToComeBackRanNothingWhateverItSays) {
  for (auto const* when : {"86401", "1000000000", "Wed, 21 Oct 2099 07:28:00 GMT", "soon", "-1"}) {
    expect_nothing_ran(of_reply(503, "<html>", {{"retry-after", when}}), ErrorCode::provider_unavailable);
  }
}

TEST(ExecuteFate, NoEscapeOfJsonHidesACredentialOfOurs) {
  auto const outcome = of_reply(
      200,
      R"({"data":{"e":"ak\u005fcanary_\u0030123456789","q":"a\"\u00e9\\u0061"},"successful":true,"error":null})");

  ASSERT_TRUE(outcome.result.has_value());
  EXPECT_EQ(outcome.result->data.text, R"({"e":"[redacted]","q":"a\"\u00e9\\u0061"})");
  auto const clean = of_reply(200, R"({"data":{"e":"\u0061b"},"successful":true,"error":null})");
  EXPECT_EQ(clean.result->data.text, R"({"e":"\u0061b"})") << "what hides nothing keeps its bytes";
}

}  // namespace
}  // namespace agenta::daemon
