#pragma once

#include <optional>

#include "daemon/core/execution_job.hpp"
#include "daemon/core/proxy_requests.hpp"

namespace agenta::daemon {

/// What one raw request is to its execution.
class ProxyRequests::Job final : public Executions::Job {
 public:
  Job(ProxyRequests& owner, ProxyCall call) : owner_(owner), call_(std::move(call)) {}
  Executions::Frame frame() const;

  Result<Executions::Plan> plan(Caller const& caller, Execution& record) override;
  ExecuteOutcome send(ProviderCall const& call, Patience const& patience) override;
  bool has_answer() const override { return reply_.has_value(); }
  void tell_answer(Execution& record) const override;

  ProxyCall const& call() const { return call_; }
  ProviderAccess const& access() const { return access_; }
  std::optional<ProxyReply>& reply() { return reply_; }

 private:
  ProxyRequests& owner_;
  ProxyCall call_;
  ProviderAccess access_{};
  AccountId account_{};
  std::optional<ProxyReply> reply_{};
};

}  // namespace agenta::daemon
