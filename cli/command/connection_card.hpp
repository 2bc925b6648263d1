#pragma once

#include <string>
#include <vector>

#include "cli/command/context.hpp"
#include "cli/command/view.hpp"
#include "shared/domain/connection.hpp"

namespace agenta::cli {

/// Whether a row was made under the key of another Composio project than the caller's.
enum class Foreign : bool { no, yes };
/// What a connection's document says of it.
Foreign find_foreign(std::string_view document);

/// Why a connection is not simply usable, for a person; empty where it is.
std::string why_text(Connection const& row, Foreign foreign);

/// What to type next about a connection that is not usable; empty where there is nothing to do.
std::vector<std::string> mending_step(Connection const& row);

/// One connection in full, with who made it, changed it and used it last.
std::string connection_card(Connection const& row, Foreign foreign, std::vector<std::string> const& next,
                            PageStyle const& style);

}  // namespace agenta::cli
