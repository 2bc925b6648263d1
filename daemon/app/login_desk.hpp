#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include "daemon/app/callback_door.hpp"
#include "daemon/core/connect_flow.hpp"
#include "daemon/net/wait_list.hpp"
#include "daemon/net/worker_pool.hpp"
#include "shared/base/synchronized.hpp"
#include "shared/log/log.hpp"

namespace agenta::daemon {

/// The loop's side of logins: keeps the callback door, asks Composio about each pending login until it is
/// settled, and wakes those who wait for it. However many are pending, it asks a few times a second at most,
/// those first whose user is likeliest to be done: the ones a browser came back from, then the young ones.
/// `LoginWatcher` may be called from any thread; the rest is for the loop thread.
class LoginDesk final : public LoginWatcher {
 public:
  struct Options {
    bool callback = true;  ///< off: every login is finished by polling alone
    CallbackDoor::Options door{};
  };
  LoginDesk(boost::asio::io_context& loop, WorkerPool& workers, WaitList& waits, log::Log& log,
            Options options);
  ~LoginDesk() override;
  /// The flow that asks Composio; it is made after the desk, and outlives every use of it.
  void attach(ConnectFlow& flow) { flow_ = &flow; }

  std::optional<std::string> open_callback(ConnectionId const& id) override;
  std::string callback_trouble(ConnectionId const& id) const override;
  void started(PendingLogin login) override;
  void settled(ConnectionId const& id) override;

  std::size_t pending() const { return logins_.size(); }
  CallbackDoor const& door() const { return door_; }
  /// Ends all polling, and closes the door.
  void stop();

 private:
  struct Login;
  using LoginPtr = std::shared_ptr<Login>;
  void plan();
  void poll_next();
  LoginPtr most_urgent(SteadyTime now);
  SteadyTime due_of(Login const& login) const;
  void rest(Login const& login, Error const& error);
  boost::asio::awaitable<void> poll(LoginPtr login);
  boost::asio::awaitable<bool> give_up(LoginPtr login);
  boost::asio::awaitable<CallbackVisit> visited(ConnectionId id);
  boost::asio::awaitable<Result<Connection>> ask(LoginPtr login, AskedBy why);
  void finish(ConnectionId const& id);
  void report(ConnectionId const& id, CallbackDoor::Opening const& opening);

  boost::asio::io_context& loop_;
  WorkerPool& workers_;
  WaitList& waits_;
  log::Log& log_;
  Options const options_;
  ConnectFlow* flow_ = nullptr;
  CallbackDoor door_;
  boost::asio::steady_timer timer_;  ///< until the next poll
  std::map<std::string, LoginPtr> logins_;
  std::map<std::string, SteadyTime> rests_;  ///< until when an account of Composio is not to be polled
  SteadyTime last_poll_{};
  std::size_t polling_ = 0;
  std::stop_source stopping_;
  Synchronized<std::map<std::string, std::string>> troubles_;  ///< why a login has no callback
};

}  // namespace agenta::daemon
