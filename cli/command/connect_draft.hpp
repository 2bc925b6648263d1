#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command/context.hpp"
#include "cli/command/field_source.hpp"
#include "shared/domain/integration.hpp"
#include "shared/protocol/api.hpp"

namespace agenta::cli {

/// A connection that is to be made, as far as it is known on this side.
struct ConnectDraft {
  IntegrationDetail detail{};
  std::optional<AuthScheme> scheme{};  ///< none: the daemon finds it out, and says what is missing
  protocol::ConnectRequest request{};
  /// What was typed beside the integration and says what is made, as argv: no secret is in it.
  std::vector<std::string> typed{};
};

/// The daemon's answer to a draft.
struct ConnectAnswer {
  std::string document{};
  protocol::ConnectReply reply{};
};

/// Asks for the fields that are missing and makes the connection. At a terminal, what was typed is asked for
/// again where the service refuses it, three times at most; and where the integration needs an app of one's
/// own, for what that app is known by. Elsewhere `INPUT_NEEDED` lists all that is missing. A next step
/// that only adds to what was typed repeats that.
Result<ConnectAnswer> post_draft(Context& context, ConnectDraft& draft);

/// The scheme that a connection of this integration is made by: the one asked for, else as the daemon chooses
/// (the first that declares all `given` fields, if there are any; one that Composio has an app for, else one
/// to fill in that needs no app, else the first). Nothing where the integration declares none.
AuthScheme const* find_scheme(IntegrationDetail const& detail, std::string const& wanted,
                              std::vector<std::string> const& given = {});

/// The name of an integration for a person.
std::string const& title_of(Integration const& integration);

}  // namespace agenta::cli
