#pragma once

#include <string>
#include <string_view>

#include "daemon/sandbox/world.hpp"

namespace agenta::daemon::sandbox {

/// The page on which a person agrees, gives what the toolkit asks for, or refuses. `complaint` is shown above
/// the form. Static HTML, no scripts.
std::string consent_page(World const& world, Account const& account, std::string_view complaint);
/// The page on which a person lets a program log in, or does not.
std::string login_page(CliSession const& session);
/// A page that only tells something.
std::string message_page(std::string_view title, std::string_view text);

}  // namespace agenta::daemon::sandbox
