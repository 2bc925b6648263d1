#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "daemon/api/router.hpp"
#include "daemon/net/http_server.hpp"
#include "daemon/net/wait_list.hpp"
#include "daemon/net/worker_pool.hpp"
#include "shared/log/log.hpp"

namespace agenta::daemon {

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

  boost::asio::awaitable<HttpResponse> handle(HttpRequest request, HttpPeer peer);

  /// When the last request began or ended; an idle daemon exits by it.
  SteadyTime last_activity() const { return last_activity_; }
  /// Requests being answered.
  std::size_t active() const { return active_; }

 private:
  struct Admitted;
  Result<Admitted> admit(HttpRequest request, HttpPeer const& peer) const;
  boost::asio::awaitable<Result<ServiceReply>> answer(Admitted const& admitted);
  boost::asio::awaitable<Result<ServiceReply>> run_once(Admitted const& admitted);
  HttpResponse to_response(Result<ServiceReply> result, std::string const& request_id,
                           std::string const& project) const;
  Actor actor_of(HttpRequest const& request, Peer const& peer) const;

  api::Router const& router_;
  WorkerPool& local_;
  WorkerPool& provider_;
  WaitList& waits_;
  log::Log& log_;
  Options const options_;
  SteadyTime last_activity_ = std::chrono::steady_clock::now();
  std::size_t active_ = 0;
};

/// The reply to a request that could not be read at all.
HttpResponse malformed_reply(Malformed kind);

}  // namespace agenta::daemon
