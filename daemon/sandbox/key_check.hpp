#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/net/http_message.hpp"
#include "daemon/sandbox/api_error.hpp"

namespace agenta::daemon::sandbox {

enum class KeyUse : std::uint8_t { execution, other };

/// The project of the request's API key, or why it may not. A key is taken where it begins with `accepted`;
/// one that ends in `_expired` has expired, and one that ends in `_scoped` may not execute.
ApiResult<std::string> check_key(std::string_view accepted, HttpRequest const& request, KeyUse use);

}  // namespace agenta::daemon::sandbox
