#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "daemon/sandbox/credentials.hpp"
#include "daemon/sandbox/world.hpp"

namespace agenta::daemon::sandbox {

/// How long a link can be answered.
inline constexpr std::chrono::minutes kLinkLifetime{10};

/// Gives the account a fresh link that ends at `callback_url` (may be empty).
void start_link(World& world, Account& account, std::string callback_url);
std::string link_url(World const& world, Account const& account);

/// Ends every link whose time has passed.
void expire_stale(World& world);
/// Answers the account's link where the sandbox is told to and the delay is over.
void settle_automatically(World& world, Account& account);

/// The user agrees and gives `fields`. Says what is wrong with a field; then nothing has changed.
std::optional<std::string> approve(World& world, Account& account, FieldValues fields);
/// The user refuses.
void deny(World& world, Account& account);

/// The account's way to connect; null where the catalogue does not know it.
AuthScheme const* find_scheme(World const& world, Account const& account);
/// What its auth config asks consent for.
std::vector<std::string> scopes_of(World const& world, Account const& account);
/// The account works from here on, with these credentials and a grant that is alive.
void activate(World& world, Account& account, FieldValues fields);

/// Moves an account to `status`, and remembers why and when.
void set_status(World& world, Account& account, AccountStatus status, std::string reason = {});
/// Takes back at the provider what an account holds, where that is possible, and notes it down.
void revoke(World& world, Account const& account);

}  // namespace agenta::daemon::sandbox
