#include "daemon/app/process.hpp"

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "shared/protocol/codec.hpp"

namespace agenta::daemon {

void harden_process() {
  ::prctl(PR_SET_DUMPABLE, 0);
  rlimit const no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    constexpr rlim_t kEnough = 65'536;
    files.rlim_cur = files.rlim_max < kEnough ? files.rlim_max : kEnough;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  ::umask(077);
  static_cast<void>(::chdir("/") + 0);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file-size limit is an error of the write, not an end
  ::mallopt(M_ARENA_MAX, 8);      // with fewer a crowd's threads wait for each other
}

void release_memory() { ::malloc_trim(0); }

void ReadyPipe::say(std::string line) {
  if (fd_ < 0) return;
  line += '\n';
  static_cast<void>(::write(fd_, line.data(), line.size()) + 0);
  ::close(fd_);
  fd_ = -1;
}

void ReadyPipe::ready() { say("ready " + std::to_string(::getpid())); }

void ReadyPipe::failed(Error const& error) { say(protocol::encode_error(error)); }

}  // namespace agenta::daemon
