#pragma once

#include <string_view>

namespace agenta::daemon {

/// `shared/protocol/openapi.json`, as it was when this program was built.
std::string_view openapi_document();

}  // namespace agenta::daemon
