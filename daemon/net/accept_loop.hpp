#pragma once

#include <fcntl.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "daemon/net/http_server.hpp"

namespace agenta::daemon {

/// Accepts until the acceptor is closed, and hands each socket on. Out of descriptors, it waits a moment
/// instead of spinning: connections queue in the kernel meanwhile. Both arguments are kept alive by the
/// coroutine.
template <class Acceptor, class OnAccept>
boost::asio::awaitable<void> accept_loop(std::shared_ptr<Acceptor> acceptor,
                                         std::shared_ptr<OnAccept> on_accept) {
  namespace asio = boost::asio;
  constexpr std::chrono::milliseconds kPauseWhenExhausted{100};
  while (acceptor->is_open()) {
    StreamSocket socket{acceptor->get_executor()};
    auto accept = acceptor->async_accept(socket, asio::as_tuple(asio::use_awaitable));
    auto const [error] = co_await std::move(accept);
    if (!acceptor->is_open()) co_return;
    if (!error) {
      ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);  // Asio's accept leaves it to be inherited
      (*on_accept)(std::move(socket));
      continue;
    }
    if (error == asio::error::connection_aborted) continue;
    asio::steady_timer timer{acceptor->get_executor(), kPauseWhenExhausted};
    auto pause = timer.async_wait(asio::as_tuple(asio::use_awaitable));
    co_await std::move(pause);
  }
}

}  // namespace agenta::daemon
