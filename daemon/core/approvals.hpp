#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/caller.hpp"
#include "daemon/store/approval_store.hpp"
#include "daemon/store/connection_store.hpp"
#include "shared/domain/approval.hpp"
#include "shared/domain/execution.hpp"
#include "shared/domain/page.hpp"

namespace agenta::daemon {

/// What executions need of approvals. Implemented by `Approvals`; any thread.
class ApprovalDesk {
 public:
  virtual ~ApprovalDesk() = default;
  /// Whether a person has allowed the tool, in this version, on this connection for the rest of the session.
  virtual Result<std::optional<ApprovalId>> find_grant(Approval const& like) = 0;
  /// Puts a question, whose `id` is of the pending one that the caller was told of before, and comes back to
  /// wait for: `expires_at` is by when it must be answered; left at 1970, by the setting. A pending
  /// one about the very same call is joined; one that was approved for it and not used comes back as that,
  /// and so does the one that the caller comes back for, however it was answered. `RATE_LIMITED` where too
  /// many of the session's questions wait already. Who asks in order to `wait`, and is given a pending one,
  /// says `stop_waiting` once, when it does not any more.
  virtual Result<Approval> ask(Approval question, OnAsk on_ask) = 0;
  /// With the last one who waited, and does not want it any more, a question is withdrawn that nobody may
  /// come back for. `may_return`: the answer is worth having all the same.
  enum class Parting : bool { unwanted, may_return };
  virtual void stop_waiting(ApprovalId const& id, Parting parting) = 0;
  /// As it is now. Woken on the key `approval:ID` when it is decided.
  virtual Result<Approval> get(ApprovalId const& id) = 0;
  /// Takes an approval of `once` for one run: of the same session, tool and version, connection and
  /// arguments, approved, in time, and not used before. `FORBIDDEN` else, saying which of these is not so.
  virtual Result<void> redeem(Approval const& claim, ExecutionId const& by) = 0;
};

/// The key on which whoever waits for an answer is woken.
std::string approval_key(ApprovalId const& id);

/// Questions to people about calls, and their answers. Deciding is the owner's: who may call `approve` and
/// `deny` is the doors' to say. Any thread.
class Approvals final : public ApprovalDesk {
 public:
  struct Options {
    /// How long a question waits for its answer, where the policy does not say.
    std::chrono::milliseconds timeout{std::chrono::minutes{5}};
    /// Told after something was asked, decided, or ran out. Must not block.
    std::function<void(ApprovalId const&)> changed{};
    /// Told of each that was approved, for the record of its session.
    std::function<void(Approval const&)> approved{};
  };
  Approvals(store::ProjectStore& projects, store::ApprovalStore& store, Clock const& clock, Options options);

  Result<std::optional<ApprovalId>> find_grant(Approval const& like) override;
  Result<Approval> ask(Approval question, OnAsk on_ask) override;
  void stop_waiting(ApprovalId const& id, Parting parting) override;
  Result<Approval> get(ApprovalId const& id) override;
  Result<void> redeem(Approval const& claim, ExecutionId const& by) override;

  /// As it is now, in the caller's project.
  Result<Approval> show(Caller const& caller, ApprovalId const& id);
  Result<Page<Approval>> list(Caller const& caller, store::ApprovalFilter const& filter);
  /// What was asked or decided after `cursor`, oldest first; without one only where the record stands now.
  Result<Page<Approval>> changes(Caller const& caller, std::string const& cursor);
  /// The caller waits for the answer from here on, who was told to come back for it: where it is still
  /// pending, `stop_waiting` is to be said once.
  Result<Approval> begin_waiting(Caller const& caller, ApprovalId const& id);
  /// `APPROVAL_DECIDED` where it was answered already, or nobody answered in time. For the session, what
  /// waits there for the tool on the connection is approved with it, each for its one call.
  Result<Approval> approve(Caller const& caller, ApprovalId const& id, ApprovalScope scope);
  Result<Approval> deny(Caller const& caller, ApprovalId const& id, std::string reason);
  /// Takes back what was allowed: for a whole session, with all else that still lets the tool run on the
  /// connection there, so that the next call asks again; or for one call that was not made yet.
  /// `APPROVAL_DECIDED` where it is neither any more, `INVALID_REQUEST` where nobody has answered it yet.
  Result<Approval> revoke(Caller const& caller, ApprovalId const& id);
  /// Whoever was told to come back for the answer will not. With the last of them a question is withdrawn
  /// that nobody waits for; what was decided already stays as it is.
  Result<Approval> withdraw(Caller const& caller, ApprovalId const& id);
  /// Ends the questions whose time is over.
  Result<void> expire_due();
  /// For the start of a daemon: those who waited when the one before it ended are gone.
  Result<void> withdraw_left_behind();
  Clock const& clock() const { return clock_; }

 private:
  Result<Approval> decide(Caller const& caller, Approval answer);
  std::vector<Approval> decide_covered(Approval const& grant);
  Result<std::optional<Approval>> find_answered(Approval const& question);
  WallTime next_stamp();
  void tell(ApprovalId const& id) const;

  store::ProjectStore& projects_;
  store::ApprovalStore& store_;
  Clock const& clock_;
  Options const options_;
  std::mutex mutex_{};  ///< of writing: the very same question is put once, and changes come in their order
  std::map<std::string, int> waiting_{};  ///< how many calls wait for an answer, by the approval's id
  /// Of the last change: each is later than the one before, so that a cursor misses none.
  std::optional<WallTime> last_stamp_{};
};

}  // namespace agenta::daemon
