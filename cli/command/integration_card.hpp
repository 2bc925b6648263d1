#pragma once

#include <string>
#include <vector>

#include "cli/command/view.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::cli {

/// An integration for a person: what it is, its connections and how they are, the ways to connect it with the
/// fields that each needs, and `next`, the commands that go on from here.
std::string render_integration(protocol::IntegrationView const& view,
                               std::vector<std::vector<std::string>> const& next, PageStyle const& style);

/// The commands that go on from an integration: finish a login, renew what expired, connect, list its tools.
std::vector<std::vector<std::string>> next_steps(protocol::IntegrationView const& view);

}  // namespace agenta::cli
