#pragma once

#include "cli/terminal/terminal.hpp"
#include "shared/domain/connection.hpp"

namespace agenta::cli {

/// Prints one connection for a person.
void print_connection(Terminal& terminal, Connection const& row);

}  // namespace agenta::cli
