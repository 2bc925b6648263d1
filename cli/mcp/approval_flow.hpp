#pragma once

#include <optional>
#include <string>

#include "cli/mcp/call_result.hpp"
#include "cli/mcp/turn.hpp"
#include "shared/domain/approval.hpp"

namespace agenta::mcp {

/// Gets a call approved: by a form that the client shows to its user, where it can, else by asking for the
/// user's approval elsewhere, after which the daemon lets the same call through. While a form is open, what
/// is decided elsewhere counts too, and closes it. Stateless; any thread.
class ApprovalFlow {
 public:
  /// `may_decide`: what the client's user says counts. Not over a session's own socket, where nothing that
  /// was asked can be approved.
  ApprovalFlow(CompleteStep complete, bool may_decide)
      : complete_(std::move(complete)), may_decide_(may_decide) {}

  /// Where the call may be repeated, `approval` is by whose word; else what the call ends with.
  std::optional<CallEnd> offer(Turn& turn, Error const& error, std::string_view tool,
                               std::string& approval) const;
  /// The same for the second try of a modern call.
  std::optional<CallEnd> resume(Turn& turn, Turn::Resumed const& resumed, std::string_view tool,
                                std::string& approval) const;

  static constexpr std::string_view kKey = "approval";

 private:
  std::optional<CallEnd> take_answer(Turn& turn, Answer const& answer, std::string const& id,
                                     std::string_view tool) const;
  /// How a call ends by what was decided elsewhere, or by nobody; nothing: it may run.
  std::optional<CallEnd> follow(Approval const& approval, std::string_view tool) const;
  std::optional<CallEnd> follow(Turn& turn, std::string const& id, std::string_view tool) const;
  CallEnd decline(Turn& turn, std::string const& id, std::string_view tool) const;
  void withdraw(Turn& turn, std::string const& id) const;
  CallEnd tell(std::string const& id, std::string_view tool) const;

  CompleteStep complete_;
  bool may_decide_;
};

}  // namespace agenta::mcp
