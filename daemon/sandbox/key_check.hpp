#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/net/http_message.hpp"
#include "daemon/sandbox/api_error.hpp"

namespace agenta::daemon::sandbox {

/// Whose key a route takes.
enum class Access : std::uint8_t {
  project,  ///< of a project only
  any,      ///< of a project, or of a user who names one
  user,     ///< of a user only
  open,     ///< none is needed
};

enum class KeyUse : std::uint8_t { execution, other };

/// The project of the request, or why it may not. A project's key is taken where it begins with `accepted`;
/// one that ends in `_expired` has expired, and one that ends in `_scoped` may not execute. A user's key
/// begins with `u` and `accepted`; beside it, `x-org-id` and `x-project-id` choose the project, both or
/// neither.
ApiResult<std::string> check_key(std::string_view accepted, HttpRequest const& request, Access access,
                                 KeyUse use);

}  // namespace agenta::daemon::sandbox
