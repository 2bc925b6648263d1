#pragma once

#include <chrono>
#include <string>

#include "cli/command/context.hpp"
#include "shared/domain/connection.hpp"

namespace agenta::cli {

/// The document of a connection beside what it says.
struct SettledConnection {
  std::string document{};
  Connection connection{};
};

/// Waits until the connection is no longer pending, at most `patience`. A login that failed is the error it
/// failed with; one that is still pending then is `OAUTH_PENDING`; an interruption is `CANCELLED` and ends
/// the wait alone. The last two say how to go on.
Result<SettledConnection> wait_until_settled(Context& context, std::string const& id,
                                             std::chrono::milliseconds patience);

/// `agenta-tools connect --resume ID`.
std::vector<std::string> resume_step(std::string const& id);

}  // namespace agenta::cli
