#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "daemon/api/router.hpp"
#include "daemon/net/http_server.hpp"
#include "daemon/net/wait_list.hpp"
#include "daemon/net/worker_pool.hpp"
#include "shared/log/log.hpp"

namespace agenta::daemon {

/// The way in that a session's socket is: to that session, through a table of its own.
struct SessionEntrance {
  std::string session{};  ///< id
  std::string name{};
  std::string project{};
  api::Router const* router = nullptr;  ///< what is not in it is `FORBIDDEN`; outlives the dispatcher
};

/// The door of the owner's socket: who may enter, which version of the protocol they speak, which route they
/// want, on which threads it runs, and how its answer or failure looks on the wire. Loop thread only.
class Dispatcher {
 public:
  struct Options {
    std::string sandbox_flag{};  ///< what a next step needs to reach this daemon; empty: nothing
    std::chrono::milliseconds default_timeout{60'000};  ///< of a request that names none
    std::chrono::milliseconds longest_wait{600'000};    ///< of `?wait=`
    std::string host{};                                 ///< recorded with what callers do
    std::string user{};
  };
  Dispatcher(api::Router const& router, WorkerPool& local, WorkerPool& provider, WaitList& waits,
             log::Log& log, Options options);

  /// `by`: the session's socket that it came by; null: the owner's.
  boost::asio::awaitable<HttpResponse> handle(HttpRequest request, HttpPeer peer,
                                              std::shared_ptr<SessionEntrance const> by = nullptr);

  /// Goes on with staged work that pauses on the key.
  void wake(std::string const& key) { turns_.notify(key); }
  /// Ends every pause, and lets none begin any more: for a shutdown whose patience is over.
  void end_pauses() { turns_.close(); }

  /// When the last request began or ended; an idle daemon exits by it.
  SteadyTime last_activity() const { return last_activity_; }
  /// Requests being answered.
  std::size_t active() const { return active_; }

 private:
  struct Admitted;
  Result<Admitted> admit(HttpRequest request, HttpPeer const& peer, SessionEntrance const* by) const;
  static Result<void> confine(HttpRequest const& request, SessionEntrance const& by, Admitted& admitted);
  using Shared = std::shared_ptr<Admitted const>;
  struct Hop;
  boost::asio::awaitable<Result<ServiceReply>> answer(Shared admitted);
  boost::asio::awaitable<Result<ServiceReply>> answer_in_steps(Shared admitted);
  using Timer = std::shared_ptr<boost::asio::steady_timer>;
  boost::asio::awaitable<void> take_step(std::shared_ptr<Hop> hop, Timer timer);
  boost::asio::awaitable<Result<ServiceReply>> run_once(Admitted const& admitted);
  HttpResponse to_response(Result<ServiceReply> result, std::string const& request_id,
                           std::string const& project, SessionEntrance const* by) const;
  Actor actor_of(HttpRequest const& request, Peer const& peer) const;

  api::Router const& router_;
  WorkerPool& local_;
  WorkerPool& provider_;
  WaitList& waits_;
  WaitList turns_;  ///< pauses of staged work, which a shutdown lets go on as long as it drains
  log::Log& log_;
  Options const options_;
  SteadyTime last_activity_ = std::chrono::steady_clock::now();
  std::size_t active_ = 0;
};

/// The reply to a request that could not be read at all.
HttpResponse malformed_reply(Malformed kind);

}  // namespace agenta::daemon
