#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <stop_token>
#include <string>

#include "daemon/core/browser_logins.hpp"
#include "daemon/net/wait_list.hpp"
#include "daemon/net/worker_pool.hpp"
#include "shared/log/log.hpp"

namespace agenta::daemon {

/// The loop's side of logins in a browser: a coroutine for each, which asks every few seconds and holds no
/// thread in between. `BrowserLoginWatcher` may be called from any thread; the rest is for the loop thread.
class BrowserLoginDesk final : public BrowserLoginWatcher {
 public:
  BrowserLoginDesk(boost::asio::io_context& loop, WorkerPool& workers, WaitList& waits, log::Log& log)
      : loop_(loop), workers_(workers), waits_(waits), log_(log) {}
  /// What asks; it is made after the desk, and outlives every use of it.
  void attach(BrowserLogins& logins) { logins_ = &logins; }

  void started(std::string const& id) override;
  void settled(std::string const& id) override;

  std::size_t pending() const { return timers_.size(); }
  /// Ends all asking.
  void stop();

 private:
  using Timer = std::shared_ptr<boost::asio::steady_timer>;
  boost::asio::awaitable<void> poll(std::string id, Timer timer);
  void finish(std::string const& id);

  boost::asio::io_context& loop_;
  WorkerPool& workers_;
  WaitList& waits_;
  log::Log& log_;
  BrowserLogins* logins_ = nullptr;
  std::map<std::string, Timer> timers_;
  std::stop_source stopping_;
};

}  // namespace agenta::daemon
