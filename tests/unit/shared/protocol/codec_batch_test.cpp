#include "shared/protocol/codec_batch.hpp"

#include <gtest/gtest.h>

#include "tests/unit/shared/protocol/samples.hpp"

namespace agenta::protocol {
namespace {

TEST(CodecBatch, ABatchComesBackAsItWas) {
  Batch batch;
  batch.id.text = "0193a1b2-c3d4-7e5f-8a9b-000000000004";
  batch.source = "a \"file\".ndjson";
  batch.created_at = samples::at("2026-11-23T20:45:00.000Z");
  batch.finished_at = samples::at("2026-11-23T20:46:00.000Z");
  batch.actor = samples::execution().actor;

  EXPECT_EQ(decode_batch(encode_batch(batch)).value(), batch);
  EXPECT_EQ(decode_batch(encode_batch(batch, BatchCounts{})).value(), batch);
}

TEST(CodecBatch, LinesComeBackAsTheyWere) {
  BatchLines lines;
  lines.items = {{1, ExecutionState::succeeded, {"e1"}}, {1'000'000, ExecutionState::unknown, {"e2"}}};
  lines.next_after = 1'000'000;

  auto const again = decode_batch_lines(encode_batch_lines(lines));

  ASSERT_TRUE(again);
  EXPECT_EQ(again->items, lines.items);
  EXPECT_EQ(again->next_after, lines.next_after);
  EXPECT_EQ(decode_batch_lines(encode_batch_lines({}))->next_after, std::nullopt);
}

TEST(CodecBatch, NamesWhatIsWrongWithADocument) {
  EXPECT_EQ(decode_begin_batch("{}").error().code, ErrorCode::invalid_request);
  EXPECT_EQ(decode_begin_batch(R"({"source":""})").error().code, ErrorCode::invalid_request);
  EXPECT_EQ(decode_batch("[]").error().code, ErrorCode::invalid_request);
  EXPECT_EQ(decode_batch_lines(R"({"items":[{"line":1,"state":"done"}]})").error().code,
            ErrorCode::invalid_request);
}

TEST(CodecBatch, EncodesWhatIsInATarget) {
  EXPECT_EQ(list_batches("", std::nullopt).target, "/api/tools/batches");
  EXPECT_EQ(list_batches("a&b", 3).target, "/api/tools/batches?cursor=a%26b&limit=3");
  EXPECT_EQ(list_batches("", 3).target, "/api/tools/batches?limit=3");
  EXPECT_EQ(get_batch("a/b").target, "/api/tools/batches/a%2Fb");
  EXPECT_EQ(list_batch_lines("b", 7, 9).target, "/api/tools/batches/b/lines?after=7&limit=9");
  EXPECT_EQ(finish_batch("b").method, "POST");
}

}  // namespace
}  // namespace agenta::protocol
