#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "shared/base/os_error.hpp"
#include "shared/base/unique_fd.hpp"

namespace agenta {

/// Makes `path`, and what is missing above it, as directories of mode 0700 from their first instant, and
/// opens it. The last component must be a real directory (no symbolic link) owned by this user and closed to
/// others; one that is not is left as it is, never chmod'ed, and reported with its owner, mode and remedy.
OsResult<UniqueFd> open_private_dir(std::filesystem::path const& path);

/// Opens an existing private directory under the same checks, and makes nothing. ENOENT where there is none.
OsResult<UniqueFd> open_existing_private_dir(std::filesystem::path const& path);

/// Refuses a file that its group or others can read or write, or that another user owns. The message carries
/// the command that mends it.
OsResult<void> check_private_file(std::filesystem::path const& path);

/// Replaces `path` by `content` at mode 0600 so that a crash leaves the old file or the new one, whole and
/// durable.
OsResult<void> write_private_file(std::filesystem::path const& path, std::string_view content);

/// The whole of a file, at most `limit` bytes (EFBIG beyond).
OsResult<std::string> read_file(std::filesystem::path const& path, std::size_t limit = 16 << 20);

}  // namespace agenta
