#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "daemon/app/custom_web.hpp"
#include "daemon/composio/composio_accounts.hpp"
#include "daemon/composio/composio_client.hpp"
#include "daemon/composio/file_storage.hpp"
#include "daemon/composio/http_pool.hpp"
#include "daemon/core/approvals.hpp"
#include "daemon/core/auth_configs.hpp"
#include "daemon/core/batches.hpp"
#include "daemon/core/browser_logins.hpp"
#include "daemon/core/catalog.hpp"
#include "daemon/core/catalog_shelf.hpp"
#include "daemon/core/connect_flow.hpp"
#include "daemon/core/connection_check.hpp"
#include "daemon/core/connection_sync.hpp"
#include "daemon/core/connection_turns.hpp"
#include "daemon/core/connections.hpp"
#include "daemon/core/credentials.hpp"
#include "daemon/core/custom_tools.hpp"
#include "daemon/core/downloads.hpp"
#include "daemon/core/executions.hpp"
#include "daemon/core/history.hpp"
#include "daemon/core/key_safe.hpp"
#include "daemon/core/policies.hpp"
#include "daemon/core/proxy_requests.hpp"
#include "daemon/core/result_files.hpp"
#include "daemon/core/sessions.hpp"
#include "daemon/core/spool.hpp"
#include "daemon/core/tool_inputs.hpp"
#include "daemon/core/tool_search.hpp"
#include "daemon/core/uploads.hpp"
#include "daemon/custom/declared_runner.hpp"
#include "daemon/store/approval_store.hpp"
#include "daemon/store/batch_store.hpp"
#include "daemon/store/connection_store.hpp"
#include "daemon/store/credential_file.hpp"
#include "daemon/store/database.hpp"
#include "daemon/store/execution_journal.hpp"
#include "daemon/store/keyring.hpp"
#include "daemon/store/session_store.hpp"
#include "shared/base/clock.hpp"

namespace agenta::daemon {

/// Stores, providers and use cases, wired to each other and to nothing that waits or listens. Each stands
/// after what it uses: the order of the members is that of their making, and their end is the reverse.
struct Core {
  /// What the settings and the daemon's life say to the parts. What parts say to each other is wired here.
  struct Options {
    Credentials::Options credentials{};
    std::filesystem::path credential_file{};
    store::KeyringProcess::Options keyring{};
    std::string session_bus{};
    DeclaredRunner::Options custom_runner{};
    CustomTools::Options custom{};
    Executions::Options executions{};
    ResultFiles::Options results{};
    History::Options history{};
    ProxyRequests::Options proxies{};
    ConnectionChecks::Options checks{};
    CatalogShelf::Options shelf{};
    Catalog::Options catalog{};
    std::function<void()> connection_changed{};
    std::function<void()> session_changed{};
    Sessions::Options sessions{};
    Approvals::Options approvals{};
    std::filesystem::path spool{};
  };

  /// `database`, the watchers and `clock` outlive it.
  Core(store::Database& database, Options options, LoginWatcher& watcher,
       BrowserLoginWatcher& browser_watcher, Clock const& clock);

  // What is kept.
  store::ProjectStore projects;
  store::ConnectionStore connections;
  store::AuthConfigStore auth_config_store;
  store::ExecutionJournal journal;
  store::CredentialFile credential_file;
  store::KeyringProcess keyring;

  // Who one is at Composio.
  KeySafe safe;
  HttpPool http;
  ComposioClient composio{http};
  AuthConfigs auth_configs;
  ComposioAccounts accounts{http};
  Credentials credentials;
  BrowserLogins browser_logins;

  // What there is to run: a person's own tools, and the catalogue of all.
  CustomWeb web{http};
  DeclaredRunner runner;
  CustomTools custom;
  CatalogShelf shelf;
  Catalog catalog;
  ToolSearch search;
  ResultFiles results;

  // Who may run what.
  store::SessionStore session_store;
  Sessions sessions;
  store::ApprovalStore approval_store;
  Approvals approvals;

  // What it runs on.
  ConnectionTurns turns;
  Connections connected;
  Policies policies;
  ConnectFlow flow;

  // Running it, and what comes of it.
  ComposioFiles files{http};
  Spool spool;
  Uploads uploads;
  RecentFiles recent_files;
  Executions executions;
  Downloads downloads;
  History history;
  ProxyRequests proxies;
  ToolInputs inputs;
  ConnectionChecks checks;
  ConnectionSync sync;
  store::BatchStore batch_store;
  Batches batches;

 private:
  // The options of one part, with those parts that it calls.
  Catalog::Options with_custom(Catalog::Options more);
  Approvals::Options with_waiting(Approvals::Options more);
  Executions::Options with_rooms(Executions::Options more);
  History::Options dropping_files(History::Options more);
  ProxyRequests::Options with_sessions(ProxyRequests::Options more);
};

}  // namespace agenta::daemon
