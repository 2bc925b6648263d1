#include "daemon/core/connections.hpp"

#include "tests/unit/daemon/core/core_test_support.hpp"

namespace agenta::daemon {
namespace {

struct ConnectionsTest : CoreTest {
  Connections connections{projects, rows, credentials, provider};
  using Remote = Connections::Remote;
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
  EXPECT_EQ(error_of(connections.disconnect(caller, row.id.text, Remote::revoke)).code,
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

  EXPECT_EQ(value_of(connections.disconnect(caller, "work", Remote::revoke)).id, row.id);

  EXPECT_TRUE(there_when_revoked);
  EXPECT_FALSE(value_of(rows.find(row.id)));
}

TEST_F(ConnectionsTest, ChangesNothingWhereTheProviderIsAway) {
  auto const row = add_connection("work");
  provider.on_delete_account = [](auto const&) {
    return Result<void>{fail(ErrorCode::provider_unavailable, "away")};
  };

  auto const error = error_of(connections.disconnect(caller, "work", Remote::revoke));

  EXPECT_EQ(error.code, ErrorCode::provider_unavailable);
  EXPECT_NE(error.message.find("nothing was changed"), std::string::npos);
  EXPECT_EQ(value_of(rows.find(row.id)), row);
}

TEST_F(ConnectionsTest, ForgetsWhatIsGoneAtTheProviderAlready) {
  auto const row = add_connection("work");
  provider.on_delete_account = [](auto const&) {
    return Result<void>{fail(ErrorCode::connection_not_found, "gone")};
  };

  EXPECT_TRUE(connections.disconnect(caller, "work", Remote::revoke));
  EXPECT_FALSE(value_of(rows.find(row.id)));
}

TEST_F(ConnectionsTest, KeepsTheAccountThereWhereAsked) {
  auto const row = add_connection("work");
  Caller keyless = caller;
  keyless.api_key.reset();

  EXPECT_TRUE(connections.disconnect(keyless, "work", Remote::keep));
  EXPECT_TRUE(provider.calls().empty());
  EXPECT_FALSE(value_of(rows.find(row.id)));
}

TEST_F(ConnectionsTest, ForgetsARowThatNeverHadAnAccountWithoutAskingAnybody) {
  auto row = add_connection("work");
  row.account.text.clear();
  ASSERT_TRUE(rows.update(row, store::Durability::normal));

  EXPECT_TRUE(connections.disconnect(caller, "work", Remote::revoke));
  EXPECT_TRUE(provider.calls().empty());
}

TEST_F(ConnectionsTest, NeverRevokesAnotherKeysAccount) {
  auto const row = add_connection("work");
  auto const other = make_caller(clock, "key-2");

  auto const error = error_of(connections.disconnect(other, "work", Remote::revoke));

  EXPECT_EQ(error.code, ErrorCode::not_configured);
  EXPECT_EQ(error.next_step,
            (std::vector<std::string>{"agenta-tools", "disconnect", "work", "--keep-remote"}));
  EXPECT_TRUE(provider.calls().empty());
  EXPECT_TRUE(value_of(rows.find(row.id)));
}

}  // namespace
}  // namespace agenta::daemon
