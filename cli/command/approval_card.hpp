#pragma once

#include <string>

#include "cli/command/context.hpp"
#include "shared/protocol/codec_approval.hpp"

namespace agenta::cli {

/// What a person has to see of a call before they let it run: who asks, which tool on which connection, by
/// which rule, with what arguments, and how those differ from the last call like it. Nothing in it is obeyed
/// by a terminal, and what is cut says so.
std::string approval_card(protocol::ApprovalView const& view, bool has_color);

/// `/title: "a" -> "b"`, a line each.
std::string change_lines(std::vector<protocol::JsonChange> const& changes);

/// Until when a pending one waits: `for 4m 10s more`; of another nothing.
std::string time_left(Approval const& approval, WallTime now);

/// The command that approves it, as it is to be typed in this run.
std::string approve_command(Context const& context, Approval const& approval);

/// What a person answers.
enum class Answer { once, session, deny, later };
enum class MayWait : bool { no, yes };
/// Asks on stderr until an answer is understood; `later` only where it may wait. Nobody there is
/// `INPUT_NEEDED`.
Result<Answer> ask_answer(Context& context, Approval const& approval, MayWait may_wait);
/// Tells the daemon. One that was answered elsewhere meanwhile comes back as that.
Result<protocol::ApprovalView> send_answer(Context& context, Approval const& approval, Answer answer,
                                           std::string const& reason);

}  // namespace agenta::cli
