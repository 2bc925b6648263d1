#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shared/base/os_error.hpp"

namespace agenta {

/// Writes all of `bytes` at `offset` of an open file; `what` names it for a person.
OsResult<void> write_at(int file, std::string_view bytes, std::int64_t offset, std::string const& what);

}  // namespace agenta
