#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command/context.hpp"
#include "cli/terminal/style.hpp"
#include "shared/domain/connection.hpp"

namespace agenta::cli {

/// How things stand with a connection, for tables: `connected`, `expired`, `pending`, `failed`, `disabled`,
/// and `-` where there is none.
std::string state_word(std::optional<ConnectionStatus> status);
Ink ink_of_state(std::string_view word);

/// The status that tells most of several connections of one integration: an active one if there is one.
std::optional<ConnectionStatus> leading_status(std::vector<Connection> const& connections);

/// The state of every integration that has a connection, by its slug, as the daemon's own database knows it.
/// Empty where it cannot be asked: a list is worth showing without.
std::map<std::string, std::string> find_states(Context& context);

}  // namespace agenta::cli
