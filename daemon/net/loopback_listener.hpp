#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>

#include "daemon/net/http_server.hpp"
#include "shared/base/os_error.hpp"

namespace agenta::daemon {

/// Listens on 127.0.0.1 and nowhere else. The descriptor that was bound is the one that serves: there is no
/// gap in which another program could take the port. Loop thread only.
class LoopbackListener {
 public:
  /// `port` 0: the kernel chooses one.
  static OsResult<std::unique_ptr<LoopbackListener>> bind(boost::asio::any_io_executor executor,
                                                          std::uint16_t port,
                                                          std::function<void(StreamSocket)> accepted);
  ~LoopbackListener();
  LoopbackListener(LoopbackListener const&) = delete;
  LoopbackListener& operator=(LoopbackListener const&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  using Acceptor = boost::asio::ip::tcp::acceptor;
  explicit LoopbackListener(boost::asio::any_io_executor executor);
  std::shared_ptr<Acceptor> acceptor_;  ///< shared with the accepting coroutine, which may end later
  std::uint16_t port_ = 0;
};

}  // namespace agenta::daemon
