#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "cli/command/context.hpp"
#include "shared/base/unique_fd.hpp"

namespace agenta::cli {

/// A directory that files of results go to.
struct DownloadDirectory {
  std::filesystem::path path{};  ///< absolute
  UniqueFd descriptor{};
};

/// Opens it, and makes it where it is missing. `USAGE` where it cannot be written to: before anything runs.
Result<DownloadDirectory> open_download_directory(std::string const& path);

/// Fetches every file that an execution's data (JSON) names, each written whole under a name of its own,
/// overwriting nothing. The data with where they are now. The tool has run: a failure says so, and carries
/// the data as far as it came.
Result<std::string> download_files(Context& context, DownloadDirectory const& directory,
                                   std::string const& execution_id, std::string const& data);

/// The same for a whole record, whose data is replaced in place.
Result<std::string> download_files_of(Context& context, DownloadDirectory const& directory,
                                      std::string const& record);

}  // namespace agenta::cli
