#include "cli/command/journal_question.hpp"

#include <thread>

#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::cli {
namespace {

/// How long the journal may take to answer: it is a local question, after a start of the daemon at most.
constexpr std::chrono::milliseconds kPatience{10'000};
constexpr std::chrono::milliseconds kPause{200};

}  // namespace

Result<Execution> ask_journal(Context& context, ExecutionId const& id,
                              std::chrono::steady_clock::time_point until) {
  for (;;) {
    ServiceRequest request = protocol::get_execution(id.text);
    request.timeout = kPatience;
    AGENTA_TRY(auto const reply, context.tools.call(request, context.stop));
    AGENTA_TRY(auto execution, protocol::decode_execution(reply.body));
    if (is_settled(execution.state) || std::chrono::steady_clock::now() >= until) return execution;
    if (context.stop.stop_requested()) return fail(ErrorCode::cancelled, "interrupted");
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace agenta::cli
