#pragma once

#include <string>
#include <vector>

#include "daemon/core/catalog.hpp"
#include "shared/schema/tool_format.hpp"

namespace agenta::daemon {

/// Which tools are to be described, and how.
struct DefinitionRequest {
  std::vector<std::string> tools{};  ///< as a user names them
  std::string integration{};         ///< all of its tools; beside `tools`, these too
  std::string version{};             ///< of the named tools; empty: the latest
  schema::FormatOptions options{};
};

/// The tools as a model's API or a protocol wants them described, in the order they were named.
/// `INVALID_REQUEST` where none is named, or more than a request to a model can hold many times over.
Result<Known<std::vector<ToolDefinition>>> define_tools(Catalog& catalog, ProviderCall const& call,
                                                        DefinitionRequest const& request, Network network);

}  // namespace agenta::daemon
