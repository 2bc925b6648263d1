#pragma once

#include <cstdint>
#include <optional>

#include "shared/base/body.hpp"

namespace agenta::daemon::sandbox {

/// An execution's answer with about `bytes` of data, at least: `{"items":[{"id":0,"text":"…"},…]}`. In a file
/// without a name, so that it takes no memory. Nothing where there is no room for it.
std::optional<FileBody> make_large_result(std::int64_t bytes);

}  // namespace agenta::daemon::sandbox
