#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "shared/base/unique_fd.hpp"

namespace agenta {

/// A part of an open file, for a body that is not to be held in memory. Read with `pread`: many may share the
/// descriptor.
struct FileBody {
  std::shared_ptr<UniqueFd> file{};
  std::int64_t offset = 0;
  std::int64_t size = 0;
};

/// Takes the bytes of a body as they come; false ends the transfer.
using BodySink = std::function<bool(std::string_view bytes)>;

}  // namespace agenta
