#pragma once

#include <string>
#include <vector>

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

/// The arguments on one line, for tables: `title=hello owner=o`; those first that the last call like it had
/// otherwise. Long values are cut; nothing is made harmless yet.
std::string argument_summary(protocol::ApprovalView const& view);
/// The same of a list, in its order: those first that tell the calls of a tool apart.
std::vector<std::string> argument_summaries(std::vector<protocol::ApprovalView> const& views);

/// What a person answers; or nothing, where it was settled without them.
enum class Answer { once, session, deny, later, settled };
enum class MayWait : bool { no, yes };
/// Asks on stderr until an answer is understood, or `settled` is requested; `later` only where it may wait.
/// What was typed before the question was shown is none. Where no answer is given it fails with `instead`.
Result<Answer> ask_answer(Context& context, MayWait may_wait, Error const& instead,
                          std::stop_token const& settled);
/// Tells the daemon. One that was answered elsewhere meanwhile comes back as that.
Result<protocol::ApprovalView> send_answer(Context& context, Approval const& approval, Answer answer,
                                           std::string const& reason);

/// ` by ada`; nothing where it is not known.
std::string by_whom(Approval const& approval);

}  // namespace agenta::cli
