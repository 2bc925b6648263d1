#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <stop_token>
#include <string>

#include "daemon/app/callback_door.hpp"
#include "daemon/core/connect_flow.hpp"
#include "daemon/net/wait_list.hpp"
#include "daemon/net/worker_pool.hpp"
#include "shared/log/log.hpp"

namespace agenta::daemon {

/// The loop's side of logins: keeps the callback door, polls Composio for each pending login until it is
/// settled, and wakes those who wait for it. `LoginWatcher` may be called from any thread; the rest is for
/// the loop thread.
class LoginDesk final : public LoginWatcher {
 public:
  struct Options {
    bool callback = true;  ///< off: every login is finished by polling alone
  };
  LoginDesk(boost::asio::io_context& loop, WorkerPool& workers, WaitList& waits, log::Log& log,
            Options options);
  ~LoginDesk() override;
  /// The flow that asks Composio; it is made after the desk, and outlives every use of it.
  void attach(ConnectFlow& flow) { flow_ = &flow; }

  std::optional<std::string> open_callback(ConnectionId const& id) override;
  void started(PendingLogin login) override;
  void settled(ConnectionId const& id) override;

  std::size_t pending() const { return logins_.size(); }
  CallbackDoor const& door() const { return door_; }
  /// Ends all polling.
  void stop();

 private:
  struct Login;
  boost::asio::awaitable<void> poll(std::shared_ptr<Login> login);
  boost::asio::awaitable<CallbackOutcome> visited(ConnectionId id);
  boost::asio::awaitable<Result<Connection>> ask(std::shared_ptr<Login> login, AskedBy why);
  void finish(ConnectionId const& id);

  boost::asio::io_context& loop_;
  WorkerPool& workers_;
  WaitList& waits_;
  log::Log& log_;
  Options const options_;
  ConnectFlow* flow_ = nullptr;
  CallbackDoor door_;
  std::map<std::string, std::shared_ptr<Login>> logins_;
  std::stop_source stopping_;
};

}  // namespace agenta::daemon
