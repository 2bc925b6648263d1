#include "daemon/net/unix_listener.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "daemon/net/accept_loop.hpp"
#include "shared/base/id.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

constexpr int kBacklog = 512;

/// A bound and listening socket at `path`, which must not exist.
OsResult<UniqueFd> listen_at(std::filesystem::path const& path, mode_t mask) {
  UniqueFd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!fd) return os_failure(errno, "make a Unix socket");
  AGENTA_TRY(auto const address, UnixAddress::of(path));
  mode_t const before = ::umask(mask);
  int const bound = ::bind(fd.get(), address.data(), address.size());
  int const number = errno;
  ::umask(before);
  if (bound != 0) return os_failure(number, "bind the socket " + path.string());
  if (::listen(fd.get(), kBacklog) != 0) return os_failure(errno, "listen on " + path.string());
  return fd;
}

}  // namespace

UnixListener::UnixListener(boost::asio::any_io_executor executor, std::filesystem::path path, Events events)
    : executor_(std::move(executor)),
      path_(std::move(path)),
      events_(std::make_shared<Events>(std::move(events))),
      acceptor_(std::make_shared<Acceptor>(executor_)) {}

UnixListener::~UnixListener() { abandon(); }

OsResult<std::unique_ptr<UnixListener>> UnixListener::bind(boost::asio::any_io_executor executor,
                                                           std::filesystem::path path, Events events) {
  std::filesystem::path const temporary = path.parent_path() / ("." + random_hex(4));
  constexpr mode_t kOwnerAlone = 0177;
  constexpr mode_t kEverybody = 0111;
  AGENTA_TRY(UniqueFd fd, listen_at(temporary, events.also.empty() ? kOwnerAlone : kEverybody));
  struct stat info {};
  if (::lstat(temporary.c_str(), &info) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0) {
    int const number = errno;
    ::unlink(temporary.c_str());
    return os_failure(number, "put the socket in place at " + path.string());
  }
  std::unique_ptr<UnixListener> listener{
      new UnixListener{std::move(executor), std::move(path), std::move(events)}};
  listener->device_ = info.st_dev;
  listener->inode_ = info.st_ino;
  boost::system::error_code error;
  listener->acceptor_->assign(boost::asio::local::stream_protocol{}, fd.get(), error);
  if (error) return os_failure(error.value(), "watch the socket " + listener->path_.string());
  static_cast<void>(fd.release());

  auto on_accept = [shared = listener->events_](StreamSocket socket) {
    auto const peer = peer_of(socket.native_handle());
    bool const is_let_in = peer && (peer->uid == ::geteuid() ||
                                    std::ranges::find(shared->also, peer->uid) != shared->also.end());
    if (is_let_in) {
      shared->accepted(std::move(socket), *peer);
    } else {
      shared->refused(peer ? *peer : Peer{});
    }
  };
  auto handler = std::make_shared<decltype(on_accept)>(std::move(on_accept));
  boost::asio::co_spawn(listener->executor_, accept_loop(listener->acceptor_, std::move(handler)),
                        boost::asio::detached);
  return listener;
}

bool UnixListener::in_place() const {
  struct stat info {};
  return ::lstat(path_.c_str(), &info) == 0 && info.st_dev == device_ && info.st_ino == inode_;
}

void UnixListener::close() {
  if (acceptor_->is_open() && in_place()) ::unlink(path_.c_str());
  abandon();
}

void UnixListener::abandon() {
  boost::system::error_code ignored;
  acceptor_->close(ignored);
}

}  // namespace agenta::daemon
