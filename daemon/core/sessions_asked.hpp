#pragma once

#include <memory>
#include <stop_token>

#include "daemon/core/sessions.hpp"

namespace agenta::daemon {

/// Who asks for a session's tools: with which key, and whether Composio may be asked. Where all of them are a
/// person's own there need not be a key.
struct Sessions::Asked {
  ProviderAccess access{};
  std::shared_ptr<CatalogAccount> account{};  ///< null: there is no key
  store::Project project{};
  Network network = Network::yes;
  bool tells_choices = true;  ///< which connections there are that the session is not bound to
  SteadyTime deadline{};
  std::stop_token stop{};
  ProviderCall provider_call() const { return {access, deadline, stop}; }
};

}  // namespace agenta::daemon
