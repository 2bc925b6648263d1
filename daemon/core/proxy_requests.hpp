#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/approvals.hpp"
#include "daemon/core/caller.hpp"
#include "daemon/core/catalog.hpp"
#include "daemon/core/credentials.hpp"
#include "daemon/core/sessions.hpp"
#include "daemon/store/connection_store.hpp"
#include "daemon/store/execution_journal.hpp"
#include "shared/base/spool_file.hpp"
#include "shared/base/synchronized.hpp"
#include "shared/domain/proxy.hpp"

namespace agenta::daemon {

/// Raw requests to services through their connections, journaled and repeated as executions are (contract
/// §7): the row is durable before anything leaves, a write is sent once, and one whose fate is not known is
/// `OUTCOME_UNKNOWN`. Any thread.
class ProxyRequests {
 public:
  struct Options {
    std::size_t most_kept_bytes = 1 << 20;  ///< of a body, in the journal
    std::string sandbox_flag{};             ///< see `complete_next_step`
    /// Whether a service's own words prove that the account's grant is dead.
    std::function<bool(std::string_view)> proves_dead_credential{};
    std::filesystem::path spool{};                          ///< where answers of bytes wait to be passed on
    std::int64_t most_file_bytes = std::int64_t{2} << 30;   ///< of one
    std::function<std::string(std::string_view)> digest{};  ///< SHA-256, as hex
    SessionBook* sessions = nullptr;    ///< outlives the requests; null: there are no sessions
    ApprovalDesk* approvals = nullptr;  ///< outlives the requests; null: nobody is asked
  };
  ProxyRequests(store::ProjectStore& projects, store::ConnectionStore& connections,
                store::ExecutionJournal& journal, Catalog& catalog, Credentials& credentials,
                ToolProvider& provider, Clock const& clock, Options options);

  struct Answer {
    ProxyAnswer answer{};
    std::optional<SpoolFile> document{};  ///< where the body is bytes: the whole answer, encoded
  };
  /// Makes one request. An answer of the service is an answer, whatever its status. A read ends with
  /// `caller.stop`; a write goes on, and its row tells what came of it. Bytes that cannot be fetched, though
  /// the service answered, are an error that says so.
  Result<Answer> run(Caller const& caller, ProxyCall const& call);

  /// Requests under way.
  std::size_t running() const { return running_; }

 private:
  struct Plan;
  Result<Plan> plan(Caller const& caller, ProxyCall const& call, Execution& record);
  Result<Connection> choose(Plan const& plan, Caller const& caller, ProxyCall const& call);
  Result<void> enter_session(Caller const& caller, ProxyCall const& call, Plan& plan, Execution& record);
  Result<void> judge(ProxyCall const& call, Plan const& plan, Execution& record) const;
  Error refuse(Execution& record, std::string const& project, Error error);
  ProxyOutcome attempt_until_settled(Caller const& caller, Plan const& plan, Execution& record,
                                     ProxyCall const& call);
  void judge(Plan const& plan, ProxyCall const& call, ProxyOutcome& outcome, Execution& record) const;
  std::optional<Error> error_in(Plan const& plan, ProxyReply const& reply) const;
  void settle(Execution const& record);
  Result<SpoolFile> fetch(Caller const& caller, Plan const& plan, ProxyFile const& file,
                          ProxyAnswer const& answer);
  void write_unsettled();

  store::ProjectStore& projects_;
  store::ConnectionStore& connections_;
  store::ExecutionJournal& journal_;
  Catalog& catalog_;
  Credentials& credentials_;
  ToolProvider& provider_;
  Clock const& clock_;
  Options const options_;
  Synchronized<std::vector<Execution>> unsettled_{};  ///< outcomes the journal could not take yet
  std::atomic<std::size_t> running_{0};
};

}  // namespace agenta::daemon
