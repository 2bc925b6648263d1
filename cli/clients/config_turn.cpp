#include "cli/clients/config_turn.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "cli/clients/config_place.hpp"
#include "shared/base/try.hpp"

namespace agenta::cli {
namespace {

enum class Lock { taken, busy, unknown };

Lock try_lock(int directory) {
  for (;;) {
    if (::flock(directory, LOCK_EX | LOCK_NB) == 0) return Lock::taken;
    if (errno != EINTR) return errno == EWOULDBLOCK ? Lock::busy : Lock::unknown;
  }
}

Lock wait_for_lock(int directory, std::chrono::milliseconds patience) {
  constexpr std::chrono::milliseconds kInterval{5};
  auto const end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    Lock const lock = try_lock(directory);
    if (lock != Lock::busy || std::chrono::steady_clock::now() >= end) return lock;
    std::this_thread::sleep_for(kInterval);
  }
}

/// Only for who has the turn: whoever made what is found here is dead.
void sweep(std::filesystem::path const& target) {
  std::string const name = target.filename().string();
  std::error_code error;
  std::filesystem::directory_iterator entries{target.parent_path(), error};
  for (; !error && entries != std::filesystem::directory_iterator{}; entries.increment(error)) {
    std::error_code ignored;
    if (is_part_name(entries->path().filename().string(), name) &&
        std::filesystem::is_regular_file(entries->symlink_status(ignored))) {
      ::unlink(entries->path().c_str());
    }
  }
}

}  // namespace

Result<ConfigTurn> ConfigTurn::take(std::filesystem::path const& path, std::chrono::milliseconds patience) {
  AGENTA_TRY(auto const target, follow_links(path));
  auto const directory = target.parent_path();
  UniqueFd held{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  // There is none yet, or one to write to and not to read.
  if (!held) return ConfigTurn{UniqueFd{}};
  Lock const lock = wait_for_lock(held.get(), patience);
  if (lock == Lock::busy) {
    Error busy{.code = ErrorCode::usage};
    busy.message = "another agenta-tools mcp install is changing " + path.string() +
                   " and does not come to an end; try again when it has";
    busy.retryable = Retryable::yes;
    return fail(std::move(busy));
  }
  if (lock == Lock::taken) sweep(target);
  return ConfigTurn{std::move(held)};
}

}  // namespace agenta::cli
