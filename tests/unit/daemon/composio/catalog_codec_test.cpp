#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "daemon/composio/composio_codec.hpp"

namespace agenta::daemon {
namespace {

std::string tools_page(std::string const& items) { return R"({"items":[)" + items + "]}"; }

std::vector<std::string> slugs_of(Result<Page<Tool>> const& page) {
  auto slugs = std::vector<std::string>{};
  for (auto const& tool : page.value().items) slugs.push_back(tool.slug.text);
  return slugs;
}

TEST(CatalogCodec, KeepsEveryByteOfASchema) {
  std::string const schema = R"({ "type" : "object", "z":1.50e+01, "a":"\u00e9\/", "z": {"b":[1,  2]} })";

  auto const page =
      parse_tools(tools_page(R"({"slug":"A","input_parameters":)" + schema + R"(,"output_parameters":{}})"));
  auto const single = parse_tool(R"({"slug":"A","output_parameters":)" + schema + "}");

  EXPECT_EQ(page->items.at(0).input_schema.text, schema);
  EXPECT_EQ(page->items.at(0).output_schema.text, "{}");
  EXPECT_EQ(single->output_schema.text, schema);
}

TEST(CatalogCodec, ASchemaThatIsNoObjectBecomesAnEmptyOne) {
  for (auto const* schema : {"null", "[]", "\"{}\"", "7", "true"}) {
    auto const page =
        parse_tools(tools_page(std::string{R"({"slug":"A","input_parameters":)"} + schema + "}"));

    EXPECT_EQ(page->items.at(0).input_schema.text, "{}") << schema;
    EXPECT_EQ(page->items.at(0).output_schema.text, "{}") << "there is none";
  }
}

TEST(CatalogCodec, ABrokenItemCostsItselfAndNoOther) {
  auto const page = parse_tools(tools_page(R"(7, null, "text", [], {}, {"name":"no slug"}, {"slug":null},
      {"slug":"CUT","description":"cut \ud83d"}, {"slug":"HUGE","input_parameters":{"maximum":1e999}},
      {"slug":"ODD","tags":[1e999],"scopes":7,"toolkit":[],"no_auth":"perhaps","version":1}, {"slug":"LAST"})"));

  EXPECT_EQ(slugs_of(page), (std::vector<std::string>{"CUT", "HUGE", "ODD", "LAST"}));
  EXPECT_EQ(page->items[0].description, "cut \xEF\xBF\xBD");
  EXPECT_EQ(page->items[1].input_schema.text, R"({"maximum":1e999})");
  EXPECT_TRUE(page->items[2].tags.empty());
  EXPECT_EQ(page->items[2].version, "1");
}

TEST(CatalogCodec, LeavesOutWhatCouldBeNoName) {
  std::string const longest(200, 'A');
  std::string const good = R"({"slug":"GOOD"},)";
  for (std::string const slug : {"..", ".", ".A", "-A", "A B", "A/B", "A\\\\B", "A\\n", "A\\u0000", "\\u00e9",
                                 "A:B", "A%20", "$(A)", "*"}) {
    std::string const bad = R"({"slug":")" + slug + R"("})";
    EXPECT_EQ(parse_tools(tools_page(good + bad))->items.size(), 1U) << slug;
    EXPECT_EQ(parse_integrations(tools_page(good + bad))->items.size(), 1U) << slug;
    EXPECT_FALSE(parse_tool(bad)) << slug;
    EXPECT_FALSE(parse_integration(bad)) << slug;
    EXPECT_EQ(parse_tools(tools_page(good + R"({"slug":"A","toolkit":)" + bad + "}"))->items.size(), 1U)
        << slug;
  }
  EXPECT_EQ(parse_tools(tools_page(good + R"({"slug":")" + longest + R"(A"})"))->items.size(), 1U);
  EXPECT_EQ(slugs_of(parse_tools(tools_page(R"({"slug":"_21risk_a.b-C9"},{"slug":")" + longest + R"("})"))),
            (std::vector<std::string>{"_21RISK_A.B-C9", longest}));
}

TEST(CatalogCodec, APageOfWhichNothingCanBeReadIsNoList) {
  EXPECT_FALSE(parse_integrations(tools_page(R"(1,{"x":1},"s")")));
  EXPECT_FALSE(parse_tools(tools_page(R"({"slug":".."})")));
  EXPECT_TRUE(parse_tools(tools_page("")));
}

TEST(CatalogCodec, LeavesControlCharactersOfATextToWhoeverShowsIt) {
  auto const page =
      parse_tools(tools_page(R"({"slug":"A","name":"a\u001b[31m","description":"\u202e\u0007"})"));

  EXPECT_EQ(page->items.at(0).name, "a\x1b[31m");
  EXPECT_EQ(page->items.at(0).description, "\xE2\x80\xAE\x07");
}

TEST(CatalogCodec, TakesTheLastOfEqualMembers) {
  auto const page =
      parse_tools(R"({"items":[],"items":[{"slug":"A","slug":"B"}],"total_items":1,"total_items":9})");

  EXPECT_EQ(slugs_of(page), std::vector<std::string>{"B"});
  EXPECT_EQ(page->total, 9);
}

TEST(CatalogCodec, ReadsWhenAToolkitWasLastChanged) {
  auto const page = parse_integrations(
      R"({"items":[{"slug":"github","meta":{"updated_at":"2026-08-25T09:11:00.000Z"}},
                   {"slug":"gmail","meta":{"updated_at":1756113060}},{"slug":"slack","meta":"none"}]})");
  auto const detail = parse_integration(R"({"slug":"github","meta":{"updated_at":"2026-08-26"}})");

  EXPECT_EQ(page->items[0].updated_at, "2026-08-25T09:11:00.000Z");
  EXPECT_EQ(page->items[1].updated_at, "1756113060");
  EXPECT_EQ(page->items[2].updated_at, "");
  EXPECT_EQ(detail->integration.updated_at, "2026-08-26");
}

TEST(CatalogCodec, ReadsWhatASearchFoundPrimaryToolsFirstAndNoneTwice) {
  auto const found = parse_found_tools(R"({"success":true,"error":null,"results":[
      {"primary_tool_slugs":["GITHUB_GET_AN_ISSUE","github_list_issues"],
       "related_tool_slugs":["GMAIL_SEND_EMAIL","GITHUB_GET_AN_ISSUE","../etc",7]},
      {"primary_tool_slugs":["JIRA_GET_ISSUE"],"related_tool_slugs":null,"error":null}]})");

  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found,
            (std::vector<ToolSlug>{
                {"GITHUB_GET_AN_ISSUE"}, {"GITHUB_LIST_ISSUES"}, {"JIRA_GET_ISSUE"}, {"GMAIL_SEND_EMAIL"}}));
}

TEST(CatalogCodec, TakesNoMoreFindsThanAnyoneReads) {
  auto slugs = std::string{"\"TOOL_0\""};
  for (auto number = 1; number < 10'000; ++number) slugs += ",\"TOOL_" + std::to_string(number) + "\"";

  auto const found = parse_found_tools(R"({"results":[{"primary_tool_slugs":[)" + slugs + "]}]}");

  ASSERT_EQ(found->size(), 100U);
  EXPECT_EQ(found->back().text, "TOOL_99");
  EXPECT_FALSE(parse_search_session(R"({"session_id":")" + std::string(201, 'a') + R"("})"));
  EXPECT_FALSE(parse_search_session(R"({"session_id":null})"));
}

TEST(CatalogCodec, ASearchThatFailedSaysWhyInItsOwnWords) {
  auto const why = [](std::string const& body) {
    auto const found = parse_found_tools(body);
    if (found) return std::string{"found"};
    EXPECT_EQ(found.error().code, ErrorCode::composio_error);
    return found.error().message;
  };

  EXPECT_EQ(why(R"({"success":false,"error":"1 out of 1 searches failed","results":[]})"),
            "Composio's search failed: 1 out of 1 searches failed");
  EXPECT_EQ(why(R"({"success":true,"error":null,"results":[{"error":"the index is down"}]})"),
            "Composio's search failed: the index is down");
  EXPECT_EQ(why(R"({"success":false,"error":null,"results":[]})"),
            "Composio's search failed: no reason was given");
  EXPECT_EQ(why("<html>"), "Composio's answer cannot be read: no search results");
  EXPECT_EQ(why("{}"), "Composio's answer cannot be read: no search results");
  EXPECT_LT(why(R"({"error":")" + std::string(9000, 'x') + R"("})").size(), 600U);
}

}  // namespace
}  // namespace agenta::daemon
