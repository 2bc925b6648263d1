#pragma once

#include <string>
#include <vector>

#include "cli/command/context.hpp"
#include "cli/command/local_file.hpp"
#include "shared/domain/execution.hpp"

namespace agenta::cli {

/// A file that a person names for an argument.
struct FileItem {
  std::string pointer{};  ///< JSON pointer of the argument
  std::string path{};     ///< or a URL
};

/// Reads `--file FIELD=PATH`, and takes `FIELD@PATH` (an item without `=`) out of the items. FIELD is written
/// as `a.b`, or as the JSON pointer `/a/b`. `USAGE`.
Result<std::vector<FileItem>> take_file_items(std::vector<std::string> const& flags,
                                              std::vector<std::string>& items);

/// Hands the files to the daemon: all are opened and judged before the first byte of one is. Shows how far it
/// is.
Result<std::vector<FileArgument>> hand_over(Context& context, std::vector<FileItem> const& items,
                                            Sensitive sensitive);

}  // namespace agenta::cli
