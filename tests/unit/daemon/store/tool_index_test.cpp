#include "daemon/store/tool_index.hpp"

#include <algorithm>

#include "daemon/store/catalog_store.hpp"
#include "tests/unit/daemon/store/store_test_support.hpp"

namespace agenta::daemon::store {
namespace {

using Need = IndexTerm::Need;

struct ToolIndexTest : testing::Test {
  TemporaryDirectory directory;
  std::unique_ptr<CatalogStore> store = std::move(CatalogStore::open(directory / "catalog.db")).value();
  std::vector<Integration> integrations{};
  std::vector<Tool> tools{};

  void add_integration(std::string slug, std::string name) {
    Integration& each = integrations.emplace_back();
    each.slug.text = std::move(slug);
    each.name = std::move(name);
  }
  void add_tool(std::string slug, std::string of, std::string description = "") {
    Tool& each = tools.emplace_back();
    each.slug.text = std::move(slug);
    each.integration.text = std::move(of);
    each.description = std::move(description);
  }
  void put() {
    ASSERT_TRUE(store->put_integrations(integrations, {}));
    ASSERT_TRUE(store->put_tools(tools, {}, {}));
  }
  static IndexTerm term(std::string word, Need need = Need::required, bool prefix = false) {
    IndexTerm out;
    out.forms.push_back({.word = std::move(word), .prefix = prefix});
    out.need = need;
    return out;
  }
  std::vector<std::string> find(IndexQuery const& query) {
    auto const matches = store->index().find_tools(query);
    EXPECT_TRUE(matches) << matches.error().message;
    std::vector<std::int64_t> ids;
    for (IndexMatch const& match : matches->best) ids.push_back(match.id);
    std::vector<std::string> slugs;
    auto const found = store->tools_by_id(ids).value();
    for (Tool const& each : found) slugs.push_back(each.slug.text);
    return slugs;
  }
  std::vector<std::string> find(std::vector<IndexTerm> terms) {
    return find(IndexQuery{.terms = std::move(terms)});
  }
};

using Names = std::vector<std::string>;

TEST_F(ToolIndexTest, PutsTheNameThatSaysNothingElseFirst) {
  add_integration("github", "GitHub");
  add_tool("GITHUB_CREATE_AN_ISSUE_COMMENT", "github");
  add_tool("GITHUB_CREATE_AN_ISSUE", "github");
  add_tool("GITHUB_LIST_ISSUES", "github", "Can also create them.");
  put();

  EXPECT_EQ(find({term("create"), term("issue")}),
            (Names{"GITHUB_CREATE_AN_ISSUE", "GITHUB_CREATE_AN_ISSUE_COMMENT", "GITHUB_LIST_ISSUES"}));
}

TEST_F(ToolIndexTest, FindsBentAndBegunWords) {
  add_tool("GITHUB_LIST_REPOSITORIES", "github");
  put();

  EXPECT_EQ(find({term("repository")}).size(), 1U);
  EXPECT_EQ(find({term("listing")}).size(), 1U);
  EXPECT_EQ(find({term("repos", Need::required, true)}).size(), 1U);
  EXPECT_EQ(find({term("repos")}).size(), 0U);
}

TEST_F(ToolIndexTest, ATermCountsByItsBestForm) {
  add_tool("A_CREATE_TICKET", "a");
  add_tool("A_CREATE_ISSUE", "a");
  put();
  IndexTerm issue = term("issue");
  issue.forms.push_back({.word = "ticket", .quality = 0.7});

  EXPECT_EQ(find({term("create"), issue}), (Names{"A_CREATE_ISSUE", "A_CREATE_TICKET"}));
}

TEST_F(ToolIndexTest, OptionalTermsRankAndOneOfManyIsEnough) {
  add_tool("A_ISSUE", "a");
  add_tool("A_CREATE_ISSUE", "a");
  add_tool("A_USER", "a");
  add_tool("A_OTHER", "a");
  put();

  EXPECT_EQ(find({term("issue"), term("create", Need::optional)}), (Names{"A_CREATE_ISSUE", "A_ISSUE"}));
  auto found = find({term("issue", Need::one_of), term("user", Need::one_of)});
  std::ranges::sort(found);
  EXPECT_EQ(found, (Names{"A_CREATE_ISSUE", "A_ISSUE", "A_USER"}));
}

TEST_F(ToolIndexTest, FiltersByFacets) {
  add_tool("A_GET", "a");
  tools.back().tags = {"readOnlyHint"};
  add_tool("B_GET", "b");
  add_tool("A_B_GET", "a_b");
  put();
  IndexQuery query{.terms = {term("get")}};

  query.every_facet = {facet_of({"a"})};
  EXPECT_EQ(find(query), (Names{"A_GET"})) << "not of a_b";
  query.every_facet = {std::string{kReadOnlyFacet}};
  EXPECT_EQ(find(query), (Names{"A_GET"}));
  query.every_facet.clear();
  query.some_facet = {facet_of({"b"}), facet_of({"a_b"})};
  EXPECT_EQ(find(query), (Names{"B_GET", "A_B_GET"}));
  query.some_facet.clear();
  query.no_facet = {facet_of({"b"}), facet_of({"a_b"})};
  EXPECT_EQ(find(query), (Names{"A_GET"}));
}

TEST_F(ToolIndexTest, FacetsOfNamesThatLookAlikeDiffer) {
  EXPECT_NE(facet_of({"a_b"}), facet_of({"ab"}));
  EXPECT_NE(facet_of({"a-b"}), facet_of({"a_b"}));
  EXPECT_NE(facet_of({"az5fb"}), facet_of({"a_b"}));
  EXPECT_EQ(facet_of({"GitHub"}), facet_of({"github"}));
}

TEST_F(ToolIndexTest, IsNotConfusedByWhatFullTextSearchTakesForSyntax) {
  add_tool("A_NEAR_OR_NOT", "a", "said \"so\" AND more");
  put();

  for (char const* word : {"near", "or", "not", "and", "\"", "a\"b", "*", "action:", "NEAR(", ""}) {
    auto const found = store->index().find_tools({.terms = {term(word)}});
    EXPECT_TRUE(found) << word << ": " << found.error().message;
  }
}

TEST_F(ToolIndexTest, KeepsTheBestAndCountsAll) {
  for (int i = 0; i < 100; ++i) add_tool("A_GET_MORE_WORDS_" + std::to_string(i), "a");
  add_tool("A_GET", "a");
  put();

  auto const matches = store->index().find_tools({.terms = {term("get")}, .keep = 3}).value();

  EXPECT_EQ(matches.total, 101);
  ASSERT_EQ(matches.best.size(), 3U);
  EXPECT_EQ(find({.terms = {term("get")}, .keep = 1}), (Names{"A_GET"}));
}

TEST_F(ToolIndexTest, FollowsWhatComesChangesAndGoes) {
  add_integration("a", "A");
  add_tool("A_ONE", "a", "first");
  put();
  tools.clear();
  add_tool("A_ONE", "a", "second");
  ASSERT_TRUE(store->put_tools(tools, {}, {}));
  EXPECT_EQ(find({term("first")}), Names{});
  EXPECT_EQ(find({term("second")}), (Names{"A_ONE"}));

  ASSERT_TRUE(store->put_tools({}, {{"a"}}, {}));

  EXPECT_EQ(find({term("second")}), Names{});
}

TEST_F(ToolIndexTest, SplitsTextAsTheIndexDoes) {
  EXPECT_EQ(store->index().split_words("Créer l'Issue_Été №5!"), (Names{"creer", "l", "issue", "ete", "5"}));
  EXPECT_EQ(store->index().split_words(" \n\xff\xfe "), Names{});
}

TEST_F(ToolIndexTest, ListsItsWordsAndWhoTheyAreOf) {
  add_integration("googlecalendar", "Google Calendar");
  add_tool("GOOGLECALENDAR_LIST_EVENTS", "googlecalendar");
  add_tool("A_LIST_GOOGLE_ADS", "a");
  put();

  auto const words = store->index().list_words().value();
  auto const find_word = [&](std::string_view word) {
    auto const found = std::ranges::find(words, word, &IndexWord::word);
    return found == words.end() ? IndexWord{} : *found;
  };
  EXPECT_TRUE(std::ranges::is_sorted(words, {}, &IndexWord::word));
  EXPECT_EQ(find_word("list").rows, 2);
  EXPECT_EQ(find_word("list").actions, 2);
  EXPECT_EQ(find_word("google").rows, 2);
  EXPECT_EQ(find_word("google").actions, 1) << "the other is only called so";
  EXPECT_EQ(store->index().list_services().value(), (Names{"googlecalendar", "google calendar"}));
}

TEST_F(ToolIndexTest, KnowsWhetherAWordStandsAnywhere) {
  add_tool("A_B", "a", "Brews coffee.");
  put();

  EXPECT_TRUE(store->index().has_word("coffee").value());
  EXPECT_FALSE(store->index().has_word("tea").value());
}

TEST_F(ToolIndexTest, WordsOfTheIntegrationAndLittleOnesAreNotPartOfTheAction) {
  add_integration("outlook", "Outlook");
  add_tool("OUTLOOK_OUTLOOK_SEND_AN_EMAIL", "outlook");
  add_tool("OUTLOOK_SEND_EMAIL_DRAFT", "outlook");
  put();

  EXPECT_EQ(find({term("send"), term("email")}).front(), "OUTLOOK_OUTLOOK_SEND_AN_EMAIL");
}

}  // namespace
}  // namespace agenta::daemon::store
