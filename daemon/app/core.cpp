#include "daemon/app/core.hpp"

#include <utility>

#include "shared/protocol/codec_approval.hpp"

namespace agenta::daemon {

Core::Core(store::Database& database, Options options, LoginWatcher& watcher,
           BrowserLoginWatcher& browser_watcher, Clock const& clock)
    : projects(database),
      connections(database, std::move(options.connection_changed)),
      auth_config_store(database),
      journal(database),
      credential_file(std::move(options.credential_file)),
      keyring(std::move(options.keyring)),
      safe(credential_file, keyring, std::move(options.session_bus)),
      auth_configs(auth_config_store, composio, clock, options.credentials.fingerprint),
      credentials(safe, composio, accounts, std::move(options.credentials)),
      browser_logins(credentials, accounts, browser_watcher, clock),
      runner(web, std::move(options.custom_runner)),
      custom(runner, std::move(options.custom)),
      shelf(std::move(options.shelf)),
      catalog(composio, clock, shelf, with_custom(std::move(options.catalog))),
      search(catalog, composio),
      results(std::move(options.results)),
      session_store(database, std::move(options.session_changed)),
      sessions(projects, connections, session_store, catalog, credentials, clock,
               std::move(options.sessions)),
      approval_store(database),
      approvals(projects, approval_store, clock, with_waiting(std::move(options.approvals))),
      connected(projects, connections, turns, credentials, composio, clock, &sessions),
      policies(catalog, credentials, sessions, connected),
      flow(projects, connections, turns, auth_configs, catalog, credentials, composio, watcher, clock),
      spool(std::move(options.spool)),
      uploads(spool, files, clock, {}),
      recent_files(clock),
      executions(projects, connections, journal, catalog, credentials, composio, clock,
                 with_rooms(std::move(options.executions))),
      downloads({projects, executions, credentials, spool, files, recent_files}),
      history(database, journal, clock, dropping_files(std::move(options.history))),
      proxies(projects, connections, catalog, credentials, composio, executions, clock,
              with_sessions(std::move(options.proxies))),
      inputs(catalog, credentials, composio, clock),
      checks(connections, connected, catalog, credentials, composio, executions, clock,
             std::move(options.checks)),
      sync(projects, connections, turns, catalog, credentials, composio, checks, clock),
      batch_store(database),
      batches(projects, batch_store, clock) {}

Catalog::Options Core::with_custom(Catalog::Options more) {
  more.custom = &custom;
  return more;
}

History::Options Core::dropping_files(History::Options more) {
  more.drop_file = [this](ResultFile const& file) { results.remove(file); };
  more.digest_file = [this](ExecutionId const& id, std::stop_token const& stop) {
    return results.digest(id, stop);
  };
  return more;
}

Approvals::Options Core::with_waiting(Approvals::Options more) {
  more.changed = [this, tell = std::move(more.changed)](ApprovalId const& id) {
    executions.approval_changed(id);
    tell(id);
  };
  more.approved = [this](Approval const& approval) {
    store::SessionNote note;
    note.change = SessionChange::approved;
    note.at = approval.decided_at.value_or(approval.created_at);
    note.detail.text = protocol::encode_own_approval(approval);
    (void)session_store.record(approval.session, note);  // it counts all the same
  };
  return more;
}

ProxyRequests::Options Core::with_sessions(ProxyRequests::Options more) {
  more.sessions = &sessions;
  return more;
}

Executions::Options Core::with_rooms(Executions::Options more) {
  more.results = &results;
  more.files = &uploads;
  more.sessions = &sessions;
  more.approvals = &approvals;
  more.returned = [this](Execution const& execution) { recent_files.remember(execution); };
  more.run_custom = [this](auto const& call, auto const& request) { return custom.execute(call, request); };
  return more;
}

}  // namespace agenta::daemon
