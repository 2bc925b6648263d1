#pragma once

#include <string>
#include <vector>

#include "cli/command/context.hpp"
#include "cli/command/session_choice.hpp"
#include "shared/domain/proxy.hpp"

namespace agenta::cli {

/// What `proxy` was given.
struct ProxyOptions {
  std::string integration{};
  std::string method{};
  std::string url{};
  std::vector<std::string> headers{};
  std::vector<std::string> query{};
  std::string data{};
  std::string data_binary{};
  std::string connection{};
  SessionChoice session{};
  std::string output{};
  bool force = false;
  bool include = false;
  bool fail = false;
};

/// The request that they mean, with an id. `USAGE` for what cannot be one, and for a secret on the command
/// line: everybody on the machine can read it there.
Result<ProxyCall> build_proxy_call(Context& context, ProxyOptions const& options);

}  // namespace agenta::cli
