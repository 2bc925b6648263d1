#include "cli/command/result_fetch.hpp"

#include "shared/protocol/api.hpp"

namespace agenta::cli {

Result<std::string> fetch_result(Context& context, std::string const& id, std::string_view pointer,
                                 ResultIntake& intake) {
  intake.execution_id = id;
  for (;;) {
    auto const before = intake.size();
    intake.begin_again();
    auto reply = context.call_streaming(protocol::get_execution_result(id, pointer), intake.sink());
    if (reply) return intake.take_held();
    if (intake.is_refused()) return std::string{};
    bool const may_go_on = context.lost_reply() && !context.stop.stop_requested() && intake.size() > before;
    if (may_go_on) continue;
    Error error = std::move(reply).error();
    if (error.execution_id.empty()) error.execution_id = id;
    return fail(std::move(error));
  }
}

}  // namespace agenta::cli
