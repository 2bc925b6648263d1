#include "cli/command/proxy_outcome.hpp"

#include <utility>

#include "cli/command/interruption.hpp"
#include "cli/command/journal_question.hpp"
#include "shared/base/secret.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/codec_proxy.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// For a context without a timeout.
constexpr milliseconds kDefaultPatience{120'000};

std::string name_of(ProxyCall const& call) {
  return call.method + " " + call.url.substr(0, call.url.find_first_of("?#"));
}

Error outcome(ErrorCode code, std::string message, ProxyCall const& call) {
  Error error;
  error.code = code;
  error.message = std::move(message);
  error.execution_id = call.id.text;
  error.next_step = {"agenta-tools", "history", "show", call.id.text};
  return error;
}

Error unknown_outcome(ProxyCall const& call, std::string const& why) {
  return outcome(ErrorCode::outcome_unknown, why + ", so " + name_of(call) + " may have been done", call);
}

/// What the journal tells of an answer that was lost on its way here.
Error lost_answer(Execution const& execution, ProxyCall const& call) {
  if (execution.state == ExecutionState::unknown)
    return unknown_outcome(call, "the connection to the daemon was lost while it ran");
  bool const has_answer = execution.data.has_value();
  if (execution.error && !has_answer) return *execution.error;
  std::string const data = execution.data ? execution.data->text : "{}";
  std::string const status{protocol::find_member(data, "status").value_or("no status")};
  Error error = outcome(ErrorCode::daemon_unavailable,
                        name_of(call) + " was done and answered with " + status +
                            ", and the answer was lost with the connection to the daemon",
                        call);
  error.retryable = only_reads(call.method) ? Retryable::yes : Retryable::no;
  return error;
}

}  // namespace

Result<ReceivedAnswer> request_to_outcome(Context& context, ProxyCall call) {
  auto const stopped = [&] { return fail(interrupted(context, call.id, name_of(call), "been done")); };
  auto const until = steady_clock::now() + context.timeout.value_or(kDefaultPatience);
  for (bool is_second = false;; is_second = true) {
    ReceivedAnswer received{context.environment ? context.environment("TMPDIR").value_or("/tmp") : "/tmp"};
    ServiceRequest request = protocol::proxy(call);
    request.timeout = context.timeout;
    auto const reply = context.tools.call_streaming(
        request, [&](std::string_view bytes) { return received.take(bytes); }, context.stop);
    Secret const sent{std::move(request.body)};
    if (reply) {
      AGENTA_CHECK(received.finish());
      return received;
    }
    if (context.stop.stop_requested()) return stopped();
    if (!context.lost_reply()) return fail(reply.error());
    // Nobody answered in all the time there was: the journal would not either.
    if (steady_clock::now() >= until) return fail(unknown_outcome(call, "the daemon did not answer in time"));

    auto const found = ask_journal(context, call.id, until);
    if (context.stop.stop_requested()) return stopped();
    bool const never_began = !found && found.error().code == ErrorCode::execution_not_found;
    // It was still waiting for its turn when its daemon died.
    bool const never_left = found && found->state == ExecutionState::cancelled;
    if (found && is_settled(found->state) && !never_left) return fail(lost_answer(*found, call));
    if (is_second || (!never_began && !never_left))
      return fail(unknown_outcome(call, "the connection to the daemon was lost"));
    if (never_left) call.id.text = make_uuid_v7();
  }
}

}  // namespace agenta::cli
