#include "daemon/composio/call_guard.hpp"

#include <sys/socket.h>

namespace agenta::daemon {

void CallGuard::fire(Cause cause) {
  std::lock_guard const lock{mutex_};
  if (cause_ != Cause::none) return;
  cause_ = cause;
  if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

void CallGuard::fire_unless_written(Cause cause) {
  {
    std::lock_guard const lock{mutex_};
    if (is_written_) return;
  }
  fire(cause);
}

void CallGuard::note_written() {
  std::lock_guard const lock{mutex_};
  is_written_ = true;
}

bool CallGuard::hold(int socket) {
  std::lock_guard const lock{mutex_};
  if (cause_ != Cause::none) return false;
  socket_ = socket;
  return true;
}

void CallGuard::let_go() {
  std::lock_guard const lock{mutex_};
  socket_ = -1;
}

CallGuard::Cause CallGuard::cause() const {
  std::lock_guard const lock{mutex_};
  return cause_;
}

}  // namespace agenta::daemon
