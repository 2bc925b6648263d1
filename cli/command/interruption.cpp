#include "cli/command/interruption.hpp"

#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::cli {
namespace {

constexpr std::chrono::milliseconds kCancelPatience{5'000};

}  // namespace

Error interrupted(Context& context, ExecutionId const& id, std::string const& name,
                  std::string const& may_have) {
  Error nothing_sent;
  nothing_sent.code = ErrorCode::cancelled;
  nothing_sent.message = "interrupted; nothing of " + name + " was sent";
  nothing_sent.execution_id = id.text;
  if (!context.lost_reply()) return nothing_sent;
  ServiceRequest request = protocol::cancel_execution(id.text);
  request.timeout = kCancelPatience;
  auto const reply = context.tools.call(request, std::stop_token{});
  Error sent = nothing_sent;
  sent.next_step = {"agenta-tools", "history", "show", id.text};
  if (!reply && reply.error().code == ErrorCode::execution_not_found) return sent;
  if (reply) {
    auto const execution = protocol::decode_execution(reply->body);
    bool const never_left = execution && (execution->state == ExecutionState::cancelled ||
                                          execution->state == ExecutionState::refused);
    // What was cut short only read.
    if (never_left && execution->attempts > 0) sent.message = "interrupted";
    if (never_left) return sent;
  }
  sent.message = "interrupted; " + name + " had been sent and may have " + may_have;
  sent.retryable = Retryable::unknown;
  return sent;
}

}  // namespace agenta::cli
