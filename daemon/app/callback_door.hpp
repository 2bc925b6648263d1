#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/app/callback_page.hpp"
#include "daemon/net/http_server.hpp"
#include "daemon/net/loopback_listener.hpp"
#include "shared/domain/connection.hpp"

namespace agenta::daemon {

/// Where browsers come back to: `http://127.0.0.1:PORT/callback/NONCE`, listening only while a login is
/// pending, and for a moment after where its browser is still on the way. A visit is a hint, and the right
/// nonce is what lets it be one: it makes the daemon ask Composio now instead of at the next poll. Everything
/// else is answered 4xx, counted, and changes nothing. Loop thread only.
class CallbackDoor {
 public:
  /// Asks Composio about the login, and says how it stands. Of a login that is over it is asked too.
  using OnVisit = std::function<boost::asio::awaitable<CallbackVisit>(ConnectionId)>;
  struct Options {
    std::uint16_t first_port = 0;  ///< 0: the kernel chooses
    std::uint16_t last_port = 0;
    /// How long the door stays open after the last login, where that one's browser has not come: Composio can
    /// tell of an approval before the browser is sent here, and a page that cannot be reached would look like
    /// a failure.
    std::chrono::milliseconds linger{2'000};
  };
  /// What came of opening: the URL, or nothing where no port can be listened on, and the ports that could not
  /// be.
  struct Opening {
    std::optional<std::string> url{};
    std::vector<std::pair<std::uint16_t, int>> not_free{};  ///< port and errno
  };
  CallbackDoor(boost::asio::any_io_executor executor, Options options, OnVisit on_visit);
  ~CallbackDoor();

  /// A URL with a fresh 128-bit nonce for this login.
  Opening open(ConnectionId const& id);
  /// The login is over: its nonce says how it ended, once, and with the last login the listener goes.
  void close(ConnectionId const& id);
  /// Closes for good; a visit that is being answered is answered.
  void stop();

  std::uint16_t port() const { return listener_ ? listener_->port() : 0; }
  std::uint64_t refused_visits() const { return refused_; }

 private:
  using Nonce = std::pair<std::string, ConnectionId>;
  void listen(Opening& opening);
  void shut();
  boost::asio::awaitable<HttpResponse> visit(HttpRequest request);
  bool is_browser_visit(HttpRequest const& request) const;
  std::optional<ConnectionId> take_nonce(std::string_view nonce);

  boost::asio::any_io_executor executor_;
  Options const options_;
  OnVisit on_visit_;
  HttpServer server_;
  std::unique_ptr<LoopbackListener> listener_;
  boost::asio::steady_timer linger_;
  std::deque<Nonce> nonces_{};      ///< of logins that are pending
  std::deque<Nonce> ended_{};       ///< unused ones of logins that are over, the newest ones
  std::set<std::string> logins_{};  ///< the logins that keep the listener open
  std::set<std::string> spent_{};   ///< used nonces, while the listener is open
  std::uint64_t refused_ = 0;
};

}  // namespace agenta::daemon
