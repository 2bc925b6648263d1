#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/command/context.hpp"
#include "shared/base/unique_fd.hpp"

namespace agenta::cli {

/// Whether a file may be handed over that holds keys or credentials.
enum class Sensitive : bool { refused, allowed };

/// A file that is about to be handed over, opened and judged.
struct LocalFile {
  UniqueFd file{};
  std::string name{};  ///< the last part of what the person typed
  std::int64_t size = 0;
  std::uint64_t changed_at = 0;  ///< tells whether it changed while it was read
};

/// `USAGE` for what cannot be opened, is no ordinary file, or is over 100 MiB; `FORBIDDEN` for what is
/// sensitive. It is judged by what was opened, whatever links led there.
Result<LocalFile> open_local_file(Context const& context, std::string const& path, Sensitive sensitive);

/// Whether the file is still what was opened.
bool is_unchanged(LocalFile const& file);

/// `3.2 MB`.
std::string describe_size(std::int64_t bytes);

}  // namespace agenta::cli
