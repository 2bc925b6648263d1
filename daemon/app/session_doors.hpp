#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/app/dispatcher.hpp"
#include "daemon/core/sessions.hpp"
#include "daemon/net/http_server.hpp"
#include "daemon/net/unix_listener.hpp"
#include "shared/log/log.hpp"

namespace agenta::daemon {

/// The sockets of open sessions, each with a server of its own, so that those who crowd one keep nobody out
/// of another. Loop thread only.
class SessionDoors {
 public:
  using Handle = std::function<boost::asio::awaitable<HttpResponse>(HttpRequest, HttpPeer,
                                                                    std::shared_ptr<SessionEntrance const>)>;
  /// `directory` is made, private, with the first socket. `router`: what every session's socket has.
  SessionDoors(boost::asio::any_io_executor executor, std::filesystem::path directory,
               HttpServerOptions server, api::Router const& router, Handle handle, log::Log& log);
  ~SessionDoors();

  /// `NAME.sock`, or `PROJECT.NAME.sock` for another project than `default`: neither has a dot. What is too
  /// long for a socket's name is `ID.sock`.
  static std::string file_name(std::string_view project, Session const& session);

  /// Opens and closes what has to be, so that these have sockets and no others. `order`: an older list than
  /// one that was followed already is not.
  void follow(std::vector<Sessions::Opened> const& open, std::uint64_t order);
  /// Binds again what was deleted or replaced, and lets go of what has closed wholly.
  void look_after();

  /// Sockets that are open.
  std::size_t count() const { return doors_.size(); }
  /// Connections whose request is being handled or answered.
  std::size_t busy() const;
  /// For a shutdown, as `HttpServer` has them; no socket is opened any more.
  void drain();
  void close_all();

 private:
  struct Door;
  void open(Sessions::Opened const& opened);
  void bind(Door& door);
  void sweep();

  boost::asio::any_io_executor executor_;
  std::filesystem::path const directory_;
  HttpServerOptions const server_;
  api::Router const& router_;
  Handle const handle_;
  log::Log& log_;
  std::map<std::string, std::unique_ptr<Door>> doors_;  ///< by session id
  std::list<std::unique_ptr<Door>> leaving_;            ///< closed, whose last replies are being written
  std::uint64_t order_ = 0;
  bool swept_ = false;
  bool over_ = false;
};

}  // namespace agenta::daemon
