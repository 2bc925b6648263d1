#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "shared/domain/error.hpp"

namespace agenta::cli {

/// One plain HTTP/1.1 request to a server on this computer: for the controls of a served sandbox, and nothing
/// else. `base_url` is `http://127.0.0.1:PORT` (or `localhost`, `[::1]`); anything else is `USAGE`. The
/// reply's body; `PROVIDER_UNAVAILABLE` where nobody answers, `INVALID_REQUEST` with the server's words for a
/// status of 400 or more.
Result<std::string> call_loopback(std::string_view base_url, std::string_view method, std::string_view path,
                                  std::string_view body, std::chrono::milliseconds patience);

}  // namespace agenta::cli
