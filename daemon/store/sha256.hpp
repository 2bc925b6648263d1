#pragma once

#include <string>
#include <string_view>

namespace agenta::daemon::store {

/// As 64 hex digits in lower case: what `sha256sum` prints. Any thread.
std::string sha256_hex(std::string_view bytes);

}  // namespace agenta::daemon::store
