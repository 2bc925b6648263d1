#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "cli/mcp/http_wire.hpp"
#include "cli/mcp/server.hpp"
#include "shared/base/secret.hpp"

namespace agenta::mcp {

/// The legacy clients of the HTTP door, by `Mcp-Session-Id`. The oldest is forgotten where there are too
/// many. Any thread.
class HttpSessions {
 public:
  std::string add(std::shared_ptr<Peer> peer);
  std::shared_ptr<Peer> find(std::string const& id) const;
  bool remove(std::string const& id);

 private:
  mutable std::mutex mutex_{};
  std::map<std::string, std::shared_ptr<Peer>, std::less<>> peers_{};
  std::deque<std::string> order_{};
};

/// Answers the requests of one connection.
class HttpExchange {
 public:
  struct House {
    Server& server;
    HttpSessions& sessions;
    std::optional<Secret> const& token;
    std::uint16_t port;
  };
  HttpExchange(House house, HttpWire& wire) : house_(house), wire_(wire) {}

  /// Whether a request is let in, by its head: who sends it, and whether it is one that is answered here.
  /// Whatever is refused has its reply, and the connection is over.
  bool admit(HttpRequest const& head);
  /// Answers what was let in. False: the connection is over.
  bool answer(HttpRequest const& request);

 private:
  bool turn_away(unsigned status, std::string message, HttpWire::Headers const& headers = {});
  bool post(HttpRequest const& request);
  bool serve(HttpRequest const& request, Message message, bool modern, std::shared_ptr<Peer> const& peer,
             HttpWire::Headers const& headers);
  bool refuse(HttpRequest const& request, unsigned status, RpcError const& error, std::string const& id = {},
              HttpWire::Headers const& headers = {});

  House house_;
  HttpWire& wire_;
};

}  // namespace agenta::mcp
