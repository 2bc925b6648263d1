#pragma once

#include <string>

#include "shared/domain/error.hpp"

/// What the daemon makes of its process, before anything secret is in it.
namespace agenta::daemon {

/// No core dumps, no ptrace by others of the same user, umask 077, working directory `/`, SIGPIPE ignored, as
/// many descriptors as allowed, and few malloc arenas: threads come and go, and memory should stay small.
void harden_process();

/// Gives freed memory back to the system: a daemon that idles should be small.
void release_memory();

/// The pipe on which a starter waits: one line, `ready PID` or an error document, then it is closed. Does
/// nothing for descriptor -1.
class ReadyPipe {
 public:
  explicit ReadyPipe(int fd) : fd_(fd) {}
  void ready();
  void failed(Error const& error);

 private:
  void say(std::string line);
  int fd_;
};

}  // namespace agenta::daemon
