#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/core/tool_provider.hpp"
#include "shared/domain/execution.hpp"

namespace agenta::daemon {

/// Files that stand in for arguments: what the provider must have of them before the tool is run. Any thread.
class ArgumentFiles {
 public:
  virtual ~ArgumentFiles() = default;

  /// The arguments with what the tool's schema wants at each file's place (name, type, and a key that is not
  /// one yet): what is validated, shown by a dry run and journaled. `INVALID_ARGUMENTS` where the schema
  /// takes no file there, `INVALID_REQUEST` where the upload is not known, not whole, or another project's.
  virtual Result<JsonText> describe(std::string const& project, Tool const& tool, JsonText const& arguments,
                                    std::vector<FileArgument> const& files) = 0;
  /// Hands the files to the provider's storage and gives the arguments, as `describe` left them, with their
  /// keys. Nothing of the tool has run, however this ends, so it may be repeated.
  virtual Result<JsonText> stage(ProviderCall const& call, Tool const& tool, JsonText const& arguments,
                                 std::vector<FileArgument> const& files) = 0;
};

}  // namespace agenta::daemon
