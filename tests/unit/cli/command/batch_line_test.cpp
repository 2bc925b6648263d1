#include "cli/command/batch_line.hpp"

#include <gtest/gtest.h>

#include "shared/base/id.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

std::string why(std::string_view text) {
  auto const parsed = parse_batch_line(text, 7);
  return parsed ? "" : parsed.error().message;
}

TEST(BatchLine, TakesAWholeCallAndKeepsTheBytesOfItsArguments) {
  auto const parsed = parse_batch_line(
      R"({"id":"a","tool":"T","arguments":{"n" : 1.50},"connection":"work","idempotency_key":"k","tool_version":"v"})",
      1);

  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->id, "\"a\"");
  EXPECT_EQ(parsed->call.tool, "T");
  EXPECT_EQ(parsed->call.arguments.text, R"({"n" : 1.50})");
  EXPECT_EQ(parsed->call.connection, "work");
  EXPECT_EQ(parsed->call.idempotency_key, "k");
  EXPECT_EQ(parsed->call.tool_version, "v");
}

TEST(BatchLine, NeedsNothingButATool) {
  auto const parsed = parse_batch_line(R"({"tool":"T","id":null,"arguments":null,"connection":null})", 12);

  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->id, "12");
  EXPECT_EQ(parsed->call.arguments.text, "{}");
}

TEST(BatchLine, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(why("nope"), "line 7 is not JSON");
  EXPECT_EQ(why("{\"tool\":\"T\"} {}"), "line 7 is not JSON");
  EXPECT_EQ(why("[1]"), "line 7 is no JSON object");
  EXPECT_EQ(why("{}"), "line 7 names no tool");
  EXPECT_EQ(why(R"({"tool":"T","arguments":[]})"), "line 7 has arguments that are no object");
  EXPECT_EQ(why(R"({"tool":1})"), "line 7 has a tool that is no text");
  EXPECT_EQ(why(R"({"tool":"T","id":{}})"), "line 7 has an id that is neither text nor number");
  EXPECT_NE(why(R"({"tool":"T","argument":{}})").find("has a member argument"), std::string::npos);
}

TEST(BatchLine, KeepsTheIdOfALineThatIsNoCall) {
  EXPECT_EQ(batch_line_id(R"({"id":5.0,"arguments":[]})", 3), "5.0");
  EXPECT_EQ(batch_line_id(R"({"id":[1]})", 3), "3");
  EXPECT_EQ(batch_line_id("nope", 3), "3");
}

TEST(BatchLine, MarksIdsByTheLineTheyAreOf) {
  BatchId const batch{"0193a1b2-c3d4-7e5f-8a9b-000000000003"};

  std::string const id = make_marked_id(batch, 4, R"({"tool":"T"})");

  EXPECT_TRUE(is_uuid(id)) << id;
  EXPECT_EQ(id[14], '7');
  EXPECT_NE(id, make_marked_id(batch, 4, R"({"tool":"T"})"));
  EXPECT_TRUE(has_mark(id, batch, 4, R"({"tool":"T"})"));
  EXPECT_FALSE(has_mark(id, batch, 4, R"({"tool":"U"})"));
  EXPECT_FALSE(has_mark(id, batch, 5, R"({"tool":"T"})"));
  EXPECT_FALSE(has_mark(id, BatchId{make_uuid_v7()}, 4, R"({"tool":"T"})"));
  EXPECT_FALSE(has_mark(make_uuid_v7(), batch, 4, R"({"tool":"T"})"));
  EXPECT_FALSE(has_mark("x", batch, 4, R"({"tool":"T"})"));
}

TEST(BatchLine, WritesOneLineWhateverTheToolGave) {
  BatchOutcome outcome;
  outcome.id = "\"a\"";
  outcome.line = 2;
  outcome.tool = "T";
  outcome.execution_id = "e";
  outcome.state = ExecutionState::succeeded;
  outcome.data = "{\n  \"n\" : 1.50,\r\n  \"text\" : \"a\\nb\"\n}";

  std::string const line = write_batch_outcome(outcome);

  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(line.find('\r'), std::string::npos);
  EXPECT_TRUE(protocol::is_json(line));
  EXPECT_NE(line.find(R"("n" : 1.50)"), std::string::npos);
  EXPECT_EQ(protocol::find_member(line, "successful"), "true");
  EXPECT_EQ(protocol::find_member(line, "error"), "null");
  EXPECT_EQ(protocol::find_member(line, "result_file"), std::nullopt);
}

TEST(BatchLine, WritesAFailureWithItsCode) {
  BatchOutcome outcome;
  outcome.id = "2";
  outcome.line = 2;
  outcome.error = fail(ErrorCode::invalid_request, "line 2 is not JSON").error();

  std::string const line = write_batch_outcome(outcome);

  EXPECT_EQ(protocol::find_member(line, "tool"), "null");
  EXPECT_EQ(protocol::find_member(line, "state"), "\"refused\"");
  EXPECT_EQ(protocol::find_member(line, "successful"), "false");
  EXPECT_EQ(protocol::find_pointer(line, "/error/code"), "\"INVALID_REQUEST\"");
}

}  // namespace
}  // namespace agenta::cli
