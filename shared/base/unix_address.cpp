#include "shared/base/unix_address.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstring>

namespace agenta {

OsResult<UnixAddress> UnixAddress::of(std::filesystem::path const& path) {
  UnixAddress result;
  result.address_.sun_family = AF_UNIX;
  std::string name = path.string();
  if (name.size() >= sizeof result.address_.sun_path) {
    result.directory_.reset(::open(path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!result.directory_) return os_failure(errno, "open the directory " + path.parent_path().string());
    name = "/proc/self/fd/" + std::to_string(result.directory_.get()) + "/" + path.filename().string();
    if (name.size() >= sizeof result.address_.sun_path) {
      return os_failure(ENAMETOOLONG, "use the socket name " + path.filename().string());
    }
  }
  std::memcpy(result.address_.sun_path, name.c_str(), name.size() + 1);
  return result;
}

OsResult<Peer> peer_of(int socket) {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) {
    return os_failure(errno, "ask the kernel who is at the other end of a socket");
  }
  Peer peer;
  peer.uid = who.uid;
  peer.gid = who.gid;
  peer.pid = who.pid;
  return peer;
}

}  // namespace agenta
