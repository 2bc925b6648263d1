#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <filesystem>
#include <string>

#include "shared/base/os_error.hpp"
#include "shared/base/unique_fd.hpp"

namespace agenta {

/// The address of a Unix socket at a path of any length. A path that does not fit `sun_path` is reached as
/// `/proc/self/fd/N/name` through a descriptor of its directory, which this object keeps open: use the
/// address only while the object lives.
class UnixAddress {
 public:
  static OsResult<UnixAddress> of(std::filesystem::path const& path);

  sockaddr const* data() const { return reinterpret_cast<sockaddr const*>(&address_); }
  socklen_t size() const { return sizeof address_; }
  /// The path that went into the address, for libraries that build their own.
  std::string path() const { return address_.sun_path; }

 private:
  sockaddr_un address_{};
  UniqueFd directory_{};
};

/// The user and process at the other end of a connected Unix socket, as the kernel recorded them.
struct Peer {
  uid_t uid = static_cast<uid_t>(-1);
  gid_t gid = static_cast<gid_t>(-1);
  pid_t pid = 0;
};
OsResult<Peer> peer_of(int socket);

}  // namespace agenta
