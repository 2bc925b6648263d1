#include "daemon/app/catalog_keeper.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "daemon/app/name_files.hpp"
#include "daemon/app/process.hpp"
#include "daemon/net/on_pool.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kStepTimeout{120};  // a page of a thousand tools, over a slow line
constexpr int kMostFailures = 6;      // in a row; the next reader that wants newer data begins anew
constexpr int kMostHastyFailures = 3;
constexpr milliseconds kFirstBackoff{1'000};
constexpr milliseconds kLongestBackoff{300'000};
/// Somebody waits: a pause beyond this is an answer.
constexpr seconds kLongestHastyPause{90};

std::string key_of(ProviderAccess const& access) { return access.endpoint() + "\n" + access.key_scope; }

/// Asking again changes nothing until somebody does something.
bool is_final(Error const& error) {
  return error.retryable == Retryable::no ||
         (!is_provider_away(error.code) && error.code != ErrorCode::internal);
}

}  // namespace

struct CatalogKeeper::Run {
  Run(boost::asio::io_context& loop, ProviderAccess of, Haste how)
      : access(std::move(of)), haste(how), timer(loop) {}
  ProviderAccess access;
  Haste haste;
  boost::asio::steady_timer timer;
  CatalogRun progress{};
  int failures = 0;
  bool again = false;  ///< everything was asked for meanwhile
};

CatalogKeeper::CatalogKeeper(boost::asio::io_context& loop, WorkerPool& workers, log::Log& log,
                             Clock const& clock, Options options)
    : loop_(loop), workers_(workers), log_(log), clock_(clock), options_(std::move(options)) {}

CatalogKeeper::~CatalogKeeper() = default;

void CatalogKeeper::attach(Catalog& catalog, CatalogShelf& shelf) {
  catalog_ = &catalog;
  shelf_ = &shelf;
  sync_ = std::make_unique<CatalogSync>(catalog);
}

void CatalogKeeper::start(ProviderAccess access) {
  if (options_.warm) begin(std::move(access), Haste::no, options_.first_pause);
}

void CatalogKeeper::stop() {
  stopping_.request_stop();
  for (auto& [key, run] : runs_) run->timer.cancel();
}

bool CatalogKeeper::busy() const {
  return board_.with([](Board const& board) {
    return std::ranges::any_of(board.accounts, [](auto const& entry) {
      return entry.second.status.state == CatalogStatus::State::refreshing;
    });
  });
}

void CatalogKeeper::behind(std::function<void(std::stop_token)> job) {
  workers_.post([job = std::move(job), stop = stopping_.get_token()] {
    if (!stop.stop_requested()) job(stop);
  });
}

void CatalogKeeper::refresh(ProviderAccess const& access) {
  boost::asio::post(loop_, [this, access] { begin(access, Haste::no, milliseconds{0}); });
}

void CatalogKeeper::warm_up(ProviderAccess const& access) {
  if (options_.warm) refresh(access);
}

void CatalogKeeper::refresh_everything(ProviderAccess const& access) {
  // Shown at once: whoever asked looks for it before the loop has come round.
  board_.with([&](Board& board) {
    board.last = key_of(access);
    Entry& entry = board.accounts[board.last];
    entry.status.state = CatalogStatus::State::refreshing;
    ++entry.asked;
  });
  boost::asio::post(loop_, [this, access] {
    board_.with([&](Board& board) { --board.accounts[key_of(access)].asked; });
    begin(access, Haste::yes, milliseconds{0});
  });
}

/// One run for each account. A run that idles along is hurried by one that is waited for, which begins from
/// the start when it ends.
void CatalogKeeper::begin(ProviderAccess access, Haste haste, milliseconds pause) {
  if (stopping_.stop_requested()) return;
  std::string const key = key_of(access);
  auto const running = runs_.find(key);
  if (running != runs_.end()) {
    if (haste == Haste::yes) {
      running->second->again = true;
      running->second->haste = Haste::yes;
      running->second->timer.cancel();
    }
    return;
  }
  auto run = std::make_shared<Run>(loop_, std::move(access), haste);
  run->progress.everything = haste == Haste::yes;
  run->progress.only_kept = haste == Haste::no && !options_.warm;
  runs_.emplace(key, run);
  publish(*run, pause.count() > 0 ? CatalogStatus::State::waiting : CatalogStatus::State::refreshing, {});
  behind([this, of = run->access](std::stop_token) { (void)status(of); });
  boost::asio::co_spawn(loop_, keep(std::move(run), pause), boost::asio::detached);
}

boost::asio::awaitable<void> CatalogKeeper::rest(std::shared_ptr<Run> run, milliseconds pause) {
  run->timer.expires_after(pause);
  auto sleep = run->timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  co_await std::move(sleep);
}

boost::asio::awaitable<Result<CatalogSync::Step>> CatalogKeeper::step(std::shared_ptr<Run> run) {
  auto job = [this, run, stop = stopping_.get_token()] {
    ProviderCall const call{run->access, clock_.steady() + kStepTimeout, stop};
    auto stepped = sync_->step(call, run->progress);
    (void)status(run->access);  // what is told without a look at the files
    return stepped;
  };
  auto work = on_pool(workers_, std::move(job));
  co_return co_await std::move(work);
}

milliseconds CatalogKeeper::pause_after(Run& run, Error const& error) const {
  if (error.retry_after) return std::min(milliseconds{*error.retry_after}, kLongestBackoff);
  milliseconds pause = kFirstBackoff;
  for (int i = 1; i < run.failures && pause < kLongestBackoff; ++i) pause *= 4;
  return std::min(pause, kLongestBackoff);
}

boost::asio::awaitable<void> CatalogKeeper::keep(std::shared_ptr<Run> run, milliseconds first_pause) {
  if (first_pause.count() > 0) {
    auto resting = rest(run, first_pause);
    co_await std::move(resting);
  }
  while (!stopping_.stop_requested()) {
    publish(*run, CatalogStatus::State::refreshing, {});
    auto stepping = step(run);
    Result<CatalogSync::Step> const stepped = co_await std::move(stepping);
    if (stopping_.stop_requested()) co_return;
    if (stepped) run->failures = 0;
    if (stepped && *stepped == CatalogSync::Step::done) {
      if (!run->again) break;
      run->again = false;
      run->progress = CatalogRun{.everything = true};
      continue;
    }
    milliseconds pause = run->haste == Haste::yes ? milliseconds{0} : options_.pause;
    if (!stepped) {
      ++run->failures;
      log_.warn("catalog.step_failed", {{"why", stepped.error().message}});
      int const most = run->haste == Haste::yes ? kMostHastyFailures : kMostFailures;
      bool const is_too_long = run->haste == Haste::yes && stepped.error().retry_after &&
                               *stepped.error().retry_after > kLongestHastyPause;
      if (is_final(stepped.error()) || is_too_long || run->failures >= most) {
        finish(run, stepped.error());
        co_return;
      }
      pause = pause_after(*run, stepped.error());
      publish(*run, CatalogStatus::State::waiting, stepped.error());
    }
    if (pause.count() > 0) {
      auto resting = rest(run, pause);
      co_await std::move(resting);
    }
  }
  if (!stopping_.stop_requested()) finish(run, std::nullopt);
}

void CatalogKeeper::publish(Run const& run, CatalogStatus::State state, std::optional<Error> error) {
  board_.with([&](Board& board) {
    board.last = key_of(run.access);
    CatalogStatus& status = board.accounts[board.last].status;
    status.state = state;
    status.refresh_done = run.progress.done;
    status.refresh_total = run.progress.total;
    if (error || state == CatalogStatus::State::idle) status.error = std::move(error);
  });
}

void CatalogKeeper::finish(std::shared_ptr<Run> run, std::optional<Error> error) {
  std::string const key = key_of(run->access);
  runs_.erase(key);
  log_.info("catalog.refreshed",
            {{"integrations", std::to_string(run->progress.done)}, {"complete", error ? "no" : "yes"}});
  behind([this, access = run->access](std::stop_token) {
    if (auto account = shelf_->open(access)) names_changed(std::move(*account));
    shelf_->release_memory();
    release_memory();
  });
  publish(*run, CatalogStatus::State::idle, std::move(error));
  board_.with([&](Board& board) {
    Entry& entry = board.accounts[key];
    entry.status.refresh_done = entry.status.refresh_total = 0;
    // Who asked for everything waits for that run, not for one that ended while they were asking.
    if (entry.asked == 0) ++entry.status.refreshes;
    if (entry.asked > 0) entry.status.state = CatalogStatus::State::refreshing;
  });
}

void CatalogKeeper::names_changed(std::shared_ptr<CatalogAccount> account) {
  count(*account);
  if (options_.names.empty()) return;
  writing_names_.with([&](bool&) {
    auto const written = write_name_files(*account->store, options_.names);
    if (!written) log_.warn("catalog.no_names", {{"why", written.error().message}});
  });
}

CatalogStatus CatalogKeeper::status(ProviderAccess const& access) {
  auto const account = shelf_->open(access);
  if (account) count(**account);
  return board_.with([&](Board const& board) {
    auto const found = board.accounts.find(key_of(access));
    CatalogStatus status = found == board.accounts.end() ? CatalogStatus{} : found->second.status;
    if (!account) status.error = account.error();
    return status;
  });
}

/// Notes how much of an account's catalogue is here.
void CatalogKeeper::count(CatalogAccount& account) {
  auto const counts = account.store->counts();
  if (!counts) return;
  board_.with([&](Board& board) {
    board.last = account.key;
    CatalogStatus& status = board.accounts[account.key].status;
    status.integrations = counts->integrations;
    status.tools = counts->tools;
    status.fetched_at = counts->fetched_at;
    status.complete = counts->fetched_at.has_value() && counts->unfetched == 0;
  });
}

CatalogStatus CatalogKeeper::last_status() const {
  return board_.with([](Board const& board) {
    auto const found = board.accounts.find(board.last);
    return found == board.accounts.end() ? CatalogStatus{} : found->second.status;
  });
}

}  // namespace agenta::daemon
