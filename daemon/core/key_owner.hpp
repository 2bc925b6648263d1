#pragma once

#include <string>

#include "daemon/core/account_provider.hpp"
#include "daemon/store/credential_file.hpp"

namespace agenta::daemon {

/// What to do where a user's key can work in several projects.
enum class ManyProjects {
  refuse,       ///< `INPUT_NEEDED`, naming them in words and in the context as `projects`
  take_current  ///< the one that the provider calls current; `INPUT_NEEDED` where it calls none so
};

/// Whose the key of the call is. A user's key gets the project it is to work in: the one named `wanted` (an
/// id, or a name in any case), else the only one. `NOT_CONFIGURED` where it has none: then nothing can be
/// executed with it. A project's key is not refused for what cannot be told about it.
Result<store::SavedOwner> find_owner(AccountProvider& provider, ProviderCall const& call,
                                     std::string const& wanted, ManyProjects many);

}  // namespace agenta::daemon
