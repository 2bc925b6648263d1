#include <gtest/gtest.h>

#include "daemon/composio/composio_codec.hpp"
#include "daemon/composio/proxy_fate.hpp"

namespace agenta::daemon {
namespace {

ProxyRequest request_of(std::string method) {
  ProxyRequest request;
  request.account.text = "ca_1";
  request.method = std::move(method);
  request.endpoint = "/x?a=\"b\"";
  return request;
}

TEST(ProxyCodec, WritesWhatComposioReads) {
  auto request = request_of("POST");
  request.headers = {{"X-Trace", "1"}};
  request.query = {{"page", "2"}};
  request.body = JsonText{R"({"n" : 1.50})"};

  EXPECT_EQ(encode_proxy(request),
            R"({"connected_account_id":"ca_1","endpoint":"/x?a=\"b\"","method":"POST","body":{"n" : 1.50},)"
            R"("parameters":[{"name":"X-Trace","value":"1","type":"header"},)"
            R"({"name":"page","value":"2","type":"query"}]})");
}

TEST(ProxyCodec, WritesBytesAsBase64) {
  auto request = request_of("PUT");
  request.binary = BinaryBody{"AAE=", "image/png"};

  EXPECT_NE(encode_proxy(request).find(R"("binary_body":{"base64":"AAE=","content_type":"image/png"})"),
            std::string::npos);
}

TEST(ProxyCodec, KeepsTheBytesOfAJsonBody) {
  auto const reply = parse_proxy(
      R"({"data":{"n" : 1.50},"status":201,"headers":{"content-type":"application/json","n":3}})");

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 201U);
  EXPECT_TRUE(reply->is_json);
  EXPECT_EQ(reply->body, R"({"n" : 1.50})");
  EXPECT_EQ(reply->headers, (std::vector<ProxyField>{{"content-type", "application/json"}, {"n", "3"}}));
}

TEST(ProxyCodec, TellsTextBytesAndNothingApart) {
  auto const text = parse_proxy(R"({"data":"a\nb","status":200})");
  auto const bytes = parse_proxy(
      R"({"binary_data":{"url":"https://x.test/f","content_type":"image/png","size":7},"status":200})");
  auto const nothing = parse_proxy(R"({"data":null,"status":204})");

  EXPECT_EQ(text->body, "a\nb");
  EXPECT_FALSE(text->is_json);
  ASSERT_TRUE(bytes->file);
  EXPECT_EQ(bytes->file->url, "https://x.test/f");
  EXPECT_EQ(bytes->file->size, 7);
  EXPECT_FALSE(nothing->file);
  EXPECT_EQ(nothing->body, "");
}

TEST(ProxyCodec, RefusesWhatIsNoAnswer) {
  for (char const* body : {"", "[]", "{}", R"({"status":0})", R"({"status":200,"binary_data":{}})"})
    EXPECT_FALSE(parse_proxy(body)) << body;
}

TEST(ProxyFate, TheDoorOfToolsIsTheDoorOfRequests) {
  auto const of = [](unsigned status, std::string body) {
    HttpOutcome outcome;
    outcome.progress = HttpProgress::replied;
    outcome.reply.status = status;
    outcome.reply.body = std::move(body);
    return proxy_outcome(outcome, {Operation::proxy, "POST /x", {}}, Scrubber{Secret{"ak_canary_0123"}});
  };
  constexpr auto kEnvelope =
      R"({"error":{"message":"no","code":606,"slug":"ConnectedAccount_ResourceNotFound"}})";

  EXPECT_EQ(of(200, R"({"status":404,"data":{}})").fate, Fate::answered);
  EXPECT_EQ(of(200, R"({"status":404,"data":{}})").reply->status, 404U);
  EXPECT_EQ(of(200, "<html>").fate, Fate::unknown);
  EXPECT_EQ(of(200, "<html>").error->code, ErrorCode::outcome_unknown);
  for (unsigned const status : {500U, 502U, 504U})
    EXPECT_EQ(of(status, kEnvelope).fate, Fate::unknown) << status;
  EXPECT_EQ(of(404, kEnvelope).fate, Fate::answered);
  EXPECT_EQ(of(429, "{}").fate, Fate::nothing_ran);
  auto const echoed = of(200, R"({"status":200,"data":"ak_canary_0123","headers":{"x":"ak_canary_0123"}})");
  EXPECT_EQ(echoed.reply->body.find("canary"), std::string::npos);
  EXPECT_EQ(echoed.reply->headers.at(0).value.find("canary"), std::string::npos);
}

TEST(InputCodec, ReadsArgumentsAndTheReasonWhyThereAreNone) {
  auto const none = parse_input(R"({"error":"too vague"})");

  EXPECT_EQ(parse_input(R"({"arguments":{"n" : 1.0}})")->text, R"({"n" : 1.0})");
  EXPECT_EQ(parse_input(R"({"arguments":{"n":1},"error":null})")->text, R"({"n":1})");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::invalid_arguments);
  EXPECT_NE(none.error().message.find("too vague"), std::string::npos);
  EXPECT_EQ(parse_input("{}").error().code, ErrorCode::composio_error);
  EXPECT_EQ(encode_input({{"T"}, "1", "a \"b\""}), R"({"text":"a \"b\"","version":"1"})");
}

}  // namespace
}  // namespace agenta::daemon
