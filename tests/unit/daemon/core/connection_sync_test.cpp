#include "tests/unit/daemon/core/connection_life_support.hpp"

namespace agenta::daemon {
namespace {

using ConnectionSyncTest = ConnectionLife;

TEST_F(ConnectionSyncTest, ChangesNothingWhereBothSidesAgree) {
  auto const report = value_of(sync.sync(caller));

  EXPECT_TRUE(report.items.empty());
  EXPECT_EQ(report.unchanged, 1);
}

TEST_F(ConnectionSyncTest, AdoptsAnAccountMadeElsewhereUnderItsAlias) {
  add_account("ca_2", AccountStatus::active, "gmail").alias = "Home";
  add_account("ca_3", AccountStatus::active, "gmail").alias = "not a slug!";

  auto const report = value_of(sync.sync(caller));

  ASSERT_EQ(report.items.size(), 2U);
  auto const home = row_of("home");
  EXPECT_EQ(home.account.text, "ca_2");
  EXPECT_EQ(home.status, ConnectionStatus::active);
  EXPECT_EQ(home.integration_name, "The gmail");
  EXPECT_EQ(home.created_by.user, "ada");
  EXPECT_EQ(row_of("gmail").account.text, "ca_3");
  EXPECT_EQ(value_of(sync.sync(caller)).items.size(), 0U) << "once";
}

TEST_F(ConnectionSyncTest, NeverLooksAtAnotherUsersAccount) {
  add_account("ca_foreign", AccountStatus::active).user_id = "agenta_project_other";

  auto const report = value_of(sync.sync(caller));
  ASSERT_TRUE(sync.prune(caller, false));

  EXPECT_TRUE(report.items.empty());
  EXPECT_EQ(value_of(rows.list(project, {})).size(), 1U);
  EXPECT_EQ(provider.count("delete_account"), 0);
}

TEST_F(ConnectionSyncTest, DoesNotAdoptLoginsThatWereNeverFinished) {
  add_account("ca_2", AccountStatus::initiated);
  add_account("ca_3", AccountStatus::failed);
  add_account("ca_4", AccountStatus::expired).status_reason =
      "Connection initiation did not complete within 10 minutes";

  EXPECT_TRUE(value_of(sync.sync(caller)).items.empty());
}

TEST_F(ConnectionSyncTest, DoesNotAdoptWhatIsMadeHereMeanwhile) {
  auto const works = provider.on_list_accounts;
  provider.on_list_accounts = [&, works] {
    add_account("ca_new", AccountStatus::active);
    auto row = row_of("work");
    row.account.text = "ca_new";  // renewed by fields, between the reading of the rows and of the accounts
    EXPECT_TRUE(rows.update(row, store::Durability::normal));
    return works();
  };
  ASSERT_TRUE(sync.sync(caller));

  EXPECT_EQ(value_of(rows.list(project, {})).size(), 1U);
}

TEST_F(ConnectionSyncTest, TakesStatusesOver) {
  there["ca_work"].status = AccountStatus::revoked;

  auto const report = value_of(sync.sync(caller));

  ASSERT_EQ(report.items.size(), 1U);
  EXPECT_EQ(report.items[0].change, SyncChange::updated);
  EXPECT_EQ(row_of("work").status, ConnectionStatus::expired);
  EXPECT_NE(row_of("work").error->message.find("revoked"), std::string::npos);
}

TEST_F(ConnectionSyncTest, ReportsWhatVanished) {
  there.clear();

  auto const report = value_of(sync.sync(caller));

  ASSERT_EQ(report.items.size(), 1U);
  EXPECT_EQ(report.items[0].change, SyncChange::vanished);
  EXPECT_EQ(row_of("work").status, ConnectionStatus::expired);
}

TEST_F(ConnectionSyncTest, AListThatLeavesSomeOutTakesNoConnectionAway) {
  provider.on_list_accounts = [] { return std::vector<Account>{}; };

  EXPECT_TRUE(value_of(sync.sync(caller)).items.empty());
  EXPECT_EQ(row_of("work").status, ConnectionStatus::active);
}

TEST_F(ConnectionSyncTest, KeepsTheNameThatAConnectionGotMeanwhile) {
  there["ca_work"].status = AccountStatus::revoked;
  auto const works = provider.on_list_accounts;
  provider.on_list_accounts = [&, works] {
    auto renamed = row_of("work");
    renamed.slug = "office";
    EXPECT_TRUE(rows.update(renamed, store::Durability::normal));
    return works();
  };

  ASSERT_TRUE(sync.sync(caller));

  EXPECT_EQ(row_of("office").status, ConnectionStatus::expired);
}

TEST_F(ConnectionSyncTest, TakesOverWhatWasMadeUnderAnotherKeyOfTheSameProject) {
  auto const other = make_caller(clock, "key-2");

  auto const report = value_of(sync.sync(other));

  ASSERT_EQ(report.items.size(), 1U);
  EXPECT_EQ(report.items[0].change, SyncChange::reclaimed);
  EXPECT_EQ(row_of("work").key_scope, "scope of key-2");
  EXPECT_EQ(row_of("work").status, ConnectionStatus::active);
}

TEST_F(ConnectionSyncTest, LeavesTheConnectionsOfAnotherKeyAloneWhereTheirAccountsAreNotSeen) {
  there.clear();

  EXPECT_TRUE(value_of(sync.sync(make_caller(clock, "key-2"))).items.empty());
  EXPECT_EQ(row_of("work").status, ConnectionStatus::active);
}

TEST_F(ConnectionSyncTest, WhatWasProvedDeadIsTriedBeforeItComesBack) {
  mark("work", ConnectionStatus::expired);

  auto const report = value_of(sync.sync(caller));

  ASSERT_EQ(report.items.size(), 1U);
  EXPECT_EQ(row_of("work").status, ConnectionStatus::active);
  EXPECT_EQ(provider.count("proxy"), 1);
}

struct ConnectionPrune : ConnectionLife {
  Connection add_login(std::string slug, ConnectionStatus status) {
    auto row = add_connection(std::move(slug));
    row.status = status;
    row.expires_at = clock.wall() + std::chrono::minutes{10};
    EXPECT_TRUE(rows.update(row, store::Durability::normal));
    return row;
  }
};

TEST_F(ConnectionPrune, ClearsDeadLoginsOnBothSides) {
  add_login("failed", ConnectionStatus::failed);
  add_login("over", ConnectionStatus::pending);
  add_account("ca_orphan", AccountStatus::failed);
  clock.advance(std::chrono::minutes{11});
  add_login("waiting", ConnectionStatus::pending);

  auto const report = value_of(sync.prune(caller, false));

  EXPECT_EQ(report.items.size(), 3U);
  EXPECT_EQ(value_of(rows.list(project, {})).size(), 2U) << "work, and what is waiting";
  EXPECT_EQ(provider.count("delete_account"), 3);
}

TEST_F(ConnectionPrune, LeavesALoginThatWasFinishedWhileNobodyLooked) {
  add_login("over", ConnectionStatus::pending);
  add_login("failed", ConnectionStatus::failed);
  add_account("ca_over", AccountStatus::active);
  add_account("ca_failed", AccountStatus::active);
  clock.advance(std::chrono::minutes{11});

  EXPECT_TRUE(value_of(sync.prune(caller, false)).items.empty());
  EXPECT_EQ(provider.count("delete_account"), 0);
  EXPECT_EQ(value_of(rows.list(project, {})).size(), 3U);
}

TEST_F(ConnectionPrune, LeavesAConnectionThatWasRenewedMeanwhile) {
  auto failed = add_login("failed", ConnectionStatus::failed);
  auto const works = provider.on_list_accounts;
  provider.on_list_accounts = [&, works] {
    failed.status = ConnectionStatus::active;
    failed.account.text = "ca_new";
    EXPECT_TRUE(rows.update(failed, store::Durability::normal));
    return works();
  };

  EXPECT_TRUE(value_of(sync.prune(caller, false)).items.empty());
  EXPECT_EQ(row_of("failed").account.text, "ca_new");
}

TEST_F(ConnectionPrune, OnlySaysSoWhereItIsADryRun) {
  add_login("failed", ConnectionStatus::failed);

  auto const report = value_of(sync.prune(caller, true));

  EXPECT_EQ(report.items.size(), 1U);
  EXPECT_TRUE(report.dry_run);
  EXPECT_EQ(provider.count("delete_account"), 0);
  EXPECT_EQ(value_of(rows.list(project, {})).size(), 2U);
}

TEST_F(ConnectionPrune, KeepsTheRowWhoseAccountComposioDoesNotLetGo) {
  add_login("failed", ConnectionStatus::failed);
  provider.on_delete_account = [](auto const&) {
    return Result<void>{fail(ErrorCode::provider_unavailable, "away")};
  };

  EXPECT_FALSE(sync.prune(caller, false));
  EXPECT_EQ(value_of(rows.list(project, {})).size(), 2U);
}

}  // namespace
}  // namespace agenta::daemon
