#include <gtest/gtest.h>

#include "samples.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::protocol {
namespace {

TEST(ConnectionReports, ComeBackAsTheyWere) {
  auto const events =
      decode_connection_events(encode_connection_events(samples::page_of(samples::connection_event())));
  ASSERT_TRUE(events) << events.error().message;
  EXPECT_EQ(events->items.front(), samples::connection_event());

  auto const sync = decode_sync_report(encode_sync_report(samples::sync_report(), ""));
  ASSERT_TRUE(sync) << sync.error().message;
  EXPECT_EQ(*sync, samples::sync_report());

  auto const prune = decode_prune_report(encode_prune_report(samples::prune_report()));
  ASSERT_TRUE(prune) << prune.error().message;
  EXPECT_EQ(*prune, samples::prune_report());

  auto const check = decode_connection_check(encode_connection_check(samples::connection_check(), ""));
  ASSERT_TRUE(check) << check.error().message;
  EXPECT_EQ(*check, samples::connection_check());
}

TEST(ConnectionReports, AnUnknownHealthIsSaid) {
  auto const check =
      decode_connection_check(R"({"health":"poorly","connection":{"id":"x","status":"ACTIVE"}})");

  ASSERT_FALSE(check);
  EXPECT_NE(check.error().message.find("health"), std::string::npos);
}

TEST(ConnectionPatches, KeepWhatIsNotGivenApartFromWhatIsEmpty) {
  auto const renamed = decode_connection_patch(R"({"name":""})");
  ASSERT_TRUE(renamed);
  EXPECT_EQ(renamed->name, "");
  EXPECT_FALSE(renamed->slug);
  EXPECT_FALSE(renamed->make_default);

  EXPECT_FALSE(decode_connection_patch(R"({"is_default":false})"));
}

}  // namespace
}  // namespace agenta::protocol
