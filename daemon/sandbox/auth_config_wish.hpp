#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "daemon/sandbox/api_error.hpp"
#include "daemon/sandbox/catalog.hpp"
#include "daemon/sandbox/credentials.hpp"

namespace agenta::daemon::sandbox {

/// `scopes` of an object, a list or a text with commas; empty where it has none.
std::vector<std::string> read_scopes(nlohmann::json const& object);
/// The texts of `credentials` beside the scopes, masked: what is given is remembered, its values are not.
FieldValues read_credentials(nlohmann::json const& credentials);
/// Refuses scopes that Composio's own app may not ask for.
ApiResult<void> check_ceiling(Toolkit const& toolkit, std::vector<std::string> const& scopes);

}  // namespace agenta::daemon::sandbox
