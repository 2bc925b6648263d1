#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "cli/mcp/server.hpp"
#include "shared/base/secret.hpp"
#include "shared/base/unique_fd.hpp"
#include "shared/domain/error.hpp"

namespace agenta::mcp {

struct HttpOptions {
  std::uint16_t port = 0;         ///< 0: any that is free
  std::optional<Secret> token{};  ///< who has it may come in; none: whoever is on this machine
};

/// Streamable HTTP, both eras, at `http://127.0.0.1:PORT/mcp`: one endpoint, on loopback alone, for whoever
/// has the token. A thread for each connection, 64 at most. Where all places are taken, the oldest that has
/// not shown the token gives up its own; where all have, whoever comes is told to come again.
class HttpDoor {
 public:
  /// Listens; nobody is served yet. `CONFLICT`-like failures of the port are `USAGE`.
  static Result<std::unique_ptr<HttpDoor>> open(Server& server, HttpOptions options);
  ~HttpDoor();
  HttpDoor(HttpDoor const&) = delete;
  HttpDoor& operator=(HttpDoor const&) = delete;

  std::uint16_t port() const;
  std::string url() const;
  /// Serves until `stop`; then what runs is cancelled, and it returns soon.
  void serve(std::stop_token const& stop);

 private:
  struct State;
  explicit HttpDoor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace agenta::mcp
