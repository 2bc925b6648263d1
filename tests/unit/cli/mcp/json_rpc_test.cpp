#include "cli/mcp/json_rpc.hpp"

#include <gtest/gtest.h>

namespace agenta::mcp {
namespace {

TEST(JsonRpc, KeepsAnIdAsItWasWritten) {
  for (std::string const id :
       {"1", "0", "-7", "\"1\"", "\"\"", "\"\\u0061\"", "123456789012345678901234567890"}) {
    auto const message = read_message(R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"ping"})");

    ASSERT_TRUE(message) << id;
    EXPECT_EQ(message->id, id);
    EXPECT_EQ(message->kind, Message::Kind::request);
  }
}

TEST(JsonRpc, RefusesIdsOfOtherTypesWithoutEchoingThem) {
  for (std::string const id : {"null", "1.5", "1e3", "true", "{}", "[1]"}) {
    auto const message = read_message(R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"ping"})");

    ASSERT_FALSE(message) << id;
    EXPECT_EQ(message.error().error.code, kInvalidRequest);
    EXPECT_TRUE(message.error().id.empty());
  }
}

TEST(JsonRpc, RefusesBatchesAndWhatIsNoObject) {
  for (std::string const text :
       {"[]", R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])", "1", "\"a\"", "null"}) {
    auto const message = read_message(text);

    ASSERT_FALSE(message) << text;
    EXPECT_EQ(message.error().error.code, kInvalidRequest);
  }
}

TEST(JsonRpc, ToldWhatIsNoJsonOrNoUtf8ApartFromTheRest) {
  for (std::string const& text :
       {std::string{"{"}, std::string{"nonsense"}, std::string{"{} {}"}, std::string{"\xEF\xBB\xBF{}"},
        std::string{"{\"a\":\"\xFF\"}"}, std::string{"{\"a\":\"\xED\xA0\x80\"}"}, std::string{"\0", 1}}) {
    auto const message = read_message(text);

    ASSERT_FALSE(message) << text;
    EXPECT_EQ(message.error().error.code, kParseError) << text;
    EXPECT_TRUE(message.error().id.empty());
  }
}

TEST(JsonRpc, NamesTheRequestThatItRefuses) {
  auto const wrong_version = read_message(R"({"jsonrpc":"1.0","id":7,"method":"ping"})");
  auto const wrong_method = read_message(R"({"jsonrpc":"2.0","id":8,"method":5})");
  auto const wrong_params = read_message(R"({"jsonrpc":"2.0","id":9,"method":"ping","params":[1]})");

  EXPECT_EQ(wrong_version.error().id, "7");
  EXPECT_EQ(wrong_method.error().id, "8");
  EXPECT_EQ(wrong_params.error().id, "9");
  EXPECT_EQ(wrong_params.error().error.code, kInvalidParams);
}

TEST(JsonRpc, TellsAnswersFromRequests) {
  auto const answer = read_message(R"({"jsonrpc":"2.0","id":"agenta-1","result":{"action":"accept"}})");
  auto const failure = read_message(R"({"jsonrpc":"2.0","id":"agenta-1","error":{"code":1,"message":"no"}})");

  EXPECT_EQ(answer->kind, Message::Kind::response);
  EXPECT_EQ(answer->result, R"({"action":"accept"})");
  EXPECT_EQ(failure->kind, Message::Kind::response);
  EXPECT_EQ(failure->result, "");
}

TEST(JsonRpc, AnErrorWithoutARequestHasNoId) {
  EXPECT_EQ(write_error("", {.code = kParseError, .message = "x"}),
            R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"x"}})");
}

}  // namespace
}  // namespace agenta::mcp
