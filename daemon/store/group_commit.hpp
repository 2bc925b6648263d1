#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "daemon/store/state.hpp"

namespace agenta::daemon::store {

/// Transactions that take effect together: what comes while one is being committed waits, and goes into the
/// next as one. A crowd pays for one commit (and, where it has to survive a power cut, one flush of the disk)
/// each time instead of one each. Who is alone pays what it would alone. Any thread.
class GroupCommit {
 public:
  explicit GroupCommit(Database& database) : database_(database) {}
  GroupCommit(GroupCommit const&) = delete;
  GroupCommit& operator=(GroupCommit const&) = delete;

  /// Statements, run in a transaction that is begun and committed around them. May be run twice: where any of
  /// a group fails, all of it is undone and each is run by itself.
  using Work = std::function<Result<void>(Locked&)>;
  /// Returns once it is committed, at least as durably as asked, or has failed and left nothing.
  Result<void> run(Durability durability, Work const& work);

 private:
  struct Member;
  using Group = std::vector<std::shared_ptr<Member>>;
  Group join(std::shared_ptr<Member> const& own);
  Group take_waiting(std::shared_ptr<Member> const& first);
  void hand_over();
  std::vector<Result<void>> commit(Group const& group);
  static Result<void> attempt(Locked& db, std::span<std::shared_ptr<Member> const> group);

  Database& database_;
  std::mutex mutex_;
  Group waiting_;
  bool is_led_ = false;  ///< somebody commits a group, or was told to
};

}  // namespace agenta::daemon::store
