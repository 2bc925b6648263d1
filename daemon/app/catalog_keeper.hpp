#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>

#include "daemon/api/routes.hpp"
#include "daemon/core/catalog.hpp"
#include "daemon/core/catalog_sync.hpp"
#include "daemon/net/worker_pool.hpp"
#include "shared/log/log.hpp"

namespace agenta::daemon {

/// The loop's side of the catalogue: runs what is fetched behind answers, and brings accounts' catalogues up
/// to date step by step, one run at a time for each, resting between requests and while the provider is away;
/// no thread is held while it rests. `stop`, `busy` and `start` are for the loop thread, the rest for any.
class CatalogKeeper final : public api::CatalogRefresher {
 public:
  struct Options {
    bool warm = true;  ///< fetch everything by itself; off: only what was asked for before is kept fresh
    std::chrono::milliseconds first_pause = std::chrono::seconds{2};  ///< after the daemon started
    std::chrono::milliseconds pause{50};  ///< between two requests in the background
    std::filesystem::path names{};        ///< see `write_name_files`
  };
  CatalogKeeper(boost::asio::io_context& loop, WorkerPool& workers, log::Log& log, Clock const& clock,
                Options options);
  ~CatalogKeeper() override;
  /// The catalogue, made after the keeper; it outlives every use of it.
  void attach(Catalog& catalog, CatalogShelf& shelf);

  /// The first run after the start, for the account that the daemon has a key for.
  void start(ProviderAccess access);
  void stop();
  bool busy() const;

  void behind(std::function<void(std::stop_token)> job);
  /// Fetches the list, and of the tools what it says has changed.
  void refresh(ProviderAccess const& access);
  void names_changed(std::shared_ptr<CatalogAccount> account);

  CatalogStatus status(ProviderAccess const& access) override;
  void refresh_everything(ProviderAccess const& access) override;
  void warm_up(ProviderAccess const& access) override;
  /// The account that was last at work, without a look at its files.
  CatalogStatus last_status() const;

 private:
  enum class Haste : bool { no, yes };
  struct Run;
  void begin(ProviderAccess access, Haste haste, std::chrono::milliseconds pause);
  boost::asio::awaitable<void> keep(std::shared_ptr<Run> run, std::chrono::milliseconds first_pause);
  boost::asio::awaitable<void> rest(std::shared_ptr<Run> run, std::chrono::milliseconds pause);
  boost::asio::awaitable<Result<CatalogSync::Step>> step(std::shared_ptr<Run> run);
  std::chrono::milliseconds pause_after(Run& run, Error const& error) const;
  void publish(Run const& run, CatalogStatus::State state, std::optional<Error> error);
  void count(CatalogAccount& account);
  void finish(std::shared_ptr<Run> run, std::optional<Error> error);

  boost::asio::io_context& loop_;
  WorkerPool& workers_;
  log::Log& log_;
  Clock const& clock_;
  Options const options_;
  Catalog* catalog_ = nullptr;
  CatalogShelf* shelf_ = nullptr;
  std::unique_ptr<CatalogSync> sync_{};
  std::stop_source stopping_{};
  std::map<std::string, std::shared_ptr<Run>> runs_{};  ///< by account; loop thread

  /// How each account's runs go, for status.
  struct Entry {
    CatalogStatus status{};
    int asked = 0;  ///< refreshes of everything that were asked for and have not begun
  };
  struct Board {
    std::map<std::string, Entry> accounts{};
    std::string last{};
  };
  Synchronized<Board> board_{};
  Synchronized<bool> writing_names_{};
};

}  // namespace agenta::daemon
