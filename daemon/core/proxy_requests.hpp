#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>

#include "daemon/core/caller.hpp"
#include "daemon/core/catalog.hpp"
#include "daemon/core/credentials.hpp"
#include "daemon/core/executions.hpp"
#include "daemon/core/sessions.hpp"
#include "daemon/store/connection_store.hpp"
#include "shared/base/spool_file.hpp"
#include "shared/domain/proxy.hpp"

namespace agenta::daemon {

/// Raw requests to services through their connections. Each is an execution (contract §7): it waits for its
/// turn, is cancelled, journaled and repeated as the running of a tool is. Any thread.
class ProxyRequests {
 public:
  struct Options {
    std::size_t most_kept_bytes = 1 << 20;  ///< of a body, in the journal
    /// Whether a service's own words prove that the account's grant is dead.
    std::function<bool(std::string_view)> proves_dead_credential{};
    std::filesystem::path spool{};                          ///< where answers of bytes wait to be passed on
    std::int64_t most_file_bytes = std::int64_t{2} << 30;   ///< of one
    std::function<std::string(std::string_view)> digest{};  ///< SHA-256, as hex
    SessionBook* sessions = nullptr;  ///< outlives the requests; null: there are no sessions
  };
  ProxyRequests(store::ProjectStore& projects, store::ConnectionStore& connections, Catalog& catalog,
                Credentials& credentials, ToolProvider& provider, Executions& executions, Clock const& clock,
                Options options);

  struct Answer {
    ProxyAnswer answer{};
    std::optional<SpoolFile> document{};  ///< where the body is bytes: the whole answer, encoded
  };
  /// Makes one request, waiting in this thread where it must. An answer of the service is an answer, whatever
  /// its status. Bytes that cannot be fetched, though the service answered, are an error that says so.
  Result<Answer> run(Caller const& caller, ProxyCall const& call);
  /// The same in steps, none of which holds its thread while it waits for its turn.
  class Run;

 private:
  class Job;
  Result<void> enter_session(Caller const& caller, ProxyCall const& call, Executions::Plan& plan,
                             Execution& record);
  void ask_as(ProxyCall const& call, Executions::Plan& plan, Execution& record) const;
  Result<Connection> choose(Caller const& caller, Executions::Plan const& plan, ProxyCall const& call);
  std::optional<Error> error_in(Execution const& record, ProxyReply const& reply) const;

  store::ProjectStore& projects_;
  store::ConnectionStore& connections_;
  Catalog& catalog_;
  Credentials& credentials_;
  ToolProvider& provider_;
  Executions& executions_;
  Clock const& clock_;
  Options const options_;
};

}  // namespace agenta::daemon
