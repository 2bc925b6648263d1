#pragma once

#include <string>
#include <string_view>

#include "shared/base/secret.hpp"

namespace agenta::daemon {

/// Tells keys apart without holding them: the first 16 hex digits of HMAC-SHA256 keyed by `salt`. Any thread.
std::string key_fingerprint(Secret const& key, std::string_view salt);

/// SHA-256 as 64 lower-case hex digits. Any thread.
std::string sha256_hex(std::string_view text);

}  // namespace agenta::daemon
