#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/approvals.hpp"
#include "daemon/core/argument_files.hpp"
#include "daemon/core/caller.hpp"
#include "daemon/core/catalog.hpp"
#include "daemon/core/connections.hpp"
#include "daemon/core/credentials.hpp"
#include "daemon/core/result_files.hpp"
#include "daemon/core/sessions.hpp"
#include "daemon/core/turns.hpp"
#include "daemon/store/connection_store.hpp"
#include "daemon/store/execution_journal.hpp"
#include "shared/base/synchronized.hpp"
#include "shared/domain/execution.hpp"
#include "shared/schema/redact.hpp"

namespace agenta::daemon {

/// The JSON text of a result: a part of a file where there is one, else `text`.
struct ResultBody {
  std::string text{};
  std::optional<FileBody> file{};
};

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
    schema::RedactionRules redaction{};                ///< what of arguments and results is not journaled
    ResultFiles const* results = nullptr;  ///< outlives the executions; null: no result is that large
    /// Runs a tool of the person's own; empty: there are none.
    std::function<ExecuteOutcome(ProviderCall const&, ExecuteRequest const&)> run_custom{};
    ArgumentFiles* files = nullptr;   ///< outlives the executions; null: arguments take no files
    SessionBook* sessions = nullptr;  ///< outlives the executions; null: there are no sessions
    /// Where people are asked; outlives the executions. Null: what would ask is refused.
    ApprovalDesk* approvals = nullptr;
    bool coalesce_reads = false;            ///< identical reads at the same instant share one request
    std::size_t most_in_flight = 64;        ///< executions that are out at the same time
    std::size_t most_custom_in_flight = 8;  ///< tools of the person's own that run at the same time
    /// Wakes the runs that pause on this key; may be empty where all are run to their end by `run`. Any
    /// thread; must not block.
    std::function<void(std::string const& key)> wake{};
    /// How long an answer to a written request is awaited that its caller does not wait for any more.
    std::chrono::milliseconds answer_patience{std::chrono::minutes{10}};
  };
  Executions(store::ProjectStore& projects, store::ConnectionStore& connections,
             store::ExecutionJournal& journal, Catalog& catalog, Credentials& credentials,
             ToolProvider& provider, Clock const& clock, Options options);

  /// Runs one tool to its end, waiting in this thread where it must. The row is journaled before anything
  /// leaves; `caller.stop` (a client that went away) ends what still waits for its turn, and nothing that was
  /// sent: the result is kept. A tool that said no is a value with `error` TOOL_FAILED; every other failure
  /// is an error with the execution's id.
  Result<Execution> run(Caller const& caller, ToolCall const& call);
  /// The same in steps, none of which holds its thread while it waits for its turn.
  class Run;
  /// What else is run as a tool is: a row, a turn, the same rules of sending again.
  class Job;
  struct Plan;
  struct Frame;
  /// What the policy of the plan's session says of the call, noted in the row: `POLICY_DENIED` where it
  /// denies it. Nothing outside of sessions.
  static Result<void> judge(Plan const& plan, Execution& record);
  /// The same before the arguments are looked at: whom the policy denies the tool, whatever it is called
  /// with, is told that, and not how to call it.
  static Result<void> judge_outright(Plan const& plan, Tool const& tool, Execution& record);
  /// Takes all steps of a run, waiting in this thread where it must.
  Result<Execution> finish(Run& run);

  /// What has not been sent never will be. What has been sent goes on, and its outcome is recorded. The row
  /// as it is then.
  Result<Execution> cancel(Caller const& caller, ExecutionId const& id);
  /// One that waits for its turn says where it stands.
  Result<Execution> get(Caller const& caller, ExecutionId const& id);
  /// What a person said of an execution that the caller may see. Nothing where nobody was asked, where the
  /// record of it is gone, and for a caller that came by a session's socket: who decides is not its to know.
  std::optional<Approval> find_approval(Caller const& caller, Execution const& execution) const;
  /// `SESSION_NOT_FOUND` where the filter names a session that there never was.
  Result<Page<Execution>> list(Caller const& caller, store::ExecutionFilter const& filter);
  /// The data of an execution of `run` or `get`, whole or what a JSON pointer names in it. Nothing where it
  /// names nothing; `EXECUTION_NOT_FOUND` where the execution has no result, or it is not kept any more.
  Result<std::optional<ResultBody>> open_result(Execution const& execution, std::string_view pointer) const;
  /// The same with arguments and data; see `ExecutionJournal::list_whole`.
  Result<Page<Execution>> list_whole(Caller const& caller, store::ExecutionFilter const& filter,
                                     std::size_t most_bytes);

  /// What was learned of how often the provider may be asked is not true any more.
  void forget_rates() { turns_.forget_rates(); }

  /// Runs that wait for this answer go on. Must be told of every approval that is decided. Any thread.
  void approval_changed(ApprovalId const& id);

  /// Executions under way.
  std::size_t running() const;
  /// Ends every call that is out; what was written is journaled as `unknown`, what still waited as cancelled.
  /// For a shutdown whose patience is over.
  void abort_all();

 private:
  struct Flight;
  class ToolJob;
  /// What an earlier run left: its outcome, or the run to wait for where it is under way; else the call is
  /// new.
  struct Earlier {
    std::optional<Execution> answer{};
    std::optional<ExecutionId> twin{};
  };

  Result<void> enter_session(Caller const& caller, ToolCall const& call, Plan& plan, Execution& record);
  Result<Known<std::shared_ptr<CatalogTool const>>> find_tool(Caller const& caller,
                                                              ProviderCall const& asking,
                                                              ToolCall const& call, ToolSlug const& slug,
                                                              Plan const& plan);
  Approval question_of(Plan const& plan, Execution const& record) const;
  Result<void> check_still_open(Caller const& caller, Plan const& plan, Execution const& record) const;
  Result<void> check_still_granted(Execution const& record) const;
  Result<bool> is_visible(Caller const& caller, Execution const& execution);
  ExecutionId own_id(Caller const& caller, ExecutionId const& given) const;
  Result<std::optional<Execution>> find_visible(Caller const& caller, ExecutionId const& id);
  Result<store::ExecutionFilter> confine(Caller const& caller, store::ExecutionFilter filter);
  Result<void> check_session(Caller const& caller, store::ExecutionFilter const& filter,
                             Page<Execution> const& page) const;
  Result<Earlier> find_earlier(Plan const& plan, Execution const& record);
  Result<Earlier> replay(Execution found, bool is_line);
  Execution settle(Job const& job, Plan const& plan, Execution record, ExecuteOutcome outcome,
                   bool cancelled);
  Error refuse(Execution& record, std::string const& project, Error error);
  enum class Start { flying, cancelled_before, id_in_use };
  Start begin_flight(std::shared_ptr<Flight> const& flight, Caller const& caller);
  bool watch_flight(ExecutionId const& id);
  std::shared_ptr<Flight> join_read(std::shared_ptr<Flight> const& flight);
  bool cancel_flight(Caller const& caller, ProjectId const& project, ExecutionId const& id);
  void end_flight(ExecutionId const& id);
  void await_answer(Flight& flight, ApprovalId const& id);
  std::optional<QueuePlace> find_place(ExecutionId const& id) const;
  void wake(std::string const& key);
  void write_unsettled();
  void note_gone(Execution& execution) const;
  static void tell_own_key(Execution& execution);
  Result<store::ExecutionFilter> by_connection_id(ProjectId const& project, store::ExecutionFilter filter);

  store::ProjectStore& projects_;
  store::ConnectionStore& connections_;
  store::ExecutionJournal& journal_;
  Catalog& catalog_;
  Credentials& credentials_;
  ToolProvider& provider_;
  Clock const& clock_;
  Options const options_;
  Turns turns_;
  Turns custom_turns_;  ///< what runs here waits for nothing of the provider's, and takes none of its places

  struct Unsettled {
    Execution row{};
    std::string file_sha256{};
  };
  Synchronized<std::vector<Unsettled>> unsettled_;  ///< outcomes the journal could not take yet
  mutable std::mutex mutex_;
  std::condition_variable changed_;  ///< notified whenever a key is woken, a flight ends
  std::uint64_t changes_ = 0;        ///< how often
  std::map<std::string, std::shared_ptr<Flight>> flights_;  ///< by execution id
  std::map<std::string, std::shared_ptr<Flight>> reads_;    ///< by what they read, where reads are shared
  /// Cancelled before their request was even read, by the id they will have; by the session from whose socket
  /// that came, if any.
  std::map<std::string, std::set<std::string>> cancelled_early_;
};

}  // namespace agenta::daemon
