#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
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
  struct Member {
    Durability durability;
    Work const& work;
    std::optional<Result<void>> outcome{};
    std::condition_variable changed{};
  };
  std::vector<Result<void>> commit(std::vector<Member*> const& group);
  static Result<void> attempt(Locked& db, std::vector<Member*> const& group);

  Database& database_;
  std::mutex mutex_;
  std::vector<Member*> waiting_;
  bool is_leading_ = false;  ///< somebody commits a group
};

}  // namespace agenta::daemon::store
