#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/database.hpp"
#include "shared/domain/approval.hpp"
#include "shared/domain/page.hpp"

namespace agenta::daemon::store {

struct ApprovalFilter {
  std::optional<ApprovalState> state{};
  bool granted = false;   ///< only what is allowed for a whole session that is open
  std::string session{};  ///< name or id; empty: all
  std::string cursor{};   ///< an approval's id: what is older
  int limit = 50;
};

/// What people were asked, and what they said. Any thread.
class ApprovalStore {
 public:
  explicit ApprovalStore(Database& database);
  ~ApprovalStore();

  /// Whether somebody may come back for the answer who does not wait for it.
  enum class Returns : bool { no, yes };
  Result<void> insert(Approval const& approval, Returns returns);
  /// One more may come back for it.
  Result<void> keep(ApprovalId const& id);
  /// One of those did.
  Result<void> come_back(ApprovalId const& id);
  /// A pending one that nobody comes back for is not wanted any more; false where it is not such a one.
  Result<bool> withdraw(ApprovalId const& id, WallTime stamp);
  /// So are all of those: whoever waited for them is gone with the daemon that was here before.
  Result<void> withdraw_left_behind(WallTime stamp);
  /// One that is for the whole session, or for one call and not used yet, counts no more; false where it is
  /// not such a one.
  Result<bool> revoke(ApprovalId const& id, Actor const& by, WallTime stamp);
  Result<std::optional<Approval>> find(ApprovalId const& id);
  /// The newest of the same session, tool and version, connection and arguments that is pending, or that was
  /// approved once after `approved_after` and not used.
  Result<std::optional<Approval>> find_open(Approval const& like, WallTime approved_after);
  /// The newest approval of the tool, in this version, on the connection for the whole session.
  Result<std::optional<ApprovalId>> find_grant(Approval const& like);
  Result<std::int64_t> count_pending(SessionId const& session);
  /// The pending ones of the same session, tool and version, and connection, oldest first.
  Result<std::vector<ApprovalId>> find_pending(Approval const& like);
  /// Of the same session, tool and connection those that still let something run.
  Result<std::vector<ApprovalId>> find_standing(Approval const& like);
  /// A pending one gets its answer; false where it is not pending any more.
  Result<bool> decide(Approval const& decided);
  /// An approval of `once` is taken by a run; false where another has it.
  Result<bool> take(ApprovalId const& id, ExecutionId const& by);
  /// Whether a pending one's time is over by `now`, or its session.
  Result<bool> has_due(WallTime now);
  /// Those become expired. All at the one `stamp`. Their ids. What expired or
  /// was withdrawn a day before is dropped.
  Result<std::vector<ApprovalId>> expire(WallTime now, WallTime stamp);
  /// Newest first. A cursor that is not one is `INVALID_REQUEST`.
  Result<Page<Approval>> list(ProjectId const& project, ApprovalFilter const& filter);
  /// Those that were asked or decided after `after`, in that order; at most `most`.
  Result<std::vector<Approval>> changed(ProjectId const& project, WallTime after, int most);
  /// The last of those moments; 1970 where there is none.
  Result<WallTime> last_change();
  /// The arguments, as they are journaled, of the last run of the tool on the connection: in the session,
  /// else in the project.
  Result<std::optional<JsonText>> find_previous(Approval const& like);

 private:
  struct Statements;
  Database& database_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace agenta::daemon::store
