#include "daemon/core/connection_sync.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "daemon/core/connection_choice.hpp"
#include "daemon/core/connection_standing.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

/// Whether an account that no row knows is worth a connection: one that works, or could be renewed.
bool is_worth_adopting(Account const& account) {
  if (was_never_finished(account)) return false;
  return account.status == AccountStatus::active || account.status == AccountStatus::inactive ||
         account.status == AccountStatus::expired;
}

}  // namespace

/// Both sides, as they were when it was looked.
struct ConnectionSync::Scene {
  Caller const& caller;
  store::Project project{};
  ProviderAccess access{};
  std::vector<Account> accounts{};
  std::vector<Connection> rows{};
  std::map<std::string, std::size_t> row_of_account{};  ///< its place among the rows; a renewal has two

  void index() {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!rows[i].account.empty()) row_of_account.emplace(rows[i].account.text, i);
      if (rows[i].renewal) row_of_account.emplace(rows[i].renewal->account.text, i);
    }
  }
  Connection const* find(AccountId const& account) const {
    auto const found = row_of_account.find(account.text);
    return found == row_of_account.end() ? nullptr : &rows[found->second];
  }
};

Result<ConnectionSync::Scene> ConnectionSync::look(Caller const& caller) {
  Scene scene{.caller = caller};
  AGENTA_TRY(scene.access, credentials_.access_for(caller));
  AGENTA_TRY(scene.project, projects_.ensure(caller.project, clock_.wall()));
  ProviderCall const call{scene.access, caller.deadline, caller.stop};
  std::string const user = user_id_of(scene.project.id);
  // Rows first: an account that was made after them is looked for again before it is adopted, where one that
  // was made before and is not listed would look as if it had vanished.
  AGENTA_TRY(scene.rows, connections_.list(scene.project.id, {}));
  scene.index();
  AGENTA_TRY(scene.accounts, provider_.list_accounts(call, user));
  // Whatever the provider's filter let through: only this user's are looked at.
  std::erase_if(scene.accounts, [&](Account const& account) { return account.user_id != user; });
  return scene;
}

Result<SyncReport> ConnectionSync::sync(Caller const& caller) {
  // Two at once would adopt the same account twice.
  auto const turn = flights_.enter("sync " + caller.project);
  AGENTA_TRY(Scene scene, look(caller));
  SyncReport report;
  std::set<std::string> there;
  for (Account const& account : scene.accounts) {
    there.insert(account.id.text);
    if (auto const* row = scene.find(account.id)) {
      AGENTA_CHECK(reconcile(scene, account, *row, report));
    } else if (is_worth_adopting(account)) {
      AGENTA_CHECK(adopt(scene, account, report));
    }
  }
  AGENTA_CHECK(note_vanished(scene, there, report));
  return report;
}

/// A row whose account is there.
Result<void> ConnectionSync::reconcile(Scene& scene, Account const& account, Connection row,
                                       SyncReport& report) {
  // A login is settled by whoever watches it, and a renewal speaks for what it renews.
  if (row.status == ConnectionStatus::pending) {
    ++report.unchanged;
    return {};
  }
  SyncItem item;
  ConnectionStatus const before = row.status;
  bool const reclaimed = !belongs_to(row, scene.access);
  if (reclaimed) {
    // This key sees the account under this project's own user id: they are of one Composio project.
    row.key_scope = scene.access.key_scope;
    row.base_url = scene.access.endpoint();
    row.auth_config = account.auth_config;
  }
  if (row.status == ConnectionStatus::failed && account.status != AccountStatus::active) {
    ++report.unchanged;
    return {};
  }
  AGENTA_CHECK(move_to(connections_, row, judge_standing(row, account), scene.caller.actor, clock_.wall()));
  // What was proved dead comes back only by a call that works.
  if (row.status == ConnectionStatus::expired && account.status == AccountStatus::active &&
      !account.disabled) {
    if (auto const checked = checks_.check(scene.caller, row.id.text)) row = checked->connection;
  }
  item.change = reclaimed ? SyncChange::reclaimed : SyncChange::updated;
  if (!reclaimed && row.status == before) {
    ++report.unchanged;
    return {};
  }
  item.connection = std::move(row);
  report.items.push_back(std::move(item));
  return {};
}

/// The alias that its maker gave it where that can be a slug and nobody holds it, else the integration's.
Result<std::string> ConnectionSync::free_slug(Scene const& scene, Account const& account) {
  std::string const alias = to_lower(account.alias);
  std::string const wanted = is_valid_slug(alias) ? alias : account.integration.text;
  constexpr int kMost = 10'000;
  for (int n = 1; n <= kMost; ++n) {
    std::string slug = n == 1 ? wanted : wanted + "-" + std::to_string(n);
    AGENTA_TRY(auto const taken, connections_.find_by_slug(scene.project.id, slug));
    if (!taken) return slug;
  }
  return fail(ErrorCode::connection_already_exists, "no free slug for " + wanted);
}

/// Whether somebody here has made it since the rows were read.
Result<bool> ConnectionSync::is_known_now(Scene const& scene, Account const& account) {
  store::ConnectionFilter filter;
  filter.integration = account.integration;
  AGENTA_TRY(auto const rows, connections_.list(scene.project.id, filter));
  return std::ranges::any_of(rows, [&](Connection const& row) {
    return row.account == account.id || (row.renewal && row.renewal->account == account.id);
  });
}

Result<void> ConnectionSync::adopt(Scene& scene, Account const& account, SyncReport& report) {
  // Whoever makes or renews one of these now has its account known before we look.
  auto const turn = turns_.enter(scene.caller.project, account.integration.text);
  AGENTA_TRY(bool const is_known, is_known_now(scene, account));
  if (is_known) return {};
  ProviderCall const call{scene.access, scene.caller.deadline, scene.caller.stop};
  Connection row;
  row.id.text = make_uuid_v7();
  row.project = scene.project.id;
  row.integration = account.integration;
  row.integration_name = account.integration.text;
  if (auto const known = catalog_.integration(call, account.integration))
    row.integration_name = known->value->integration.name;
  AGENTA_TRY(row.slug, free_slug(scene, account));
  row.name = account.alias.empty() ? row.slug : account.alias;
  row.account = account.id;
  row.auth_config = account.auth_config;
  row.auth_type = account.auth_scheme;
  row.key_scope = scene.access.key_scope;
  row.base_url = scene.access.endpoint();
  row.status = ConnectionStatus::active;
  Settlement settlement = judge_standing(row, account);
  row.status = settlement.status;
  row.error = std::move(settlement.error);
  row.created_at = row.updated_at = clock_.wall();
  row.last_checked_at = row.updated_at;
  row.created_by = row.changed_by = scene.caller.actor;
  store::ChangeNote note{ConnectionChange::adopted, scene.caller.actor, row.updated_at, "made elsewhere"};
  AGENTA_CHECK(connections_.insert(row, store::Durability::full, note));
  report.items.push_back({SyncChange::adopted, row});
  return {};
}

/// Rows of this key whose account was not among the user's. Each is asked for once more by its id: a list
/// that leaves some out takes no connection away.
Result<void> ConnectionSync::note_vanished(Scene& scene, std::set<std::string> const& there,
                                           SyncReport& report) {
  ProviderCall const call{scene.access, scene.caller.deadline, scene.caller.stop};
  for (Connection& row : scene.rows) {
    bool const is_made = row.status == ConnectionStatus::active || row.status == ConnectionStatus::inactive ||
                         row.status == ConnectionStatus::expired;
    if (!is_made || !belongs_to(row, scene.access) || there.contains(row.account.text)) continue;
    auto const account = provider_.get_account(call, row.account);
    if (account) {
      AGENTA_CHECK(reconcile(scene, *account, row, report));
      continue;
    }
    if (account.error().code != ErrorCode::connection_not_found) return fail(account.error());
    AGENTA_CHECK(move_to(connections_, row, connection_vanished(), scene.caller.actor, clock_.wall()));
    report.items.push_back({SyncChange::vanished, row});
  }
  return {};
}

/// Takes one row and its account away where the login came to nothing; nothing where it did not.
Result<std::optional<PrunedLogin>> ConnectionSync::prune_row(Scene const& scene, Connection const& seen,
                                                             bool dry_run) {
  std::optional<PrunedLogin> const none;
  auto const turn = turns_.enter(scene.caller.project, seen.integration.text);
  AGENTA_TRY(auto const found, connections_.find(seen.id));
  if (!found || found->status != seen.status || found->account != seen.account) return none;
  Connection const& row = *found;
  ProviderCall const call{scene.access, scene.caller.deadline, scene.caller.stop};
  if (!row.account.empty()) {
    // By our clock and our word it is dead; it may have been finished all the same, while nobody looked.
    auto const account = provider_.get_account(call, row.account);
    if (!account && account.error().code != ErrorCode::connection_not_found) return fail(account.error());
    if (account && is_worth_adopting(*account)) return none;
    AGENTA_CHECK(let_go(call, row.account, dry_run));
  }
  std::string const why = row.error ? row.error->message : "its link expired";
  store::ChangeNote note{ConnectionChange::disconnected, scene.caller.actor, clock_.wall(),
                         "cleared away: " + why};
  if (!dry_run) AGENTA_CHECK(connections_.erase(row, store::Durability::normal, note));
  return std::optional{PrunedLogin{row.slug, row.integration, row.account, why}};
}

/// Gone there already is as good.
Result<void> ConnectionSync::let_go(ProviderCall const& call, AccountId const& account, bool dry_run) {
  if (dry_run) return {};
  auto const deleted = provider_.delete_account(call, account);
  if (deleted || deleted.error().code == ErrorCode::connection_not_found) return {};
  return fail(deleted.error());
}

Result<PruneReport> ConnectionSync::prune(Caller const& caller, bool dry_run) {
  auto const turn = flights_.enter("sync " + caller.project);
  AGENTA_TRY(Scene scene, look(caller));
  ProviderCall const call{scene.access, caller.deadline, caller.stop};
  PruneReport report;
  report.dry_run = dry_run;
  WallTime const now = clock_.wall();
  for (Connection const& row : scene.rows) {
    bool const failed = row.status == ConnectionStatus::failed;
    // One that the watcher has not settled yet, because it had no key or no network.
    bool const over = row.status == ConnectionStatus::pending && row.expires_at && *row.expires_at < now;
    if (!(failed || over) || row.renewal || !belongs_to(row, scene.access)) continue;
    AGENTA_TRY(auto pruned, prune_row(scene, row, dry_run));
    if (pruned) report.items.push_back(*std::move(pruned));
  }
  for (Account const& account : scene.accounts) {
    if (!was_never_finished(account) || scene.find(account.id) != nullptr) continue;
    AGENTA_CHECK(let_go(call, account.id, dry_run));
    std::string const why =
        account.status_reason.empty() ? "its login was never finished" : account.status_reason;
    report.items.push_back({"", account.integration, account.id, why});
  }
  return report;
}

}  // namespace agenta::daemon
