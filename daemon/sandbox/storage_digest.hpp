#pragma once

#include <string>
#include <string_view>

namespace agenta::daemon::sandbox {

/// MD5 as lower-case hex digits.
std::string md5_hex(std::string_view bytes);

}  // namespace agenta::daemon::sandbox
