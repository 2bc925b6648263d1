#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "shared/base/clock.hpp"

namespace agenta::daemon::sandbox {

/// How long somebody can approve a login.
inline constexpr std::chrono::minutes kCliSessionLifetime{10};

/// A login of a program on behalf of whoever approves it in a browser. Composio knows no refusal: a denied
/// one stays pending until it expires.
struct CliSession {
  enum class State : std::uint8_t { pending, denied, linked };

  std::string id{};
  std::string code{};
  std::string source{};   ///< the program, in its own words
  bool for_user = false;  ///< whether it is to get a user's key, or a project's
  State state = State::pending;
  std::string key{};  ///< once it is linked
  WallTime created_at{};

  WallTime expires_at() const { return created_at + kCliSessionLifetime; }
};

struct World;

/// By its id or its code; null where there is none.
CliSession* find_cli_session(World& world, std::string_view id_or_code);
/// Whether somebody can still approve it.
bool is_open(World const& world, CliSession const& session);
/// Somebody approves, and there is a key; or does not.
void settle(World& world, CliSession& session, bool approves);
/// Settles it where the sandbox is told to and the delay is over.
void settle_automatically(World& world, CliSession& session);

}  // namespace agenta::daemon::sandbox
