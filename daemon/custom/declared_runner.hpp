#pragma once

#include "daemon/core/custom_runner.hpp"
#include "daemon/custom/command_runner.hpp"
#include "daemon/custom/web_client.hpp"

namespace agenta::daemon {

/// Runs declared tools. How many at the same time is up to whoever asks.
class DeclaredRunner final : public CustomRunner {
 public:
  struct Options {
    Variables variables{};
  };
  DeclaredRunner(WebClient& web, Options options) : web_(web), options_(std::move(options)) {}
  ExecuteOutcome run(ProviderCall const& call, custom::Declaration const& declared,
                     JsonText const& arguments) override;

 private:
  WebClient& web_;
  Options const options_;
};

}  // namespace agenta::daemon
