#include "daemon/store/catalog_store.hpp"

#include <fstream>

#include "daemon/store/catalog_schema.hpp"
#include "tests/unit/daemon/store/store_test_support.hpp"

namespace agenta::daemon::store {
namespace {

WallTime at(long long milliseconds) { return WallTime{std::chrono::milliseconds{milliseconds}}; }

Integration integration(std::string slug, std::string version = "1", std::int64_t tools = 1) {
  Integration each;
  each.slug.text = std::move(slug);
  each.name = "Name of " + each.slug.text;
  each.description = "100% of what " + each.slug.text + " does";
  each.categories = {{"dev-tools", "Dev tools"}};
  each.auth_schemes = {"OAUTH2", "API_KEY"};
  each.version = std::move(version);
  each.tools_count = tools;
  return each;
}

Tool tool(std::string slug, std::string of, std::string name = "A tool") {
  Tool each;
  each.slug.text = std::move(slug);
  each.integration.text = std::move(of);
  each.name = std::move(name);
  each.description = "What it does.";
  each.version = "20251107_00";
  each.input_schema.text = R"({"type":"object"})";
  return each;
}

struct CatalogStoreTest : testing::Test {
  TemporaryDirectory directory;
  std::filesystem::path const path = directory / "catalog.db";
  std::unique_ptr<CatalogStore> store = open();

  std::unique_ptr<CatalogStore> open() {
    auto opened = CatalogStore::open(path);
    if (opened) return std::move(opened).value();
    ADD_FAILURE() << opened.error().message;
    std::abort();
  }
  void put_two() {
    ASSERT_TRUE(store->put_integrations({integration("github"), integration("gmail")}, at(1)));
    ASSERT_TRUE(store->put_tools({tool("GITHUB_A", "github"), tool("GMAIL_B", "gmail")},
                                 {{"github"}, {"gmail"}}, at(1)));
  }
  /// What somebody with the sqlite3 shell, or a failing disk, does.
  void tamper(std::string const& sql) {
    store.reset();
    {
      auto database = Database::open(path, catalog_schema());
      ASSERT_TRUE(database);
      Locked db{**database};
      ASSERT_TRUE(db.exec(sql)) << sql;
    }
    store = open();
  }
  std::vector<std::string> slugs(IntegrationListFilter const& filter) {
    std::vector<std::string> found;
    auto const page = store->list_integrations(filter).value();
    for (KeptItem const& item : page.items) found.push_back(item.slug);
    return found;
  }
};

using Names = std::vector<std::string>;

TEST_F(CatalogStoreTest, TheFileIsPrivate) { EXPECT_EQ(mode_of(path), 0600U); }

TEST_F(CatalogStoreTest, KeepsTheListInTheProvidersOrder) {
  ASSERT_TRUE(store->put_integrations({integration("z"), integration("a"), integration("m")}, at(5)));

  EXPECT_EQ(slugs({}), (Names{"z", "a", "m"}));
  EXPECT_EQ(store->find_list_time().value(), at(5));
}

TEST_F(CatalogStoreTest, FiltersByWhatIsTypedWhateverItsCharactersMeanToLike) {
  ASSERT_TRUE(store->put_integrations({integration("a_b"), integration("axb")}, at(1)));

  EXPECT_EQ(slugs({.search = "A_B"}), (Names{"a_b"}));
  EXPECT_EQ(slugs({.search = "100%"}), (Names{"a_b", "axb"}));
  EXPECT_EQ(slugs({.search = "\\"}), Names{});
}

TEST_F(CatalogStoreTest, FiltersByCategorySchemeAndSlugs) {
  Integration odd = integration("odd");
  odd.categories = {{"other", "Other"}};
  odd.auth_schemes = {"API_KEY2"};
  ASSERT_TRUE(store->put_integrations({integration("github"), odd}, at(1)));

  EXPECT_EQ(slugs({.category = "dev-tools"}), (Names{"github"}));
  EXPECT_EQ(slugs({.scheme = "api_key"}), (Names{"github"})) << "the whole word, not the beginning of one";
  EXPECT_EQ(slugs({.only = {"ODD"}, .only_listed = true}), (Names{"odd"}));
  EXPECT_EQ(slugs({.only_listed = true}), Names{});
  EXPECT_EQ(slugs({.without = {"odd"}}), (Names{"github"}));
}

TEST_F(CatalogStoreTest, PagesWithACursorUntilTheEnd) {
  ASSERT_TRUE(store->put_integrations({integration("a"), integration("b"), integration("c")}, at(1)));

  auto const first = store->list_integrations({.limit = 2}).value();
  auto const last = store->list_integrations({.offset = 2, .limit = 2}).value();

  EXPECT_EQ(first.total, 3);
  EXPECT_EQ(first.next_cursor, "2");
  EXPECT_EQ(last.items.size(), 1U);
  EXPECT_FALSE(last.next_cursor);
}

TEST_F(CatalogStoreTest, AnIntegrationThatIsGoneTakesItsToolsAlong) {
  put_two();

  ASSERT_TRUE(store->put_integrations({integration("github")}, at(2)));

  EXPECT_FALSE(store->find_tool("GMAIL_B").value());
  EXPECT_TRUE(store->find_tool("GITHUB_A").value());
  EXPECT_EQ(store->counts().value().tools, 1);
}

TEST_F(CatalogStoreTest, AWholeListDropsTheToolsThatAreNotInIt) {
  put_two();

  ASSERT_TRUE(store->put_tools({tool("GITHUB_NEW", "github")}, {{"github"}}, at(1)));

  EXPECT_FALSE(store->find_tool("GITHUB_A").value());
  EXPECT_TRUE(store->find_tool("GITHUB_NEW").value());
  EXPECT_TRUE(store->find_tool("GMAIL_B").value()) << "another integration's";
}

TEST_F(CatalogStoreTest, ASingleToolDropsNothingAndCompletesNothing) {
  ASSERT_TRUE(store->put_integrations({integration("github")}, at(1)));

  ASSERT_TRUE(store->put_tools({tool("GITHUB_A", "github")}, {}, at(1)));

  EXPECT_TRUE(store->find_tool("github_a").value()) << "in any case";
  EXPECT_FALSE(store->find_tool_list("github").value());
  EXPECT_EQ(store->counts().value().unfetched, 1);
}

TEST_F(CatalogStoreTest, TellsWhichIntegrationsChangedSinceTheirToolsWereFetched) {
  put_two();
  EXPECT_EQ(store->counts().value().unfetched, 0);
  EXPECT_TRUE(store->find_tool("GMAIL_B").value()->current);

  ASSERT_TRUE(
      store->put_integrations({integration("github", "2"), integration("gmail"), integration("new")}, at(2)));

  auto const unfetched = store->list_unfetched().value();
  ASSERT_EQ(unfetched.size(), 2U);
  EXPECT_EQ(unfetched[0].slug.text, "github");
  EXPECT_TRUE(unfetched[0].kept);
  EXPECT_EQ(unfetched[1].slug.text, "new");
  EXPECT_FALSE(unfetched[1].kept);
  EXPECT_FALSE(store->find_tool("GITHUB_A").value()->current);
  EXPECT_TRUE(store->find_tool("GMAIL_B").value()->current);
}

TEST_F(CatalogStoreTest, ExpiringForgetsNothing) {
  put_two();

  ASSERT_TRUE(store->expire_all());

  EXPECT_EQ(store->counts().value().unfetched, 2);
  EXPECT_TRUE(store->find_tool("GITHUB_A").value());
  EXPECT_EQ(store->find_list_time().value(), at(1));
}

TEST_F(CatalogStoreTest, ABrokenToolIsDroppedAloneAndItsListFetchedAnew) {
  put_two();
  tamper(
      "UPDATE tool_bodies SET body = '{\"slug\":' WHERE id = (SELECT id FROM tools WHERE slug = 'GITHUB_A')");

  EXPECT_FALSE(store->find_tool("GITHUB_A").value());

  IndexQuery query;
  query.terms.push_back({.forms = {{.word = "github"}}});
  EXPECT_EQ(store->index().find_tools(query).value().total, 0) << "the index was told";
  EXPECT_TRUE(store->find_tool("GMAIL_B").value());
  EXPECT_FALSE(store->find_tool_list("github").value());
  EXPECT_TRUE(store->find_tool_list("gmail").value());
  EXPECT_EQ(store->counts().value().tools, 1);
}

TEST_F(CatalogStoreTest, ATooThatIsAnotherOneIsBroken) {
  put_two();
  tamper(
      "UPDATE tool_bodies SET body = (SELECT body FROM tool_bodies b JOIN tools t ON t.id = b.id"
      " WHERE t.slug = 'GMAIL_B')");

  EXPECT_FALSE(store->find_tool("GITHUB_A").value());
  EXPECT_TRUE(store->find_tool("GMAIL_B").value());
}

TEST_F(CatalogStoreTest, ABrokenIntegrationIsDroppedAloneAndNeverTheList) {
  put_two();
  tamper("UPDATE integrations SET item = 'xx' WHERE slug = 'github'");

  auto const page = store->list_integrations({}).value();

  ASSERT_EQ(page.items.size(), 1U);
  EXPECT_EQ(page.items.front().slug, "gmail");
  EXPECT_EQ(page.total, 1);
  EXPECT_EQ(slugs({}), (Names{"gmail"}));
}

TEST_F(CatalogStoreTest, ABrokenDetailReadsAsNotThere) {
  IntegrationDetail detail;
  detail.integration = integration("github");
  ASSERT_TRUE(store->put_detail(detail, at(3)));
  EXPECT_EQ(store->find_detail("github").value()->fetched_at, at(3));

  tamper("UPDATE details SET body = ''");

  EXPECT_FALSE(store->find_detail("github").value());
}

TEST_F(CatalogStoreTest, AFileThatIsNoDatabaseIsReplaced) {
  put_two();
  store.reset();
  std::ofstream{path, std::ios::trunc} << std::string(8192, 'x');

  store = open();

  EXPECT_EQ(store->counts().value().tools, 0);
  EXPECT_TRUE(store->put_integrations({integration("github")}, at(1)));
}

TEST_F(CatalogStoreTest, AFileOfAnotherVersionIsReplaced) {
  put_two();
  tamper("PRAGMA user_version = 99");

  EXPECT_EQ(store->counts().value().tools, 0);
}

TEST_F(CatalogStoreTest, NoticesThatTheFileIsDamagedUnderIt) {
  std::vector<Tool> many;
  for (int i = 0; i < 2000; ++i) many.push_back(tool("GITHUB_" + std::to_string(i), "github"));
  ASSERT_TRUE(store->put_integrations({integration("github")}, at(1)));
  ASSERT_TRUE(store->put_tools(many, {{"github"}}, at(1)));
  store.reset();
  store = open();
  {
    std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(8192);
    for (int i = 0; i < 200; ++i) file << std::string(4096, '\xff');
  }

  for (int i = 0; i < 2000 && !store->is_damaged(); ++i) {
    if (!store->find_tool("GITHUB_" + std::to_string(i))) break;
  }

  EXPECT_TRUE(store->is_damaged());
}

TEST_F(CatalogStoreTest, ReadersDoNotWaitForAWriter) {
  put_two();
  auto writer = Database::open(path, catalog_schema());
  ASSERT_TRUE(writer);
  Locked db{**writer};
  ASSERT_TRUE(db.exec("BEGIN IMMEDIATE; DELETE FROM tool_bodies"));

  EXPECT_TRUE(store->find_tool("GITHUB_A").value());
  EXPECT_EQ(store->list_integrations({}).value().total, 2);
  ASSERT_TRUE(db.exec("ROLLBACK"));
}

TEST_F(CatalogStoreTest, ListsToolsOfOneOfSomeAndOfAll) {
  put_two();
  Tool reads = tool("GMAIL_READ", "gmail", "Read mail");
  reads.tags = {"readOnlyHint", "important"};
  ASSERT_TRUE(store->put_tools({reads}, {}, at(1)));
  auto const list = [&](ToolListFilter const& filter) {
    Names found;
    auto const page = store->list_tools(filter).value();
    for (Tool const& each : page.items) found.push_back(each.slug.text);
    return found;
  };

  EXPECT_EQ(list({}), (Names{"GITHUB_A", "GMAIL_B", "GMAIL_READ"}));
  EXPECT_EQ(list({.integration = "GMAIL"}), (Names{"GMAIL_B", "GMAIL_READ"}));
  EXPECT_EQ(list({.read_only = true}), (Names{"GMAIL_READ"}));
  EXPECT_EQ(list({.search = "read m"}), (Names{"GMAIL_READ"}));
  EXPECT_EQ(list({.integrations = Names{"github"}}), (Names{"GITHUB_A"}));
  EXPECT_EQ(list({.integrations = Names{}}), Names{});
}

TEST_F(CatalogStoreTest, OldVersionsAreKeptBesideTheNewest) {
  put_two();
  Tool old = tool("GITHUB_A", "github", "As it was");
  old.version = "20240101_00";

  ASSERT_TRUE(store->put_old_version(old, "20240101_00", at(1)));

  EXPECT_EQ(store->find_old_version("github_a", "20240101_00").value(), old);
  EXPECT_FALSE(store->find_old_version("GITHUB_A", "20200101_00").value());
  EXPECT_EQ(store->find_tool("GITHUB_A").value()->value.name, "A tool");
}

TEST_F(CatalogStoreTest, RowsByIdStandWhereTheyWereAskedFor) {
  put_two();

  auto const tools = store->tools_by_id({2, 99, 1}).value();
  auto const integrations = store->integrations_by_id({2, 99, 1}).value();

  ASSERT_EQ(tools.size(), 3U);
  EXPECT_EQ(tools[0].slug.text, "GMAIL_B");
  EXPECT_TRUE(tools[1].slug.empty()) << "gone, and the one after it stays in its place";
  EXPECT_EQ(tools[2].slug.text, "GITHUB_A");
  ASSERT_EQ(integrations.size(), 3U);
  EXPECT_TRUE(integrations[1].slug.empty());
  EXPECT_EQ(integrations[2].slug.text, "github");
}

TEST_F(CatalogStoreTest, TheGenerationGoesUpWithEveryChangeAndOnlyThen) {
  auto const before = store->generation();
  (void)store->find_tool("X");
  EXPECT_EQ(store->generation(), before);

  put_two();

  EXPECT_GT(store->generation(), before);
}

}  // namespace
}  // namespace agenta::daemon::store
