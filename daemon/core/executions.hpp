#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/core/argument_files.hpp"
#include "daemon/core/caller.hpp"
#include "daemon/core/catalog.hpp"
#include "daemon/core/connections.hpp"
#include "daemon/core/credentials.hpp"
#include "daemon/store/connection_store.hpp"
#include "daemon/store/execution_journal.hpp"
#include "shared/base/synchronized.hpp"
#include "shared/domain/execution.hpp"

namespace agenta::daemon {

/// Runs tools and keeps the journal of them (contract §7). Any thread.
class Executions {
 public:
  struct Options {
    std::size_t most_kept_result_bytes =
        1 << 20;  ///< a longer result is delivered, and journaled without its data
    std::function<std::string(std::string_view)> digest{};  ///< SHA-256, as hex
    /// Makes a next step one that reaches this daemon and project when it is typed; see `complete_next_step`.
    std::string sandbox_flag{};
    /// Whether the tool's own words prove that its account's grant is dead, whatever Composio's status says.
    std::function<bool(std::string_view)> proves_dead_credential{};
    std::function<void(Execution const&)> returned{};  ///< told of each result, before it is journaled
    ArgumentFiles* files = nullptr;  ///< outlives the executions; null: arguments take no files
  };
  Executions(store::ProjectStore& projects, store::ConnectionStore& connections,
             store::ExecutionJournal& journal, Catalog& catalog, Credentials& credentials,
             ToolProvider& provider, Clock const& clock, Options options);

  /// Runs one tool to its end. The row is journaled before anything leaves; `caller.stop` (a client that went
  /// away) ends nothing: the result is kept. A tool that said no is a value with `error` TOOL_FAILED; every
  /// other failure is an error with the execution's id.
  Result<Execution> run(Caller const& caller, ToolCall const& call);

  /// What has not been sent never will be. What has been sent goes on, and its outcome is recorded. The row
  /// as it is then.
  Result<Execution> cancel(Caller const& caller, ExecutionId const& id);
  Result<Execution> get(Caller const& caller, ExecutionId const& id);
  Result<Page<Execution>> list(Caller const& caller, store::ExecutionFilter const& filter);

  /// Executions under way.
  std::size_t running() const;
  /// Ends every call that is out; what was written is journaled as `unknown`. For a shutdown whose patience
  /// is over.
  void abort_all();

 private:
  struct Plan;
  struct Flight;
  Result<Plan> plan(Caller const& caller, ToolCall const& call, Execution& record);
  Result<std::vector<Connection>> candidates(ProjectId const& project, IntegrationSlug const& integration,
                                             std::string const& named);
  Result<std::optional<Execution>> recorded(Plan const& plan, Execution const& record, SteadyTime deadline);
  Result<Execution> send(Caller const& caller, Plan const& plan, Execution record, ToolCall const& call);
  Result<JsonText> stage_files(Caller const& caller, Plan const& plan, ToolCall const& call,
                               Flight const& flight);
  ExecuteOutcome attempt_until_settled(Caller const& caller, Plan const& plan, Execution& record,
                                       ToolCall const& call, Flight& flight);
  Execution settle(Plan const& plan, Execution record, ExecuteOutcome outcome, bool cancelled);
  Error refuse(Execution& record, std::string const& project, Error error);
  void note_connection(Plan const& plan, Execution const& record, std::string const& tool_words);
  enum class Start { flying, cancelled_before, id_in_use };
  Start begin_flight(ExecutionId const& id, std::shared_ptr<Flight> const& flight);
  bool cancel_flight(ProjectId const& project, ExecutionId const& id);
  void end_flight(ExecutionId const& id);
  void write_unsettled();

  store::ProjectStore& projects_;
  store::ConnectionStore& connections_;
  store::ExecutionJournal& journal_;
  Catalog& catalog_;
  Credentials& credentials_;
  ToolProvider& provider_;
  Clock const& clock_;
  Options const options_;

  Synchronized<std::vector<Execution>> unsettled_;  ///< outcomes the journal could not take yet
  mutable std::mutex mutex_;
  std::condition_variable landed_;                          ///< notified whenever a flight ends
  std::map<std::string, std::shared_ptr<Flight>> flights_;  ///< by execution id
  std::set<std::string> cancelled_early_;                   ///< cancelled before their request was even read
};

}  // namespace agenta::daemon
