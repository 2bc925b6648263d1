#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

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
std::optional<std::string> approve(World& world, Account& account, std::map<std::string, std::string> fields);
/// The user refuses.
void deny(World& world, Account& account);

/// What the provider would say to these credentials; nothing where it takes them.
std::optional<std::string> credential_complaint(Toolkit const& toolkit,
                                                std::map<std::string, std::string> const& fields);
/// The labels of required fields that are not given.
std::vector<std::string> missing_fields(Toolkit const& toolkit,
                                        std::map<std::string, std::string> const& fields);

/// Moves an account to `status`, and remembers why and when.
void set_status(World& world, Account& account, AccountStatus status, std::string reason = {});
/// The first four characters, the rest hidden.
std::string masked(std::string_view secret);

}  // namespace agenta::daemon::sandbox
