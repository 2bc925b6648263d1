#include "cli/mcp/http_door.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <list>
#include <thread>

#include "cli/mcp/http_exchange.hpp"
#include "cli/mcp/line_reader.hpp"
#include "cli/mcp/wake_pipe.hpp"
#include "shared/base/port_holder.hpp"

namespace agenta::mcp {
namespace {

constexpr std::size_t kMostConnections = 64;
constexpr int kBacklog = 128;
constexpr time_t kSendPatience = 30;

/// No mistake of who typed it: the same port may be free later, and another one is now.
unexpected<Error> not_free(std::uint16_t port, int number) {
  std::string why = std::string{"cannot be listened on: "} + std::strerror(number);
  auto const holder = number == EADDRINUSE ? find_port_holder(port) : std::nullopt;
  if (number == EADDRINUSE) why = "is taken" + (holder ? " by " + holder->text() : std::string{});
  return fail(ErrorCode::blocked, "port " + std::to_string(port) + " of 127.0.0.1 " + why +
                                      "; name another with --port, or leave --port out for any that is free");
}

Result<UniqueFd> listen_on(std::uint16_t port) {
  UniqueFd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  int const yes = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  bool const listens = ::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                       ::listen(fd.get(), kBacklog) == 0;
  if (listens) return fd;
  return not_free(port, errno);
}

void set_up(int fd) {
  int const yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  timeval const patience{.tv_sec = kSendPatience, .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

struct Connection {
  /// A connection is a stranger until a request of it was let in. Only a stranger can be put out.
  enum class Standing { stranger, known, put_out };
  UniqueFd fd{};  ///< open until the thread is joined: so its number is nobody else's
  std::atomic<Standing> standing = Standing::stranger;
  std::atomic<bool> is_over = false;
  std::thread thread{};

  /// False where it was put out before.
  bool make_known() {
    auto seen = Standing::stranger;
    return standing.compare_exchange_strong(seen, Standing::known) || seen == Standing::known;
  }
  bool put_out() {
    auto seen = Standing::stranger;
    if (!standing.compare_exchange_strong(seen, Standing::put_out)) return false;
    ::shutdown(fd.get(), SHUT_RDWR);
    return true;
  }
};

}  // namespace

struct HttpDoor::State {
  Server& server;
  HttpOptions options;
  UniqueFd listener;
  std::uint16_t port = 0;
  HttpSessions sessions{};
  WakePipe stopping{};
  std::list<Connection> connections{};

  void talk(Connection& self) {
    int const fd = self.fd.get();
    set_up(fd);
    HttpWire wire{fd, {.stop_fd = stopping.fd(), .most_body = kLongestMessage}};
    HttpExchange exchange{{.server = server, .sessions = sessions, .token = options.token, .port = port},
                          wire};
    auto const admit = [&](HttpRequest const& head) { return exchange.admit(head) && self.make_known(); };
    for (;;) {
      HttpRequest request;
      HttpWire::Read const read = wire.read(request, admit);
      if (read == HttpWire::Read::closed) break;
      if (read == HttpWire::Read::too_large) wire.reply(413, {}, "", false);
      if (read == HttpWire::Read::malformed) wire.reply(400, {}, "", false);
      if (read != HttpWire::Read::request || !exchange.answer(request)) break;
    }
    wire.hang_up();
    self.is_over = true;
  }

  void reap() {
    connections.remove_if([](Connection& each) {
      if (!each.is_over) return false;
      each.thread.join();
      return true;
    });
  }

  /// Has the stranger that came first leave. It only waits for its socket, so it is gone at once.
  bool make_room() {
    auto const oldest = std::ranges::find_if(connections, [](Connection& each) { return each.put_out(); });
    if (oldest == connections.end()) return false;
    oldest->thread.join();
    connections.erase(oldest);
    return true;
  }

  void accept() {
    UniqueFd fd{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    if (!fd) return;
    reap();
    if (connections.size() >= kMostConnections && !make_room()) {
      HttpWire{fd.get(), {}}.reply(503, {{"Retry-After", "1"}}, "", false);
      return;
    }
    Connection& each = connections.emplace_back();
    each.fd = std::move(fd);
    each.thread = std::thread{[this, &each] { talk(each); }};
  }
};

HttpDoor::HttpDoor(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpDoor::~HttpDoor() = default;

Result<std::unique_ptr<HttpDoor>> HttpDoor::open(Server& server, HttpOptions options) {
  auto listener = listen_on(options.port);
  if (!listener) return fail(std::move(listener).error());
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(listener->get(), reinterpret_cast<sockaddr*>(&address), &size);
  auto state = std::unique_ptr<State>{new State{.server = server,
                                                .options = std::move(options),
                                                .listener = *std::move(listener),
                                                .port = ntohs(address.sin_port)}};
  return std::unique_ptr<HttpDoor>{new HttpDoor{std::move(state)}};
}

std::uint16_t HttpDoor::port() const { return state_->port; }

std::string HttpDoor::url() const { return "http://127.0.0.1:" + std::to_string(port()) + "/mcp"; }

void HttpDoor::serve(std::stop_token const& stop) {
  std::stop_callback const on_stop{stop, [this] { state_->stopping.wake(); }};
  while (!stop.stop_requested()) {
    std::array<pollfd, 2> watched{pollfd{state_->listener.get(), POLLIN, 0},
                                  pollfd{state_->stopping.fd(), POLLIN, 0}};
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) break;
    if (watched[0].revents != 0 && !stop.stop_requested()) state_->accept();
  }
  state_->stopping.wake();
  state_->server.end();
  for (Connection& each : state_->connections) each.thread.join();
  state_->connections.clear();
}

}  // namespace agenta::mcp
