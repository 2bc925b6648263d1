#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/clock.hpp"
#include "shared/base/secret.hpp"

namespace agenta::mcp {

/// Seals what a call that came back for input has to remember (`requestState`), and opens it again. It goes
/// through the client's hands, so it is signed with a key that lives as long as this process, and is good for
/// one tool with the very same arguments, for a while. Any thread.
class StateSeal {
 public:
  explicit StateSeal(std::chrono::milliseconds life);
  /// `note` is ours, and readable by the client: no secrets.
  std::string seal(std::string_view tool, std::string_view arguments, std::string_view note,
                   SteadyTime now) const;
  /// The note; nothing where the state is forged, another call's, of another process, or too old.
  std::optional<std::string> open(std::string_view state, std::string_view tool, std::string_view arguments,
                                  SteadyTime now) const;

 private:
  std::string sign(std::string_view tool, std::string_view arguments, std::string_view payload) const;

  std::chrono::milliseconds life_;
  Secret key_;
};

/// One spelling for arguments that mean the same: the order of members and white space do not matter.
std::string canonical_arguments(std::string_view json);
/// SHA-256 of that, in hex.
std::string arguments_digest(std::string_view json);

}  // namespace agenta::mcp
