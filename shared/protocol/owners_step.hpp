#pragma once

#include <string>
#include <vector>

#include "shared/domain/error.hpp"

/// Next steps as they are told to whoever has a session's socket, and neither the home nor its daemon.
namespace agenta::protocol {

/// Whether the step takes more than a session's socket has: it is for whoever runs the session.
bool is_owners_step(std::vector<std::string> const& step);

/// `ask whoever runs the session: …`, with the command in back quotes.
std::string ask_owner_text(std::vector<std::string> const& step);

/// The error as it is told over a session's socket: a step that cannot be taken there is told in words.
Error told_inside(Error error);

}  // namespace agenta::protocol
