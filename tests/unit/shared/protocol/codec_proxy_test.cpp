#include "shared/protocol/codec_proxy.hpp"

#include <gtest/gtest.h>

#include "shared/protocol/codec_tool_input.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::protocol {
namespace {

ProxyAnswer sample() {
  ProxyAnswer answer;
  answer.execution.text = "0192f000-0000-7000-8000-000000000001";
  answer.integration.text = "github";
  answer.connection.slug = "work";
  answer.connection.id.text = "0192f000-0000-7000-8000-000000000002";
  answer.method = "POST";
  answer.url = "/x";
  answer.status = 404;
  answer.headers = {{"x-trick", R"(,"body_base64":")"}, {"content-type", "text/plain"}};
  answer.content_type = "text/plain";
  answer.attempts = 2;
  answer.error = fail(ErrorCode::tool_failed, "github answered 404").error();
  return answer;
}

/// The same answer: of an error, what the table of codes does not add.
void expect_same(ProxyAnswer read, ProxyAnswer const& written) {
  ASSERT_TRUE(read.error);
  EXPECT_EQ(read.error->code, written.error->code);
  EXPECT_EQ(read.error->message, written.error->message);
  read.error = written.error;
  EXPECT_EQ(read, written);
}

TEST(CodecProxy, ACallComesBackAsItWent) {
  ProxyCall call;
  call.id.text = "0192f000-0000-7000-8000-000000000001";
  call.integration.text = "github";
  call.method = "PUT";
  call.url = "/x";
  call.headers = {{"A", "1"}, {"A", "2"}};
  call.query = {{"q", "\"æ"}};
  call.binary = BinaryBody{"AAE=", "image/png"};
  call.connection = "work";
  call.session = "agent";
  call.approval.text = "0192f000-0000-7000-8000-000000000002";
  call.on_ask = OnAsk::come_back;
  ProxyCall with_json = call;
  with_json.binary.reset();
  with_json.body = JsonText{R"({"n" : 1.50})"};
  with_json.on_ask = OnAsk::wait;

  EXPECT_EQ(decode_proxy_call(encode_proxy_call(call)).value(), call);
  EXPECT_EQ(decode_proxy_call(encode_proxy_call(with_json)).value(), with_json);
  for (char const* bad : {"", "[]", "{}", R"({"integration_slug":"g","method":"GET"})",
                          R"({"integration_slug":"g","method":"GET","url":"/","headers":[{"value":"x"}]})",
                          R"({"integration_slug":"g","method":"GET","url":"/","binary_body":{}})",
                          R"({"integration_slug":"g","method":"GET","url":"/","on_ask":"never"})",
                          R"({"integration_slug":"g","method":"GET","url":"/","approval":"x"})",
                          R"({"id":"x","integration_slug":"g","method":"GET","url":"/"})"})
    EXPECT_FALSE(decode_proxy_call(bad)) << bad;
}

TEST(CodecProxy, AnAnswerComesBackAsItWent) {
  auto answer = sample();
  answer.body = JsonText{R"("a\nb")"};

  expect_same(decode_proxy_answer(encode_proxy_answer(answer)).value(), answer);
  EXPECT_FALSE(find_proxy_bytes(encode_proxy_answer(answer)));
}

TEST(CodecProxy, BytesFollowTheHeadWhateverTheHeadersSay) {
  auto const head = encode_proxy_head(sample());
  auto const document = head + "AAEC" + std::string{kProxyTail};

  EXPECT_TRUE(is_json(document)) << document;
  EXPECT_EQ(find_member(document, "body_base64"), "\"AAEC\"");
  EXPECT_EQ(find_proxy_bytes(document), head.size());
  expect_same(decode_proxy_head(head).value(), sample());
}

TEST(CodecToolInput, ComesBackAsItWent) {
  ToolInput const input{{"T"}, "3", JsonText{R"({"n" : 1.50})"}, JsonText{R"({"n":2})"}};
  ToolInputRequest const request{"words", "3"};

  EXPECT_EQ(decode_tool_input(encode_tool_input(input)).value(), input);
  EXPECT_EQ(decode_tool_input_request(encode_tool_input_request(request)).value(), request);
  EXPECT_FALSE(decode_tool_input_request("{}"));
}

}  // namespace
}  // namespace agenta::protocol
