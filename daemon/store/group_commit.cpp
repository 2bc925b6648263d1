#include "daemon/store/group_commit.hpp"

#include <algorithm>
#include <condition_variable>
#include <iterator>
#include <optional>
#include <utility>

#include "shared/base/try.hpp"

namespace agenta::daemon::store {

/// One who waits. It is told under its own lock, and woken after: who wakes meets nobody. Shared, since the
/// one that waited may be gone before the one that woke it has returned from that.
struct GroupCommit::Member {
  Member(Durability wanted, Work const& its) : durability(wanted), work(its) {}

  void settle(Result<void> result) {
    {
      std::lock_guard const guard{mutex};
      outcome = std::move(result);
    }
    changed.notify_one();
  }
  void lead() {
    {
      std::lock_guard const guard{mutex};
      is_leader = true;
    }
    changed.notify_one();
  }
  /// Its outcome; or none, where it is to commit what waits.
  std::optional<Result<void>> await() {
    std::unique_lock lock{mutex};
    changed.wait(lock, [this] { return outcome || is_leader; });
    return std::move(outcome);
  }

  Durability const durability;
  Work const& work;
  std::mutex mutex{};
  std::condition_variable changed{};
  std::optional<Result<void>> outcome{};
  bool is_leader = false;
};

Result<void> GroupCommit::run(Durability durability, Work const& work) {
  auto const own = std::make_shared<Member>(durability, work);
  Group group = join(own);
  if (group.empty()) {
    if (auto outcome = own->await()) return *std::move(outcome);
    group = take_waiting(own);
  }
  std::vector<Result<void>> outcomes = commit(group);
  hand_over();
  for (std::size_t i = 1; i < group.size(); ++i) group[i]->settle(std::move(outcomes[i]));
  return std::move(outcomes.front());
}

/// The group to commit now, its leader first; an empty one where another leads, who will come to this.
GroupCommit::Group GroupCommit::join(std::shared_ptr<Member> const& own) {
  std::lock_guard const guard{mutex_};
  if (std::exchange(is_led_, true)) {
    waiting_.push_back(own);
    return {};
  }
  return {own};
}

GroupCommit::Group GroupCommit::take_waiting(std::shared_ptr<Member> const& first) {
  Group group{first};
  std::lock_guard const guard{mutex_};
  group.insert(group.end(), std::make_move_iterator(waiting_.begin()),
               std::make_move_iterator(waiting_.end()));
  waiting_.clear();
  return group;
}

/// The next leader is who waited the longest. It takes what waits by the time that it runs.
void GroupCommit::hand_over() {
  std::shared_ptr<Member> next;
  {
    std::lock_guard const guard{mutex_};
    is_led_ = !waiting_.empty();
    if (!is_led_) return;
    next = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
  }
  next->lead();
}

std::vector<Result<void>> GroupCommit::commit(Group const& group) {
  Locked db{database_};
  if (attempt(db, group)) return std::vector<Result<void>>(group.size());
  std::vector<Result<void>> outcomes;
  outcomes.reserve(group.size());
  for (auto const& each : group) outcomes.push_back(attempt(db, {&each, 1}));
  return outcomes;
}

Result<void> GroupCommit::attempt(Locked& db, std::span<std::shared_ptr<Member> const> group) {
  bool const full =
      std::ranges::any_of(group, [](auto const& each) { return each->durability == Durability::full; });
  Transaction transaction{db};
  AGENTA_CHECK(transaction.begin(full ? Durability::full : Durability::normal));
  for (auto const& each : group) AGENTA_CHECK(each->work(db));
  return transaction.commit();
}

}  // namespace agenta::daemon::store
