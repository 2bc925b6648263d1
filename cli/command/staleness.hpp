#pragma once

#include <optional>
#include <string>

#include "shared/base/clock.hpp"
#include "shared/domain/tool_service.hpp"

namespace agenta::cli {

struct Context;

/// That an answer came from the catalogue's copy, and is older than it should be.
struct Staleness {
  std::optional<WallTime> fetched_at{};
  std::string state{};  ///< why nothing newer is told: `refreshing`, `offline`, `unreachable`
};

/// What the reply's headers say of its age; nothing where it is as fresh as it should be.
std::optional<Staleness> find_staleness(ServiceReply const& reply);

/// Keeps the older of the two in `oldest`.
void keep_oldest(std::optional<Staleness>& oldest, std::optional<Staleness> other);

/// `this is 3 h old: Composio cannot be reached`.
std::string staleness_line(Staleness const& stale, WallTime now);

/// Says how old the command's answer is, on stderr; nothing where it is fresh. For the end of every command
/// that tells of the catalogue.
void say_age(Context& context);

}  // namespace agenta::cli
