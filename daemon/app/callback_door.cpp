#include "daemon/app/callback_door.hpp"

#include <algorithm>
#include <utility>

#include "shared/base/id.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kPathPrefix = "/callback/";
constexpr std::size_t kNonceBytes = 16;
/// So many ports of a range are tried, and no more.
constexpr std::uint32_t kMostPorts = 64;
/// So many logins that are over still say how they ended.
constexpr std::size_t kMostEnded = 64;

HttpServerOptions door_limits(std::function<HttpResponse(Malformed)> malformed) {
  HttpServerOptions options;
  options.most_header_bytes = 8 * 1024;
  options.most_body_bytes = 1024;
  options.most_connections = 16;
  options.when_full = HttpServerOptions::WhenFull::end_the_oldest_unanswered;
  options.header_timeout = std::chrono::seconds{5};
  options.body_timeout = std::chrono::seconds{5};
  options.idle_timeout = std::chrono::seconds{5};
  options.malformed = std::move(malformed);
  return options;
}

/// Present and something else than what a person's visit would carry.
bool contradicts(HttpRequest const& request, std::string_view header, std::string_view expected) {
  auto const value = find_header(request.headers, header);
  return value && !equal_ignoring_case(*value, expected);
}

}  // namespace

CallbackDoor::CallbackDoor(asio::any_io_executor executor, Options options, OnVisit on_visit)
    : executor_(executor),
      options_(options),
      on_visit_(std::move(on_visit)),
      server_(executor, door_limits([this](Malformed) {
                ++refused_;
                return callback_page(CallbackOutcome::refused);
              }),
              [this](HttpRequest request, HttpPeer) { return visit(std::move(request)); }),
      linger_(executor) {}

CallbackDoor::~CallbackDoor() { server_.close_all(); }

/// The first port of the range that is free. The bound socket is the one that serves, so that nobody can take
/// the port between a look and the use.
void CallbackDoor::listen(Opening& opening) {
  std::uint32_t const last =
      std::min<std::uint32_t>(options_.last_port, options_.first_port + (kMostPorts - 1));
  for (std::uint32_t port = options_.first_port; port <= last; ++port) {
    auto bound =
        LoopbackListener::bind(executor_, static_cast<std::uint16_t>(port),
                               [this](StreamSocket socket) { server_.adopt(std::move(socket), Peer{}); });
    if (bound) {
      listener_ = std::move(*bound);
      return;
    }
    opening.not_free.emplace_back(static_cast<std::uint16_t>(port), bound.error().number);
  }
}

CallbackDoor::Opening CallbackDoor::open(ConnectionId const& id) {
  Opening opening;
  if (!listener_) listen(opening);
  if (!listener_) return opening;
  linger_.cancel();
  std::string nonce = random_hex(kNonceBytes);
  opening.url = "http://127.0.0.1:" + std::to_string(listener_->port()) + std::string{kPathPrefix} + nonce;
  nonces_.emplace_back(std::move(nonce), id);
  logins_.insert(id.text);
  return opening;
}

void CallbackDoor::close(ConnectionId const& id) {
  bool is_awaited = false;
  for (auto nonce = nonces_.begin(); nonce != nonces_.end();) {
    if (nonce->second != id) {
      ++nonce;
      continue;
    }
    is_awaited = true;
    ended_.push_back(std::move(*nonce));
    nonce = nonces_.erase(nonce);
  }
  if (ended_.size() > kMostEnded) ended_.pop_front();
  bool const was_open = logins_.erase(id.text) > 0;
  if (!logins_.empty() || !was_open) return;
  if (!is_awaited || options_.linger.count() == 0) return shut();
  linger_.expires_after(options_.linger);
  linger_.async_wait([this](boost::system::error_code error) {
    if (!error && logins_.empty()) shut();
  });
}

void CallbackDoor::stop() {
  logins_.clear();
  nonces_.clear();
  linger_.cancel();
  shut();
  server_.drain();
}

void CallbackDoor::shut() {
  listener_.reset();
  spent_.clear();
  ended_.clear();
}

/// Compares with every nonce in constant time, so that answering tells nothing about how near a guess was.
std::optional<ConnectionId> CallbackDoor::take_nonce(std::string_view nonce) {
  std::optional<ConnectionId> id;
  for (auto* const nonces : {&nonces_, &ended_}) {
    auto found = nonces->end();
    for (auto entry = nonces->begin(); entry != nonces->end(); ++entry) {
      if (equal_in_constant_time(entry->first, nonce)) found = entry;
    }
    if (found == nonces->end()) continue;
    id = std::move(found->second);
    spent_.insert(std::move(found->first));
    nonces->erase(found);
  }
  return id;
}

bool CallbackDoor::is_browser_visit(HttpRequest const& request) const {
  if (request.method != "GET" || !request.body.empty()) return false;
  auto const host = find_header(request.headers, "Host");
  if (!listener_ || !host || *host != "127.0.0.1:" + std::to_string(listener_->port())) return false;
  if (find_header(request.headers, "Origin")) return false;
  if (find_header(request.headers, "Purpose") || find_header(request.headers, "Sec-Purpose"))
    return false;  // a prefetch
  return !contradicts(request, "Sec-Fetch-Mode", "navigate") &&
         !contradicts(request, "Sec-Fetch-Dest", "document");
}

asio::awaitable<HttpResponse> CallbackDoor::visit(HttpRequest request) {
  std::string_view const path = request.path();
  bool const ours = path.starts_with(kPathPrefix);
  if (!is_browser_visit(request)) {
    ++refused_;
    co_return callback_page(CallbackOutcome::refused);
  }
  std::string const nonce{ours ? path.substr(kPathPrefix.size()) : std::string_view{}};
  if (spent_.contains(nonce)) {
    ++refused_;
    co_return callback_page(CallbackOutcome::spent);
  }
  auto const id = take_nonce(nonce);
  if (!id) {
    ++refused_;
    co_return callback_page(CallbackOutcome::unknown);
  }
  auto asking = on_visit_(*id);
  CallbackVisit const answer = co_await std::move(asking);
  co_return callback_page(answer.outcome, answer.subject);
}

}  // namespace agenta::daemon
