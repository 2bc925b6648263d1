#include "daemon/app/callback_door.hpp"

#include <utility>

#include "shared/base/id.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kPathPrefix = "/callback/";
constexpr std::size_t kNonceBytes = 16;

HttpServerOptions door_limits() {
  HttpServerOptions options;
  options.most_header_bytes = 8 * 1024;
  options.most_body_bytes = 1024;
  options.most_connections = 16;
  options.header_timeout = std::chrono::seconds{5};
  options.body_timeout = std::chrono::seconds{5};
  options.idle_timeout = std::chrono::seconds{5};
  options.malformed = [](Malformed) { return callback_page(CallbackOutcome::refused); };
  return options;
}

/// Present and something else than what a person's visit would carry.
bool contradicts(HttpRequest const& request, std::string_view header, std::string_view expected) {
  auto const value = find_header(request.headers, header);
  return value && !equal_ignoring_case(*value, expected);
}

}  // namespace

CallbackDoor::CallbackDoor(asio::any_io_executor executor, OnVisit on_visit)
    : executor_(executor),
      on_visit_(std::move(on_visit)),
      server_(executor, door_limits(),
              [this](HttpRequest request, HttpPeer) { return visit(std::move(request)); }) {}

CallbackDoor::~CallbackDoor() { server_.close_all(); }

std::optional<std::string> CallbackDoor::open(ConnectionId const& id) {
  if (!listener_) {
    auto bound = LoopbackListener::bind(
        executor_, 0, [this](StreamSocket socket) { server_.adopt(std::move(socket), Peer{}); });
    if (!bound) return std::nullopt;
    listener_ = std::move(*bound);
  }
  std::string const nonce = random_hex(kNonceBytes);
  nonces_.emplace(nonce, id);
  logins_.insert(id.text);
  return "http://127.0.0.1:" + std::to_string(listener_->port()) + std::string{kPathPrefix} + nonce;
}

void CallbackDoor::close(ConnectionId const& id) {
  std::erase_if(nonces_, [&](auto const& entry) { return entry.second == id; });
  logins_.erase(id.text);
  if (!logins_.empty()) return;
  listener_.reset();
  spent_.clear();
}

/// Compares with every live nonce in constant time, so that answering tells nothing about how near a guess
/// was.
std::optional<ConnectionId> CallbackDoor::take_nonce(std::string_view nonce) {
  auto found = nonces_.end();
  for (auto entry = nonces_.begin(); entry != nonces_.end(); ++entry) {
    if (equal_in_constant_time(entry->first, nonce)) found = entry;
  }
  if (found == nonces_.end()) return std::nullopt;
  ConnectionId id = found->second;
  spent_.insert(found->first);
  nonces_.erase(found);
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
  CallbackOutcome const outcome = co_await std::move(asking);
  co_return callback_page(outcome);
}

}  // namespace agenta::daemon
