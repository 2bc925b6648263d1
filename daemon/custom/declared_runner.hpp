#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "daemon/core/custom_runner.hpp"
#include "daemon/custom/command_runner.hpp"
#include "daemon/custom/web_client.hpp"

namespace agenta::daemon {

/// Runs declared tools, a few at the same time; the others wait their turn, within their deadline.
class DeclaredRunner final : public CustomRunner {
 public:
  struct Options {
    int most_at_once = 8;
    Variables variables{};
  };
  DeclaredRunner(WebClient& web, Options options) : web_(web), options_(std::move(options)) {}
  ExecuteOutcome run(ProviderCall const& call, custom::Declaration const& declared,
                     JsonText const& arguments) override;

 private:
  bool begin(ProviderCall const& call);
  void end();

  WebClient& web_;
  Options const options_;
  std::mutex mutex_;
  std::condition_variable_any freed_;
  int running_ = 0;
  int waiting_ = 0;
};

}  // namespace agenta::daemon
