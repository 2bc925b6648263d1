#include <gtest/gtest.h>

#include <string>

#include "shared/protocol/codec.hpp"
#include "shared/protocol/json_slice.hpp"
#include "tests/unit/shared/protocol/samples.hpp"

namespace agenta::protocol {
namespace {

TEST(CatalogCodec, SearchComesBackWhole) {
  auto const back = decode_search(encode_search(samples::search_result()));

  ASSERT_TRUE(back);
  EXPECT_EQ(*back, samples::search_result());
}

TEST(CatalogCodec, DefinitionsComeBackWhole) {
  auto const back = decode_definitions(encode_definitions({samples::definition()}));

  ASSERT_TRUE(back);
  ASSERT_EQ(back->items.size(), 1U);
  EXPECT_EQ(back->items.front(), samples::definition());
}

TEST(CatalogCodec, StatusComesBackWhole) {
  auto const back = decode_catalog_status(encode_catalog_status(samples::catalog_status()));

  ASSERT_TRUE(back);
  EXPECT_EQ(*back, samples::catalog_status());
}

TEST(CatalogCodec, AStatusWithoutAnErrorHasNone) {
  auto const back = decode_catalog_status(encode_catalog_status({}));

  ASSERT_TRUE(back);
  EXPECT_EQ(*back, CatalogStatus{});
}

TEST(CatalogCodec, ARefreshRequestComesBackWhole) {
  auto const back = decode_refresh_request(encode_refresh_request({.integrations = {"github"}, .all = true}));

  ASSERT_TRUE(back);
  EXPECT_EQ(back->integrations, std::vector<std::string>{"github"});
  EXPECT_TRUE(back->all);
}

TEST(CatalogCodec, AnItemComesBackAsTheIntegrationItWas) {
  Integration expected = samples::integration();
  expected.updated_at.clear();  // compared within the daemon, never told

  auto const back = decode_integration_item(encode_integration_item(samples::integration()));

  ASSERT_TRUE(back);
  EXPECT_EQ(*back, expected);
}

TEST(CatalogCodec, ItemsSplicedWithTheirStateAreTheListEncodedWhole) {
  IntegrationState state;
  state.connection = samples::connection().id;
  state.status = ConnectionStatus::active;
  Category const category{"developer-tools", "Developer tools"};
  Page<std::string> items;
  items.items = {encode_integration_item(samples::integration())};
  items.total = samples::page_of(samples::integration()).total;
  items.next_cursor = samples::page_of(samples::integration()).next_cursor;

  EXPECT_EQ(encode_integration_items(items, {state}, encode_category_array({category})),
            encode_integrations(samples::page_of(samples::integration()), {state}, {category}));
}

TEST(CatalogCodec, LeavesOutElementsThatAreNoCategories) {
  auto const categories =
      decode_category_array(R"([{"slug":"a","name":"A"},7,{"name":"no slug"},{"slug":"b"}])");

  ASSERT_EQ(categories.size(), 2U);
  EXPECT_EQ(categories[0].name, "A");
  EXPECT_EQ(categories[1].slug, "b");
}

TEST(CatalogCodec, TellsWhatIsWrongWithAFind) {
  auto const bad = decode_search(R"({"items":[{"slug":"X","score":"high"}]})");

  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().message.find("items.score"), std::string::npos) << bad.error().message;
}

}  // namespace
}  // namespace agenta::protocol
