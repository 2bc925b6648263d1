#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command/context.hpp"
#include "cli/command/field_source.hpp"
#include "shared/domain/integration.hpp"

namespace agenta::cli {

/// What an integration needs for which Composio has no app of its own.
struct OwnApp {
  std::vector<AuthField> fields{};
  std::string redirect_uri{};    ///< to register in the app; empty where no browser comes back
  bool is_partly_given = false;  ///< the person has one, and did not say all of it
};

/// What a refusal of the daemon says of it; nothing in an error about something else.
std::optional<OwnApp> find_own_app(Error const& refusal, IntegrationDetail const& detail);

/// Says what is to be set up at the service, and asks for the fields that `fields` lacks.
Result<void> ask_own_app(Context& context, Integration const& integration, OwnApp const& app, Fields& fields);

}  // namespace agenta::cli
