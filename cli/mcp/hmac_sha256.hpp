#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace agenta::mcp {

using Digest = std::array<std::uint8_t, 32>;

/// FIPS 180-4. The CLI links no TLS library, which every start of it would pay for.
Digest sha256(std::string_view message);
/// RFC 2104.
Digest hmac_sha256(std::string_view key, std::string_view message);
/// Lower case.
std::string to_hex(Digest const& digest);

}  // namespace agenta::mcp
