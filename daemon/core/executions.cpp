#include "daemon/core/executions.hpp"

#include <utility>

#include "daemon/core/execution_run.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {

Executions::Executions(store::ProjectStore& projects, store::ConnectionStore& connections,
                       store::ExecutionJournal& journal, Catalog& catalog, Credentials& credentials,
                       ToolProvider& provider, Clock const& clock, Options options)
    : projects_(projects),
      connections_(connections),
      journal_(journal),
      catalog_(catalog),
      credentials_(credentials),
      provider_(provider),
      clock_(clock),
      options_(std::move(options)),
      turns_(clock, {options_.most_in_flight, "in_flight", [this](std::string const& key) { wake(key); }}),
      custom_turns_(clock, {options_.most_custom_in_flight, "custom_in_flight",
                            [this](std::string const& key) { wake(key); }}) {}

Result<Execution> Executions::run(Caller const& caller, ToolCall const& call) {
  Run run{*this, caller, call, Run::MayLeave::no};
  return finish(run);
}

Result<Execution> Executions::finish(Run& run) {
  for (bool rested = false;;) {
    std::unique_lock lock{mutex_};
    auto const seen = changes_;
    lock.unlock();
    auto step = run.next(rested);
    if (auto* const done = std::get_if<Result<Execution>>(&step)) return std::move(*done);
    lock.lock();
    rested = !changed_.wait_for(lock, std::get<Run::Pause>(step).at_most, [&] { return changes_ != seen; });
  }
}

/// Whoever pauses on the key goes on: in a thread of its own, or wherever it was promised to be woken.
void Executions::wake(std::string const& key) {
  {
    std::lock_guard const guard{mutex_};
    ++changes_;
  }
  changed_.notify_all();
  if (options_.wake) options_.wake(key);
}

}  // namespace agenta::daemon
