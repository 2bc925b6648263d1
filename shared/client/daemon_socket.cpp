#include "shared/client/daemon_socket.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "shared/base/private_dir.hpp"
#include "shared/base/unix_address.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::client {
namespace {

using std::chrono::milliseconds;

/// How often a wait looks up to see whether it was called off.
constexpr milliseconds kStopInterval{40};
/// A Unix listener with a full queue says EAGAIN at once; nothing tells when there is room.
constexpr milliseconds kQueueInterval{10};

IoResult ended(IoEnd end, int number = 0) {
  IoResult result;
  result.end = end;
  result.number = number;
  return result;
}

/// Waits until `fd` has one of `events` (or an error to tell). `done` where it has.
IoResult wait_for(int fd, short events, short& seen, Limit const& limit) {
  for (;;) {
    if (limit.stop.stop_requested()) return ended(IoEnd::stopped);
    auto const left = std::chrono::ceil<milliseconds>(limit.deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return ended(IoEnd::timed_out);
    auto const slice = limit.stop.stop_possible() ? std::min(left, kStopInterval) : left;
    pollfd waiting{};
    waiting.fd = fd;
    waiting.events = events;
    int const ready = ::poll(&waiting, 1, static_cast<int>(std::min<long long>(slice.count(), 60'000)));
    if (ready < 0 && errno != EINTR) return ended(IoEnd::failed, errno);
    if (ready > 0) {
      seen = waiting.revents;
      return ended(IoEnd::done);
    }
  }
}

bool is_blocked(int number) { return number == EPERM || number == EACCES; }

ReachError blocked(std::filesystem::path const& socket, std::string const& action, int number) {
  return reach_failure(Reach::blocked, socket,
                       "a sandbox or permissions keep this program from " + action + " " + socket.string() +
                           ": " + std::strerror(number));
}

/// Why the socket's directory cannot be used. What another user could have planted is `foreign`, even where
/// the kernel's word for it is EPERM.
ReachError directory_failure(std::filesystem::path const& socket, OsError const& os) {
  std::filesystem::path const directory = socket.parent_path();
  struct stat info {};
  if (::lstat(directory.c_str(), &info) == 0) {
    bool const open_to_others =
        S_ISDIR(info.st_mode) && info.st_uid == ::geteuid() && (info.st_mode & 077) != 0;
    if (open_to_others)
      return reach_failure(Reach::foreign, socket, os.message(), {"chmod", "700", directory.string()});
    if (!S_ISDIR(info.st_mode) || info.st_uid != ::geteuid())
      return reach_failure(Reach::foreign, socket, os.message());
  }
  if (os.number == ENOENT || os.number == ENOTDIR) {
    return reach_failure(Reach::absent, socket,
                         "the daemon is not running: there is no " + directory.string());
  }
  if (is_blocked(os.number)) return blocked(socket, "looking into", os.number);
  return reach_failure(Reach::other, socket, os.message());
}

ReachError connect_failure(std::filesystem::path const& socket, int number) {
  switch (number) {
    case ECONNREFUSED:
      return reach_failure(Reach::refused, socket,
                           "the daemon is not running: nobody listens at " + socket.string());
    case ENOENT:
      return reach_failure(Reach::absent, socket,
                           "the daemon is not running: there is no " + socket.string());
    case EPERM:
    case EACCES: return blocked(socket, "connecting to", number);
    default:
      return reach_failure(Reach::other, socket,
                           "cannot connect to " + socket.string() + ": " + std::strerror(number));
  }
}

expected<void, ReachError> check_listener(int fd, std::filesystem::path const& socket) {
  auto const peer = peer_of(fd);
  if (!peer) return unexpected(reach_failure(Reach::other, socket, peer.error().message()));
  if (peer->uid == ::geteuid()) return {};
  return unexpected(reach_failure(
      Reach::foreign, socket,
      "the socket " + socket.string() + " is served by uid " + std::to_string(peer->uid) + " (pid " +
          std::to_string(peer->pid) + ") and not by you (uid " + std::to_string(::geteuid()) +
          "); nothing was sent. Stop that program or set AGENTA_TOOLS_HOME to a directory of your own"));
}

/// Connects a non-blocking socket; waits while the listener's queue is full.
expected<void, ReachError> connect_within(int fd, std::filesystem::path const& socket, Limit const& limit) {
  auto const address = UnixAddress::of(socket);
  if (!address) return unexpected(connect_failure(socket, address.error().number));
  for (;;) {
    if (::connect(fd, address->data(), address->size()) == 0) return {};
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EINPROGRESS) return unexpected(connect_failure(socket, errno));
    if (limit.stop.stop_requested()) {
      ReachError stopped;
      stopped.error.code = ErrorCode::cancelled;
      stopped.error.message = "interrupted while connecting to the daemon; nothing was sent";
      return unexpected(std::move(stopped));
    }
    if (std::chrono::steady_clock::now() >= limit.deadline) {
      return unexpected(reach_failure(Reach::unresponsive, socket,
                                      "the daemon at " + socket.string() + " accepts no more connections",
                                      {"agenta-tools", "daemon", "restart"}));
    }
    std::this_thread::sleep_for(kQueueInterval);
  }
}

}  // namespace

std::string_view name_of(Reach reach) {
  switch (reach) {
    case Reach::refused: return "refused";
    case Reach::absent: return "absent";
    case Reach::blocked: return "blocked";
    case Reach::unresponsive: return "unresponsive";
    case Reach::foreign: return "foreign";
    case Reach::other: return "other";
  }
  __builtin_unreachable();
}

ReachError reach_failure(Reach reach, std::filesystem::path const& socket, std::string message,
                         std::vector<std::string> next_step) {
  bool const denied = reach == Reach::blocked || reach == Reach::foreign;
  bool const not_running = reach == Reach::refused || reach == Reach::absent;
  if (not_running && next_step.empty()) next_step = {"agenta-tools", "daemon", "start"};
  ReachError failure;
  failure.reach = reach;
  failure.error.code = denied ? ErrorCode::blocked : ErrorCode::daemon_unavailable;
  failure.error.message = std::move(message);
  failure.error.next_step = std::move(next_step);
  failure.error.context.text = "{\"reason\":" + protocol::write_string(name_of(reach)) +
                               ",\"socket\":" + protocol::write_string(socket.string()) + "}";
  return failure;
}

expected<DaemonSocket, ReachError> DaemonSocket::open(std::filesystem::path const& path, Limit const& limit,
                                                      SocketTrust trust) {
  if (trust == SocketTrust::own) {
    if (auto const directory = open_existing_private_dir(path.parent_path()); !directory)
      return unexpected(directory_failure(path, directory.error()));
  }
  UniqueFd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!fd) {
    int const number = errno;
    if (is_blocked(number)) return unexpected(blocked(path, "making a Unix socket for", number));
    return unexpected(reach_failure(Reach::other, path,
                                    std::string{"cannot make a Unix socket: "} + std::strerror(number)));
  }
  if (auto connected = connect_within(fd.get(), path, limit); !connected)
    return unexpected(connected.error());
  if (trust == SocketTrust::named) return DaemonSocket{std::move(fd)};
  if (auto trusted = check_listener(fd.get(), path); !trusted) return unexpected(trusted.error());
  return DaemonSocket{std::move(fd)};
}

bool DaemonSocket::is_quiet() const {
  pollfd waiting{};
  waiting.fd = fd_.get();
  waiting.events = POLLIN;
  return ::poll(&waiting, 1, 0) == 0;
}

IoResult DaemonSocket::write(std::string_view data, Limit const& limit) const {
  IoResult result;
  while (result.bytes < data.size()) {
    std::string_view const rest = data.substr(result.bytes);
    ssize_t const sent = ::send(fd_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      result.bytes += static_cast<std::size_t>(sent);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EPIPE || errno == ECONNRESET) {
      result.end = IoEnd::closed;
      return result;
    }
    short seen = 0;
    IoResult const waited =
        errno == EAGAIN ? wait_for(fd_.get(), POLLOUT | POLLIN, seen, limit) : ended(IoEnd::failed, errno);
    result.end = waited.end;
    result.number = waited.number;
    if (result.end == IoEnd::done && (seen & POLLIN) != 0) result.end = IoEnd::readable;
    if (result.end != IoEnd::done) return result;
  }
  return result;
}

IoResult DaemonSocket::read(std::span<char> into, Limit const& limit) const {
  for (;;) {
    ssize_t const got = ::recv(fd_.get(), into.data(), into.size(), 0);
    if (got > 0) {
      IoResult result;
      result.bytes = static_cast<std::size_t>(got);
      return result;
    }
    if (got == 0) return ended(IoEnd::closed);
    if (errno == EINTR) continue;
    if (errno == ECONNRESET) return ended(IoEnd::reset);
    if (errno != EAGAIN) return ended(IoEnd::failed, errno);
    short seen = 0;
    IoResult const waited = wait_for(fd_.get(), POLLIN, seen, limit);
    if (waited.end != IoEnd::done) return waited;
  }
}

}  // namespace agenta::client
