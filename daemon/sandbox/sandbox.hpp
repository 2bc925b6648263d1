#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "daemon/net/http_message.hpp"
#include "shared/base/clock.hpp"
#include "shared/domain/error.hpp"

namespace agenta::daemon::sandbox {

struct Options {
  std::string api_key = "ak_sandbox";  ///< the one key it accepts, beside any other that begins with it
  std::optional<std::filesystem::path>
      catalog{};  ///< a catalogue in the published format, instead of its own
  std::optional<std::filesystem::path>
      state_file{};  ///< accounts and tool state outlive the process; none: in memory
};

/// A Composio v3.1 server, offline: catalogue, auth configs, connected accounts, the hosted consent page,
/// tools with working state, sessions that search, and planted faults. It speaks HTTP messages and knows no
/// sockets: the daemon serves it on loopback. Any thread; one request at a time.
class Sandbox {
 public:
  /// `clock` outlives the sandbox. Fails where the catalogue or the state file cannot be read.
  static Result<std::unique_ptr<Sandbox>> open(Options options, Clock const& clock);
  ~Sandbox();
  Sandbox(Sandbox const&) = delete;
  Sandbox& operator=(Sandbox const&) = delete;

  /// Where it is reachable (`http://127.0.0.1:PORT`); links to the consent page begin with it. Call before
  /// serving.
  void set_base_url(std::string base_url);
  /// Answers one request: `/api/v3/…`, `/api/v3.1/…`, `/link/…`, and its own controls under `/_sandbox/…`.
  HttpResponse handle(HttpRequest const& request);
  /// Writes what is not yet written to the state file.
  void flush();

 private:
  struct State;
  explicit Sandbox(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace agenta::daemon::sandbox
