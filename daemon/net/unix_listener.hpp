#pragma once

#include <sys/stat.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "daemon/net/http_server.hpp"
#include "shared/base/os_error.hpp"

namespace agenta::daemon {

/// Listens on a Unix socket and hands on the connections of this user, and of those that are let in beside.
/// Anyone else's is closed before a byte of it is read. The socket's mode is 0600, or 0666 where others are
/// let in: who they are is the kernel's word, not the mode's. Loop thread only.
class UnixListener {
 public:
  struct Events {
    std::function<void(StreamSocket, Peer)> accepted{};
    std::function<void(Peer)> refused{};  ///< of another uid
    std::vector<uid_t> also{};            ///< let in beside this user
  };

  /// Binds under a temporary name, with its mode, and renames it into place: the socket is never seen with a
  /// looser mode, nor missing, and what stood there before is replaced. The caller holds the instance lock.
  static OsResult<std::unique_ptr<UnixListener>> bind(boost::asio::any_io_executor executor,
                                                      std::filesystem::path path, Events events);
  ~UnixListener();
  UnixListener(UnixListener const&) = delete;
  UnixListener& operator=(UnixListener const&) = delete;

  /// Whether the path still leads to this socket. Someone may have deleted or replaced the file.
  bool in_place() const;
  /// Stops accepting. Removes the file if it is still this socket's.
  void close();
  /// Stops accepting and leaves whatever is at the path alone.
  void abandon();

 private:
  UnixListener(boost::asio::any_io_executor executor, std::filesystem::path path, Events events);

  using Acceptor = boost::asio::local::stream_protocol::acceptor;
  boost::asio::any_io_executor executor_;
  std::filesystem::path path_;
  std::shared_ptr<Events> events_;
  std::shared_ptr<Acceptor> acceptor_;  ///< shared with the accepting coroutine, which may end later
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace agenta::daemon
