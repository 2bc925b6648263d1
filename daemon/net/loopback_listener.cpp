#include "daemon/net/loopback_listener.hpp"

#include <fcntl.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <string>
#include <utility>

#include "daemon/net/accept_loop.hpp"

namespace agenta::daemon {

namespace asio = boost::asio;
using asio::ip::tcp;

LoopbackListener::LoopbackListener(asio::any_io_executor executor)
    : acceptor_(std::make_shared<Acceptor>(std::move(executor))) {}

LoopbackListener::~LoopbackListener() {
  boost::system::error_code ignored;
  acceptor_->close(ignored);
}

OsResult<std::unique_ptr<LoopbackListener>> LoopbackListener::bind(
    asio::any_io_executor executor, std::uint16_t port, std::function<void(StreamSocket)> accepted) {
  std::unique_ptr<LoopbackListener> listener{new LoopbackListener{executor}};
  Acceptor& acceptor = *listener->acceptor_;
  tcp::endpoint const endpoint{asio::ip::address_v4::loopback(), port};
  boost::system::error_code error;
  acceptor.open(tcp::v4(), error);
  if (!error && port != 0) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  // What was accepted inherits it: whoever comes after us can have the port again at once. Set any earlier,
  // the kernel would choose among ports that are not quite free.
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (error) return os_failure(error.value(), "listen on 127.0.0.1:" + std::to_string(port));
  ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
  listener->port_ = acceptor.local_endpoint(error).port();

  auto on_accept = [accepted = std::move(accepted)](StreamSocket socket) {
    int const on = 1;
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    accepted(std::move(socket));
  };
  auto handler = std::make_shared<decltype(on_accept)>(std::move(on_accept));
  asio::co_spawn(executor, accept_loop(listener->acceptor_, std::move(handler)), asio::detached);
  return listener;
}

}  // namespace agenta::daemon
