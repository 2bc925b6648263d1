#include "daemon/store/group_commit.hpp"

#include <algorithm>
#include <utility>

#include "shared/base/try.hpp"

namespace agenta::daemon::store {

Result<void> GroupCommit::run(Durability durability, Work const& work) {
  Member own{durability, work};
  std::unique_lock lock{mutex_};
  waiting_.push_back(&own);
  own.changed.wait(lock, [&] { return own.outcome || !is_leading_; });
  if (own.outcome) return *std::move(own.outcome);

  is_leading_ = true;
  auto const group = std::exchange(waiting_, {});
  lock.unlock();
  std::vector<Result<void>> outcomes = commit(group);
  lock.lock();
  is_leading_ = false;
  // Under the lock: a member is gone as soon as it has seen its outcome.
  for (std::size_t i = 0; i < group.size(); ++i) {
    group[i]->outcome = std::move(outcomes[i]);
    group[i]->changed.notify_one();
  }
  if (!waiting_.empty()) waiting_.front()->changed.notify_one();
  return *std::move(own.outcome);
}

std::vector<Result<void>> GroupCommit::commit(std::vector<Member*> const& group) {
  Locked db{database_};
  if (attempt(db, group)) return std::vector<Result<void>>(group.size());
  std::vector<Result<void>> outcomes;
  outcomes.reserve(group.size());
  for (Member* const each : group) outcomes.push_back(attempt(db, {each}));
  return outcomes;
}

Result<void> GroupCommit::attempt(Locked& db, std::vector<Member*> const& group) {
  bool const full =
      std::ranges::any_of(group, [](Member const* each) { return each->durability == Durability::full; });
  Transaction transaction{db};
  AGENTA_CHECK(transaction.begin(full ? Durability::full : Durability::normal));
  for (Member* const each : group) AGENTA_CHECK(each->work(db));
  return transaction.commit();
}

}  // namespace agenta::daemon::store
