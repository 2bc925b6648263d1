#include "daemon/core/answer_wait.hpp"

#include <algorithm>
#include <utility>

namespace agenta::daemon {

using std::chrono::milliseconds;
using Parting = ApprovalDesk::Parting;

AnswerWait::Step AnswerWait::next(bool) {
  bool const is_first = !std::exchange(has_begun_, true);
  auto found = is_first ? approvals_.begin_waiting(caller_, id_) : approvals_.show(caller_, id_);
  if (!found) return Result<Approval>{fail(std::move(found).error())};
  bool const is_pending = found->state == ApprovalState::pending;
  if (is_first) is_waiting_ = is_pending;
  auto const now = approvals_.clock().steady();
  bool const is_late = now >= caller_.deadline;
  if (is_pending && !is_late && !caller_.stop.stop_requested()) {
    auto const left = std::min(std::chrono::ceil<milliseconds>(caller_.deadline - now),
                               found->expires_at - approvals_.clock().wall());
    return Pause{approval_key(id_), std::max(left, milliseconds{1})};
  }
  // Whoever is told that it is pending still may come back for it.
  stop(is_late ? Parting::may_return : Parting::unwanted);
  return found;
}

void AnswerWait::stop(Parting parting) {
  if (std::exchange(is_waiting_, false)) approvals_.stop_waiting(id_, parting);
}

}  // namespace agenta::daemon
