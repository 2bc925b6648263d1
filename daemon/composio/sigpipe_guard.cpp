#include "daemon/composio/sigpipe_guard.hpp"

#include <ctime>

namespace agenta::daemon {
namespace {

sigset_t only_sigpipe() {
  sigset_t set{};
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGPIPE);
  return set;
}

}  // namespace

SigpipeGuard::SigpipeGuard() {
  auto pending = sigset_t{};
  ::sigpending(&pending);
  was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
  auto const set = only_sigpipe();
  ::pthread_sigmask(SIG_BLOCK, &set, &before_);
}

SigpipeGuard::~SigpipeGuard() {
  if (::sigismember(&before_, SIGPIPE) == 1) return;
  // One that our writes raised is taken away before it could be delivered.
  auto const set = only_sigpipe();
  auto const at_once = timespec{};
  if (!was_pending_) ::sigtimedwait(&set, nullptr, &at_once);
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace agenta::daemon
