#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agenta {

/// RFC 4648 §4, with padding.
std::string base64_encode(std::string_view bytes);
/// Takes text with or without padding, of either alphabet; nothing where it is none.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace agenta
