#pragma once

#include <memory>

#include "daemon/core/execution_job.hpp"

namespace agenta::daemon {

/// Running one tool, the provider's or one's own.
class Executions::ToolJob final : public Job {
 public:
  ToolJob(Executions& owner, ToolCall call) : owner_(owner), call_(std::move(call)) {}
  static Frame frame_of(ToolCall const& call);

  Result<Plan> plan(Caller const& caller, Execution& record) override;
  Result<void> prepare(ProviderCall const& call, Plan const& plan, Execution const& record) override;
  ExecuteOutcome send(ProviderCall const& call, Patience const& patience) override;

 private:
  Result<Connection> choose(Plan const& plan, std::string const& named) const;
  bool is_validated() const;
  Result<void> validate() const;
  Result<void> read_arguments(Caller const& caller, Execution& record);

  Executions& owner_;
  ToolCall const call_;
  std::shared_ptr<CatalogTool const> tool_{};
  JsonText arguments_{};  ///< as they are sent; the record holds them redacted
  ExecuteRequest request_{};
};

}  // namespace agenta::daemon
