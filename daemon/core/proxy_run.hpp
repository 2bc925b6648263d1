#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "daemon/core/execution_run.hpp"
#include "daemon/core/proxy_requests.hpp"

namespace agenta::daemon {

/// One raw request in steps; see `Executions::Run`.
class ProxyRequests::Run {
 public:
  using MayLeave = Executions::Run::MayLeave;
  Run(ProxyRequests& requests, Caller caller, ProxyCall call, MayLeave may_leave);

  using Pause = Executions::Run::Pause;
  using Step = std::variant<Pause, Result<Answer>>;
  Step next(bool rested);
  std::optional<Error> leave() { return run_.leave(); }

 private:
  friend class ProxyRequests;
  Run(ProxyRequests& requests, Caller caller, std::unique_ptr<Job> job, MayLeave may_leave);
  Result<Answer> answer(Result<Execution> ended);
  Result<SpoolFile> fetch(ProxyFile const& file, ProxyAnswer const& answer) const;

  ProxyRequests& owner_;
  Caller const caller_;
  Job& job_;  ///< of `run_`
  Executions::Run run_;
};

}  // namespace agenta::daemon
