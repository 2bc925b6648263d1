#pragma once

#include <csignal>

namespace agenta::daemon {

/// Keeps a write to a closed connection from killing the process, for as long as it lives and on its thread
/// alone: cpp-httplib and OpenSSL write without MSG_NOSIGNAL.
class SigpipeGuard {
 public:
  SigpipeGuard();
  SigpipeGuard(SigpipeGuard const&) = delete;
  SigpipeGuard& operator=(SigpipeGuard const&) = delete;
  ~SigpipeGuard();

 private:
  sigset_t before_{};
  bool was_pending_ = false;
};

}  // namespace agenta::daemon
