#pragma once

#include <map>
#include <string>
#include <vector>

#include "daemon/core/connection_check.hpp"
#include "daemon/core/connection_sync.hpp"
#include "tests/unit/daemon/core/executions_support.hpp"

namespace agenta::daemon {

/// Connections beside what Composio has of them: `there`. `github` has a current-user endpoint where a test
/// says so.
struct ConnectionLife : ExecutionsTest {
  Connections connections{projects, rows, turns, credentials, provider, clock};
  ConnectionChecks checks{rows,     connections, catalog, credentials,
                          provider, executions,  clock,   check_options()};
  ConnectionSync sync{projects, rows, turns, catalog, credentials, provider, checks, clock};
  std::map<std::string, Account> there{};
  std::string endpoint = "/user";

  ConnectionLife() {
    provider.on_get_integration = [this](IntegrationSlug const& slug) -> Result<IntegrationDetail> {
      IntegrationDetail detail;
      detail.integration.slug = slug;
      detail.integration.name = "The " + slug.text;
      detail.current_user_endpoint = endpoint;
      return detail;
    };
    provider.on_get_account = [this](AccountId const& id) -> Result<Account> {
      auto const found = there.find(id.text);
      if (found == there.end()) return fail(ErrorCode::connection_not_found, "no such account");
      return found->second;
    };
    provider.on_list_accounts = [this] {
      std::vector<Account> all;
      for (auto const& [id, account] : there) all.push_back(account);
      return all;
    };
    add_account("ca_work", AccountStatus::active);
  }
  static ConnectionChecks::Options check_options() {
    ConnectionChecks::Options options;
    options.proves_dead_credential = [](std::string_view words) { return words == "invalid_grant"; };
    return options;
  }
  Account& add_account(std::string const& id, AccountStatus status, std::string integration = "github") {
    Account account;
    account.id.text = id;
    account.user_id = user_id_of(project);
    account.integration.text = std::move(integration);
    account.auth_config.text = "ac_1";
    account.auth_scheme = "OAUTH2";
    account.status = status;
    return there[id] = std::move(account);
  }
  Connection row_of(std::string const& slug) { return value_of(rows.find_by_slug(project, slug)).value(); }
  void mark(std::string const& slug, ConnectionStatus status) {
    auto row = row_of(slug);
    row.status = status;
    ASSERT_TRUE(rows.update(row, store::Durability::normal));
  }
};

}  // namespace agenta::daemon
