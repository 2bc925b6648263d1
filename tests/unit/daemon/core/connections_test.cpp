#include "daemon/core/connections.hpp"

#include "tests/unit/daemon/core/core_test_support.hpp"

namespace agenta::daemon {
namespace {

struct ConnectionsTest : CoreTest {
  Connections connections{projects, rows, turns, credentials, provider, clock};
  using Keep = Connections::Keep;
};

TEST_F(ConnectionsTest, AProjectThatDoesNotExistIsEmptyAndIsNotMade) {
  caller.project = "nowhere";

  EXPECT_TRUE(value_of(connections.list(caller, {})).empty());
  EXPECT_EQ(error_of(connections.get(caller, "work")).code, ErrorCode::connection_not_found);
  EXPECT_FALSE(value_of(projects.find("nowhere")));
}

TEST_F(ConnectionsTest, FindsOneBySlugAndById) {
  auto const row = add_connection("work");

  EXPECT_EQ(value_of(connections.get(caller, "Work")).id, row.id);
  EXPECT_EQ(value_of(connections.get(caller, row.id.text)).slug, "work");
}

TEST_F(ConnectionsTest, SuggestsTheNearestSlug) {
  add_connection("work");

  auto const error = error_of(connections.get(caller, "wrok"));

  EXPECT_EQ(error.code, ErrorCode::connection_not_found);
  EXPECT_NE(error.message.find("did you mean work?"), std::string::npos);
}

TEST_F(ConnectionsTest, DoesNotSeeTheConnectionsOfAnotherProject) {
  auto const row = add_connection("work");
  ASSERT_TRUE(projects.ensure("other", clock.wall()));
  caller.project = "other";

  EXPECT_EQ(error_of(connections.get(caller, row.id.text)).code, ErrorCode::connection_not_found);
  EXPECT_EQ(error_of(connections.disconnect(caller, row.id.text, Keep::no)).code,
            ErrorCode::connection_not_found);
  EXPECT_TRUE(provider.calls().empty());
}

TEST_F(ConnectionsTest, RevokesAtTheProviderBeforeItForgets) {
  auto const row = add_connection("work");
  bool there_when_revoked = false;
  provider.on_delete_account = [&](AccountId const& id) {
    there_when_revoked = id == row.account && value_of(rows.find(row.id)).has_value();
    return Result<void>{};
  };

  EXPECT_EQ(value_of(connections.disconnect(caller, "work", Keep::no)).connection.id, row.id);

  EXPECT_TRUE(there_when_revoked);
  EXPECT_FALSE(value_of(rows.find(row.id)));
}

TEST_F(ConnectionsTest, ChangesNothingWhereTheProviderIsAway) {
  auto const row = add_connection("work");
  provider.on_delete_account = [](auto const&) {
    return Result<void>{fail(ErrorCode::provider_unavailable, "away")};
  };

  auto const error = error_of(connections.disconnect(caller, "work", Keep::no));

  EXPECT_EQ(error.code, ErrorCode::provider_unavailable);
  EXPECT_NE(error.message.find("nothing was changed"), std::string::npos);
  EXPECT_EQ(value_of(rows.find(row.id)), row);
}

TEST_F(ConnectionsTest, ForgetsWhatIsGoneAtTheProviderAlready) {
  auto const row = add_connection("work");
  provider.on_delete_account = [](auto const&) {
    return Result<void>{fail(ErrorCode::connection_not_found, "gone")};
  };

  EXPECT_TRUE(connections.disconnect(caller, "work", Keep::no));
  EXPECT_FALSE(value_of(rows.find(row.id)));
}

TEST_F(ConnectionsTest, KeepsTheAccountThereWhereAsked) {
  auto const row = add_connection("work");
  Caller keyless = caller;
  keyless.api_key.reset();

  EXPECT_TRUE(connections.disconnect(keyless, "work", Keep::yes));
  EXPECT_TRUE(provider.calls().empty());
  EXPECT_FALSE(value_of(rows.find(row.id)));
}

TEST_F(ConnectionsTest, ForgetsARowThatNeverHadAnAccountWithoutAskingAnybody) {
  auto row = add_connection("work");
  row.account.text.clear();
  ASSERT_TRUE(rows.update(row, store::Durability::normal));

  EXPECT_TRUE(connections.disconnect(caller, "work", Keep::no));
  EXPECT_TRUE(provider.calls().empty());
}

TEST_F(ConnectionsTest, NeverRevokesAnotherKeysAccount) {
  auto const row = add_connection("work");
  auto const other = make_caller(clock, "key-2");

  auto const error = error_of(connections.disconnect(other, "work", Keep::no));

  EXPECT_EQ(error.code, ErrorCode::not_configured);
  EXPECT_EQ(error.next_step,
            (std::vector<std::string>{"agenta-tools", "disconnect", "work", "--keep-remote"}));
  EXPECT_TRUE(provider.calls().empty());
  EXPECT_TRUE(value_of(rows.find(row.id)));
}

TEST_F(ConnectionsTest, SaysWhatBecameOfTheAccount) {
  add_connection("work");
  add_connection("home");
  add_connection("play");
  EXPECT_EQ(value_of(connections.disconnect(caller, "work", Keep::no)).remote, Connections::Remote::revoked);
  EXPECT_EQ(value_of(connections.disconnect(caller, "home", Keep::yes)).remote, Connections::Remote::kept);
  provider.on_delete_account = [](auto const&) {
    return Result<void>{fail(ErrorCode::connection_not_found, "gone")};
  };
  EXPECT_EQ(value_of(connections.disconnect(caller, "play", Keep::no)).remote,
            Connections::Remote::gone_before);
}

TEST_F(ConnectionsTest, ForgetsNothingWhileTheAccountThatWorkedIsNotRevoked) {
  auto row = add_connection("work");
  row.status = ConnectionStatus::pending;
  row.renewal = Renewal{.account = {"ca_old"}};
  ASSERT_TRUE(rows.update(row, store::Durability::normal));
  provider.on_delete_account = [](AccountId const& id) {
    if (id.text == "ca_old") return Result<void>{fail(ErrorCode::provider_unavailable, "away")};
    return Result<void>{};
  };

  EXPECT_FALSE(connections.disconnect(caller, "work", Keep::no));
  EXPECT_TRUE(value_of(rows.find(row.id)));
  EXPECT_EQ(provider.count("delete_account"), 1);
}

TEST_F(ConnectionsTest, AsksAfterAnAnswerThatWasLost) {
  add_connection("work");
  provider.on_delete_account = [](auto const&) {
    return Result<void>{fail(ErrorCode::outcome_unknown, "lost")};
  };
  provider.on_get_account = [](auto const&) {
    return Result<Account>{fail(ErrorCode::provider_unavailable, "away")};
  };
  EXPECT_EQ(error_of(connections.disconnect(caller, "work", Keep::no)).code, ErrorCode::outcome_unknown);
  provider.on_get_account = [](AccountId const& id) { return Result<Account>{Account{.id = id}}; };
  auto const there = error_of(connections.disconnect(caller, "work", Keep::no));
  EXPECT_EQ(there.code, ErrorCode::provider_unavailable);
  EXPECT_NE(there.message.find("nothing was changed"), std::string::npos);
  provider.on_get_account = [](auto const&) {
    return Result<Account>{fail(ErrorCode::connection_not_found, "gone")};
  };

  EXPECT_TRUE(connections.disconnect(caller, "work", Keep::no));
  EXPECT_FALSE(value_of(rows.find_by_slug(project, "work")));
}

TEST_F(ConnectionsTest, RenamesAndCarriesTheNameToComposio) {
  auto const row = add_connection("work");
  protocol::ConnectionPatch patch;
  patch.slug = "Office";

  auto const updated = value_of(connections.update(caller, "work", patch));

  EXPECT_EQ(updated.connection.id, row.id);
  EXPECT_EQ(updated.connection.slug, "office");
  EXPECT_EQ(updated.connection.name, "office") << "the name was the slug";
  EXPECT_EQ(updated.notice, "");
  EXPECT_EQ(provider.calls().back(), "set_alias ca_work office");
  EXPECT_FALSE(value_of(rows.find_by_slug(project, "work")));
}

TEST_F(ConnectionsTest, RenamesHereEvenWhereComposioIsAway) {
  add_connection("work");
  provider.on_set_alias = [](auto const&, auto const&) {
    return Result<void>{fail(ErrorCode::provider_unavailable, "away")};
  };
  protocol::ConnectionPatch patch;
  patch.slug = "office";

  auto const updated = value_of(connections.update(caller, "work", patch));

  EXPECT_EQ(updated.connection.slug, "office");
  EXPECT_NE(updated.notice.find("away"), std::string::npos);
}

TEST_F(ConnectionsTest, RefusesATakenOrImpossibleSlug) {
  add_connection("work");
  add_connection("home");
  protocol::ConnectionPatch patch;
  patch.slug = "HOME";
  EXPECT_EQ(error_of(connections.update(caller, "work", patch)).code, ErrorCode::connection_already_exists);
  patch.slug = "not a slug";
  EXPECT_EQ(error_of(connections.update(caller, "work", patch)).code, ErrorCode::invalid_request);
  EXPECT_EQ(provider.count("set_alias"), 0);
}

TEST_F(ConnectionsTest, MakesOneTheDefaultAndNoOther) {
  add_connection("work");
  add_connection("home");
  protocol::ConnectionPatch patch;
  patch.make_default = true;
  ASSERT_TRUE(connections.update(caller, "work", patch));
  ASSERT_TRUE(connections.update(caller, "home", patch));

  EXPECT_FALSE(value_of(rows.find_by_slug(project, "work"))->is_default);
  EXPECT_TRUE(value_of(rows.find_by_slug(project, "home"))->is_default);
}

TEST_F(ConnectionsTest, TellsChangesFromACursorOn) {
  add_connection("work");
  auto const start = value_of(connections.changes(caller, ""));
  EXPECT_TRUE(start.items.empty());
  protocol::ConnectionPatch patch;
  patch.name = "The office";
  ASSERT_TRUE(connections.update(caller, "work", patch));

  auto const page = value_of(connections.changes(caller, *start.next_cursor));

  ASSERT_EQ(page.items.size(), 1U);
  EXPECT_EQ(page.items[0].change, ConnectionChange::renamed);
  EXPECT_EQ(page.items[0].by.user, "ada");
  EXPECT_TRUE(value_of(connections.changes(caller, *page.next_cursor)).items.empty());
  EXPECT_EQ(error_of(connections.changes(caller, "yesterday")).code, ErrorCode::invalid_request);
}

}  // namespace
}  // namespace agenta::daemon
