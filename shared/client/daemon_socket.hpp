#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string_view>

#include "shared/base/clock.hpp"
#include "shared/base/unique_fd.hpp"
#include "shared/client/daemon_client.hpp"

namespace agenta::client {

/// How long something may take, and who may call it off.
struct Limit {
  SteadyTime deadline{};
  std::stop_token stop{};
};

/// How a step on the socket ended.
enum class IoEnd {
  done,
  readable,  ///< while writing: the other side answers already
  closed,    ///< the other side ended the connection
  reset,     ///< it ended it with bytes of ours unread: it has not seen the whole request
  timed_out,
  stopped,
  failed,  ///< `number` says why
};
struct IoResult {
  IoEnd end = IoEnd::done;
  std::size_t bytes = 0;
  int number = 0;  ///< errno
};

/// A connected Unix socket of the daemon, never blocking beyond a limit. One thread at a time.
class DaemonSocket {
 public:
  /// Verifies the socket's directory (owner, mode, no symbolic link), connects, and verifies the listener's
  /// user; all before a byte is sent. Of a socket that the user named neither.
  static expected<DaemonSocket, ReachError> open(std::filesystem::path const& path, Limit const& limit,
                                                 SocketTrust trust = SocketTrust::own);

  /// Whether nothing has arrived since the last reply; a closed connection, or bytes nobody asked for, are
  /// not quiet.
  bool is_quiet() const;
  /// Writes all of `data`. `bytes` counts what was written, however it ended.
  IoResult write(std::string_view data, Limit const& limit) const;
  /// Reads at least one byte.
  IoResult read(std::span<char> into, Limit const& limit) const;

 private:
  explicit DaemonSocket(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

/// The name of a `Reach` in an error's context: `{"reason":"refused","socket":"…"}`.
std::string_view name_of(Reach reach);
/// A failure to reach the daemon at `socket`, told in `message`.
ReachError reach_failure(Reach reach, std::filesystem::path const& socket, std::string message,
                         std::vector<std::string> next_step = {});

}  // namespace agenta::client
