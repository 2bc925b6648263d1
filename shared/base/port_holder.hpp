#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace agenta {

/// Who listens on a TCP port of this machine, as far as the kernel tells this user.
struct PortHolder {
  uid_t uid = 0;
  pid_t pid = 0;          ///< 0: not visible, as another user's processes are
  std::string program{};  ///< its name, where visible

  /// `python3 (pid 12)`, else `a program of uid 0`.
  std::string text() const;
};

/// Nothing where nobody listens there. Reads /proc: some milliseconds; any thread but the loop's.
std::optional<PortHolder> find_port_holder(std::uint16_t port);

}  // namespace agenta
