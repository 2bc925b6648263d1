#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "daemon/net/http_server.hpp"
#include "daemon/net/loopback_listener.hpp"
#include "daemon/sandbox/sandbox.hpp"
#include "shared/domain/error.hpp"

namespace agenta::daemon {

/// Serves a sandbox over real HTTP on loopback. Loop thread only.
class SandboxDoor {
 public:
  /// `port` 0: the kernel chooses one.
  static Result<std::unique_ptr<SandboxDoor>> open(boost::asio::any_io_executor executor,
                                                   std::unique_ptr<sandbox::Sandbox> sandbox,
                                                   std::uint16_t port);
  /// At the port it had last, which `file` remembers, so that links that were given out still lead here; at
  /// another where that is taken.
  static Result<std::unique_ptr<SandboxDoor>> reopen(boost::asio::any_io_executor executor,
                                                     std::unique_ptr<sandbox::Sandbox> sandbox,
                                                     std::filesystem::path const& file);
  ~SandboxDoor();

  std::string const& base_url() const { return base_url_; }
  sandbox::Sandbox& sandbox() { return *sandbox_; }

 private:
  SandboxDoor(boost::asio::any_io_executor executor, std::unique_ptr<sandbox::Sandbox> sandbox);
  OsResult<void> bind(boost::asio::any_io_executor executor, std::uint16_t port);

  std::unique_ptr<sandbox::Sandbox> sandbox_;
  HttpServer server_;
  std::unique_ptr<LoopbackListener> listener_;
  std::string base_url_;
};

/// `agenta-toolsd sandbox-serve`: a sandbox for others, in the foreground, until SIGTERM or SIGINT. Prints
/// one line of JSON (`url`, `api_key`, `pid`) once it serves. The exit code.
struct SandboxServeOptions {
  std::uint16_t port = 0;
  std::string catalog{};
  std::string state_file{};
};
int serve_sandbox(SandboxServeOptions const& options);

}  // namespace agenta::daemon
