#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/caller.hpp"
#include "daemon/core/catalog.hpp"
#include "daemon/core/connections.hpp"
#include "daemon/core/credentials.hpp"
#include "daemon/core/executions.hpp"
#include "shared/domain/connection_report.hpp"

namespace agenta::daemon {

struct Settlement;

/// Whether connections are alive: by what Composio says of the account, and by a cheap real call through it,
/// for Composio's ACTIVE does not prove that the service still honours the grant. Any thread.
class ConnectionChecks {
 public:
  struct Options {
    /// Whether a service's own words prove that the grant is dead.
    std::function<bool(std::string_view)> proves_dead_credential{};
  };
  ConnectionChecks(store::ConnectionStore& store, Connections& connections, Catalog& catalog,
                   Credentials& credentials, ToolProvider& provider, Executions& executions,
                   Clock const& clock, Options options)
      : store_(store),
        connections_(connections),
        catalog_(catalog),
        credentials_(credentials),
        provider_(provider),
        executions_(executions),
        clock_(clock),
        options_(std::move(options)) {}

  /// The service's current-user endpoint through the connection, else a read-only tool that needs no
  /// arguments (journaled like any run), else Composio's word alone. A dead grant is a report, and the row is
  /// EXPIRED from then on; a network or a Composio that does not answer is an error and changes nothing.
  Result<ConnectionCheck> check(Caller const& caller, std::string const& slug_or_id);
  /// Takes over what Composio says of the account.
  Result<Connection> refresh(Caller const& caller, std::string const& slug_or_id);

 private:
  struct Verdict {
    Health health = Health::unknown;
    std::string probe{};
    std::string detail{};
  };
  /// A row, brought up to what Composio says of its account.
  struct Standing {
    Connection row{};
    bool active_there = false;
  };
  Result<Standing> take_over(ProviderCall const& call, Caller const& caller, Connection row);
  Result<Verdict> probe(ProviderCall const& call, Caller const& caller, Connection const& row);
  Result<Verdict> ask_current_user(ProviderCall const& call, Connection const& row,
                                   IntegrationDetail const& detail);
  Result<std::optional<Tool>> find_probe_tool(ProviderCall const& call, IntegrationSlug const& slug);
  Result<Verdict> run_tool(Caller const& caller, Connection const& row, Tool const& tool);
  Result<Connection> write_verdict(Caller const& caller, Connection const& row, Verdict const& verdict);

  store::ConnectionStore& store_;
  Connections& connections_;
  Catalog& catalog_;
  Credentials& credentials_;
  ToolProvider& provider_;
  Executions& executions_;
  Clock const& clock_;
  Options const options_;
};

}  // namespace agenta::daemon
