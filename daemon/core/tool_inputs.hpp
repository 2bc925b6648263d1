#pragma once

#include "daemon/core/caller.hpp"
#include "daemon/core/catalog.hpp"
#include "daemon/core/credentials.hpp"
#include "shared/protocol/codec_tool_input.hpp"

namespace agenta::daemon {

/// Arguments for tools, written by the provider from a sentence. Runs nothing. Any thread.
class ToolInputs {
 public:
  ToolInputs(Catalog& catalog, Credentials& credentials, ToolProvider& provider, Clock const& clock)
      : catalog_(catalog), credentials_(credentials), provider_(provider), clock_(clock) {}

  /// For the tool that `name` means, in any form `parse_tool_reference` takes. Asked again as a read is.
  Result<protocol::ToolInput> write(Caller const& caller, std::string const& name,
                                    protocol::ToolInputRequest const& request);

 private:
  Result<JsonText> ask(Caller const& caller, ProviderCall const& call, InputRequest const& request);

  Catalog& catalog_;
  Credentials& credentials_;
  ToolProvider& provider_;
  Clock const& clock_;
};

}  // namespace agenta::daemon
