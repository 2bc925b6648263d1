#pragma once

#include <string>
#include <utility>
#include <vector>

#include "shared/base/secret.hpp"
#include "shared/domain/error.hpp"
#include "shared/domain/integration.hpp"

namespace agenta::daemon {

/// What fields are for, in the words of an error.
struct FieldUse {
  std::string integration{};
  std::string purpose{};  ///< `to be connected by API_KEY`
  std::string option{};   ///< the flag that gives one
};

/// Every declared field that has to be given is, and nothing else is. An unknown one is `INVALID_REQUEST`
/// with the nearest name; missing ones are `INVALID_CREDENTIALS`, all at once, and `context.fields` lists
/// them.
Result<void> check_fields(std::vector<AuthField> const& declared,
                          std::vector<std::pair<std::string, Secret>> const& given, FieldUse const& use);

/// `given`, and the defaults of required fields that were left out.
std::vector<std::pair<std::string, Secret>> with_defaults(std::vector<AuthField> const& declared,
                                                          std::vector<std::pair<std::string, Secret>> given);

/// The scheme asked for, else the first that declares every field given, else one that Composio has an app
/// for, else one the user need only fill in, else the first.
Result<AuthScheme> choose_scheme(IntegrationDetail const& detail, std::string const& wanted,
                                 std::vector<std::pair<std::string, Secret>> const& given);

}  // namespace agenta::daemon
