#include "daemon/core/history.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;

/// Between two steps of what nobody waits for: others have the database meanwhile.
constexpr milliseconds kPause{20};
constexpr std::chrono::hours kDay{24};

void add(HistoryCleaning& sum, store::Forgotten const& step) {
  sum.executions += step.executions;
  sum.bytes += step.bytes;
  sum.files += step.files;
}

bool pause(std::stop_token const& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock{mutex};
  wake.wait_for(lock, stop, kPause, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace

History::History(store::Database& database, store::ExecutionJournal& journal, Clock const& clock,
                 Options options)
    : database_(database),
      journal_(journal),
      retention_(database),
      clock_(clock),
      options_(std::move(options)) {}

Result<std::vector<store::ChainLink>> History::chain(std::int64_t after, int most) {
  return journal_.read_chain(after, most);
}

Result<JournalReport> History::verify(Caller const& caller, std::string_view head) {
  return store::JournalVerification{database_, options_.digest_file}.run(head, caller.stop);
}

std::optional<store::KeepRule> History::kept(std::optional<milliseconds> older_than) const {
  store::KeepRule kept;
  kept.newest = options_.keep_rows;
  if (older_than || options_.keep_for.count() > 0)
    kept.since = clock_.wall() - older_than.value_or(options_.keep_for);
  if (!kept.since && kept.newest == 0) return std::nullopt;
  return kept;
}

Result<HistoryCleaning> History::clean(Caller const& caller, std::optional<milliseconds> older_than,
                                       bool dry_run) {
  HistoryCleaning sum;
  sum.dry_run = dry_run;
  auto const what = kept(older_than);
  if (!what) return sum;
  std::int64_t from = 0;
  for (bool has_more = true; has_more;) {
    if (caller.stop.stop_requested()) return fail(ErrorCode::cancelled, "interrupted");
    AGENTA_TRY(auto const step, dry_run ? retention_.measure(*what, from)
                                        : retention_.forget(*what, clock_.wall(), options_.drop_file));
    add(sum, step);
    has_more = step.has_more;
  }
  return sum;
}

std::optional<HistoryCleaning> History::tidy(std::stop_token const& stop) {
  auto const what = kept(std::nullopt);
  bool const is_due = tidied_at_.with([&](auto& last) {
    if (last && clock_.steady() - *last < kDay) return false;
    last = clock_.steady();
    return true;
  });
  if (!what || !is_due) return std::nullopt;
  HistoryCleaning sum;
  for (;;) {
    auto const step = retention_.forget(*what, clock_.wall(), options_.drop_file);
    if (step) add(sum, *step);
    if (!step || !step->has_more || !pause(stop)) return sum;
  }
}

}  // namespace agenta::daemon
