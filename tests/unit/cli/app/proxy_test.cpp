#include <gtest/gtest.h>

#include "shared/protocol/codec_proxy.hpp"
#include "shared/protocol/json_slice.hpp"
#include "tests/unit/cli/app/rig.hpp"

namespace agenta::cli {
namespace {

std::string answer_of(std::optional<std::string> body, std::string content_type = "application/json",
                      unsigned status = 200) {
  ProxyAnswer answer;
  answer.execution.text = "0192f000-0000-7000-8000-000000000001";
  answer.integration.text = "github";
  answer.connection.slug = "work";
  answer.method = "GET";
  answer.url = "/x";
  answer.status = status;
  answer.headers = {{"content-type", content_type}};
  answer.content_type = std::move(content_type);
  if (body) answer.body = JsonText{*std::move(body)};
  if (status >= 400) answer.error = fail(ErrorCode::tool_failed, "github answered").error();
  return protocol::encode_proxy_answer(answer);
}

std::string bytes_answer(std::string base64) {
  ProxyAnswer answer;
  answer.status = 200;
  answer.content_type = "image/png";
  return protocol::encode_proxy_head(answer) + std::move(base64) + std::string{protocol::kProxyTail};
}

TEST(Proxy, SendsWhatItWasGiven) {
  Rig rig;
  rig.answers(answer_of("{}"));

  EXPECT_EQ(rig.run({"proxy", "GitHub", "post", "/x?a=1", "-H", "X-Trace: 7", "--query", "b=2", "-d",
                     R"({"n" : 1.0})", "-c", "work"}),
            0);
  ASSERT_EQ(rig.seen.size(), 1U);
  EXPECT_EQ(rig.seen[0].target, "/api/tools/proxy");
  auto const call = protocol::decode_proxy_call(rig.seen[0].body);
  ASSERT_TRUE(call);
  EXPECT_EQ(call->integration.text, "github");
  EXPECT_EQ(call->method, "POST");
  EXPECT_EQ(call->url, "/x?a=1");
  EXPECT_EQ(call->headers, (std::vector<ProxyField>{{"X-Trace", "7"}}));
  EXPECT_EQ(call->query, (std::vector<ProxyField>{{"b", "2"}}));
  EXPECT_EQ(call->body->text, R"({"n" : 1.0})");
  EXPECT_EQ(call->connection, "work");
  EXPECT_TRUE(is_uuid(call->id.text));
}

TEST(Proxy, PrintsABodyAsItCame) {
  for (auto const& [body, type, printed] :
       {std::tuple{R"({"n" : 1.50})", "application/json", "{\"n\" : 1.50}\n"},
        {R"("a\nb")", "text/plain", "a\nb"},
        {R"("a\nb")", "application/json; charset=utf-8", "\"a\\nb\"\n"}}) {
    Rig rig;
    rig.answers(answer_of(body, type));

    EXPECT_EQ(rig.run({"proxy", "github", "GET", "/x"}), 0);
    EXPECT_EQ(rig.capture.out, printed);
  }
}

TEST(Proxy, PrintsBytesIntoAPipeAndNotOnATerminal) {
  Rig pipe;
  pipe.answers(bytes_answer("AAEC"));
  Rig terminal;
  terminal.shape.out_is_tty = terminal.shape.err_is_tty = true;
  terminal.answers(bytes_answer("AAEC"));

  EXPECT_EQ(pipe.run({"proxy", "github", "GET", "/x"}), 0);
  EXPECT_EQ(terminal.run({"proxy", "github", "GET", "/x"}), 0);

  EXPECT_EQ(pipe.capture.out, std::string("\0\1\2", 3));
  EXPECT_EQ(terminal.capture.out, "");
  EXPECT_NE(terminal.capture.err.find("image/png"), std::string::npos);
}

TEST(Proxy, FailsOnARefusalOnlyWhereAsked) {
  Rig rig;
  rig.answers(answer_of(R"({"message":"no"})", "application/json", 404));

  EXPECT_EQ(rig.run({"proxy", "github", "GET", "/x"}), 0);
  EXPECT_EQ(rig.run({"proxy", "github", "GET", "/x", "--fail"}), 1);
}

TEST(Proxy, TheJournalSaysWhatBecameOfALostAnswer) {
  for (auto const& [state, exit] : {std::pair{"unknown", 10}, {"succeeded", 11}, {"failed", 11}}) {
    Rig rig;
    rig.lost_reply = true;
    rig.answer = [state](ServiceRequest const& request) -> Result<ServiceReply> {
      if (request.method == "POST") return fail(ErrorCode::daemon_unavailable, "the daemon hung up");
      return reply_with(std::string{R"({"id":"x","tool":"PROXY_POST","data":{"status":201},"state":")"} +
                        state + "\"}");
    };

    EXPECT_EQ(rig.run({"proxy", "github", "POST", "/x", "-d", "{}"}), exit) << state;
    EXPECT_EQ(rig.seen.size(), 2U) << "and it was not made again";
  }
}

TEST(Proxy, WhatTheJournalDoesNotKnowIsMadeOnceMoreUnderTheSameId) {
  Rig rig;
  rig.lost_reply = true;
  rig.answer = [&rig](ServiceRequest const& request) -> Result<ServiceReply> {
    if (request.method == "GET") return fail(ErrorCode::execution_not_found, "no such execution");
    if (rig.seen.size() == 1) return fail(ErrorCode::daemon_unavailable, "the daemon hung up");
    return reply_with(answer_of("{}"));
  };

  EXPECT_EQ(rig.run({"proxy", "github", "POST", "/x", "-d", "{}"}), 0);
  ASSERT_EQ(rig.seen.size(), 3U);
  EXPECT_EQ(protocol::find_member(rig.seen[0].body, "id"), protocol::find_member(rig.seen[2].body, "id"));
}

TEST(ExecuteText, MergesWhatWasGivenOverWhatWasWrittenAndHidesSecrets) {
  Rig rig;
  rig.answer = [](ServiceRequest const& request) -> Result<ServiceReply> {
    if (request.target == "/api/tools/executions?output=data") return reply_with("1");
    EXPECT_EQ(request.target, "/api/tools/tools/T/input");
    return reply_with(
        R"({"tool":"T","tool_version":"3","arguments":{"a":{"x":1,"y":2},"k":"s3cret","b":[1]},)"
        R"("shown":{"a":{"x":1,"y":2},"k":"[redacted]","b":[1]}})");
  };

  EXPECT_EQ(rig.run({"execute", "T", "--text", "words", "a.x:=7", "c=new", "password=hush", "--yes"}), 0);

  ASSERT_EQ(rig.seen.size(), 2U);
  EXPECT_EQ(protocol::find_member(rig.seen[1].body, "arguments"),
            R"({"a":{"x":7,"y":2},"k":"s3cret","b":[1],"c":"new","password":"hush"})");
  EXPECT_EQ(protocol::find_member(rig.seen[1].body, "tool_version"), "\"3\"");
  EXPECT_EQ(rig.capture.err.find("s3cret"), std::string::npos);
  EXPECT_EQ(rig.capture.err.find("hush"), std::string::npos);
}

}  // namespace
}  // namespace agenta::cli
