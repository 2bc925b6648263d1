#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "daemon/app/callback_page.hpp"
#include "daemon/net/http_server.hpp"
#include "daemon/net/loopback_listener.hpp"
#include "shared/domain/connection.hpp"

namespace agenta::daemon {

/// Where browsers come back to: `http://127.0.0.1:PORT/callback/NONCE`, listening only while a login is
/// pending. A visit is a hint, and the right nonce is what lets it be one: it makes the daemon ask Composio
/// now instead of at the next poll. Everything else is answered 4xx, counted, and changes nothing. Loop
/// thread only.
class CallbackDoor {
 public:
  /// Asks Composio about the login, and says how it stands.
  using OnVisit = std::function<boost::asio::awaitable<CallbackOutcome>(ConnectionId)>;
  CallbackDoor(boost::asio::any_io_executor executor, OnVisit on_visit);
  ~CallbackDoor();

  /// A URL with a fresh 128-bit nonce for this login; nothing where no port can be listened on.
  std::optional<std::string> open(ConnectionId const& id);
  /// The login is over: its nonce opens nothing any more, and with the last login the listener goes.
  void close(ConnectionId const& id);

  std::uint16_t port() const { return listener_ ? listener_->port() : 0; }
  std::uint64_t refused_visits() const { return refused_; }

 private:
  boost::asio::awaitable<HttpResponse> visit(HttpRequest request);
  bool is_browser_visit(HttpRequest const& request) const;
  std::optional<ConnectionId> take_nonce(std::string_view nonce);

  boost::asio::any_io_executor executor_;
  OnVisit on_visit_;
  HttpServer server_;
  std::unique_ptr<LoopbackListener> listener_;
  std::map<std::string, ConnectionId> nonces_;  ///< live ones
  std::set<std::string> logins_;                ///< the logins that keep the listener open
  std::set<std::string> spent_;                 ///< used nonces, while the listener is open
  std::uint64_t refused_ = 0;
};

}  // namespace agenta::daemon
