#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "daemon/core/tool_provider.hpp"
#include "shared/base/spool_file.hpp"

namespace agenta::daemon {

/// How an answer whose body is bytes is put together.
struct SpoolPlan {
  std::filesystem::path directory{};
  std::int64_t most_bytes = 0;  ///< of the body; more is `UNSUPPORTED`
  int attempts = 3;             ///< a file whose reading breaks off is read again
};

/// The document `head`, the base64 of the file's bytes, `tail`, in a file without a name. Holds no more of it
/// in memory than comes at a time.
Result<SpoolFile> spool_as_base64(ToolProvider& provider, ProviderCall const& call, ProxyFile const& file,
                                  std::string_view head, std::string_view tail, SpoolPlan const& plan);

}  // namespace agenta::daemon
