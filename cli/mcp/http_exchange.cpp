#include "cli/mcp/http_exchange.hpp"

#include "cli/mcp/http_rules.hpp"
#include "cli/mcp/wake_pipe.hpp"
#include "shared/base/id.hpp"
#include "shared/base/text.hpp"

namespace agenta::mcp {
namespace {

constexpr std::size_t kMostSessions = 256;
constexpr std::size_t kIdBytes = 16;
constexpr int kKeepAliveMs = 15'000;
constexpr std::string_view kPath = "/mcp";
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kEvents = "text/event-stream";

/// What belongs to one POST, on its way from the server's threads to the connection's.
class HttpChannel final : public Channel {
 public:
  struct Item {
    std::string message{};
    int error_code = 0;
    bool is_last = false;
    bool is_dropped = false;
  };
  explicit HttpChannel(bool takes_events) : takes_events_(takes_events) {}

  bool carries_more() const override { return takes_events_; }
  void send(std::string message) override { add({.message = std::move(message)}); }
  void finish(std::string message, int error_code) override {
    add({.message = std::move(message), .error_code = error_code, .is_last = true});
  }
  void drop() override { add({.is_last = true, .is_dropped = true}); }

  std::optional<Item> next() {
    std::lock_guard const guard{mutex_};
    wake_.clear();
    if (items_.empty()) return std::nullopt;
    Item item = std::move(items_.front());
    items_.pop_front();
    if (!items_.empty()) wake_.wake();
    return item;
  }
  int fd() const { return wake_.fd(); }

 private:
  void add(Item item) {
    std::lock_guard const guard{mutex_};
    items_.push_back(std::move(item));
    wake_.wake();
  }

  bool const takes_events_;
  std::mutex mutex_{};
  WakePipe wake_{};
  std::deque<Item> items_{};
};

bool is_json(HttpRequest const& request) {
  std::string const type = request.header("content-type").value_or("");
  return equal_ignoring_case(trim(std::string_view{type}.substr(0, type.find(';'))), kJson);
}

RpcError plain(std::string message) { return {.code = kInvalidRequest, .message = std::move(message)}; }

}  // namespace

std::string HttpSessions::add(std::shared_ptr<Peer> peer) {
  std::string id = random_hex(kIdBytes);
  std::lock_guard const guard{mutex_};
  if (order_.size() >= kMostSessions) {
    peers_.erase(order_.front());
    order_.pop_front();
  }
  peers_.emplace(id, std::move(peer));
  order_.push_back(id);
  return id;
}

std::shared_ptr<Peer> HttpSessions::find(std::string const& id) const {
  std::lock_guard const guard{mutex_};
  auto const found = peers_.find(id);
  return found == peers_.end() ? nullptr : found->second;
}

bool HttpSessions::remove(std::string const& id) {
  std::shared_ptr<Peer> peer;
  {
    std::lock_guard const guard{mutex_};
    auto const found = peers_.find(id);
    if (found == peers_.end()) return false;
    peer = found->second;
    peers_.erase(found);
    std::erase(order_, id);
  }
  peer->cancel_all();
  return true;
}

bool HttpExchange::refuse(HttpRequest const& request, unsigned status, RpcError const& error,
                          std::string const& id, HttpWire::Headers const& headers) {
  return wire_.reply(status, headers, write_error(id, error), request.keep_alive) && request.keep_alive;
}

/// Without keeping the connection: there may be a body behind the head that nobody wants.
bool HttpExchange::turn_away(unsigned status, std::string message, HttpWire::Headers const& headers) {
  wire_.reply(status, headers, write_error({}, plain(std::move(message))), false);
  return false;
}

bool HttpExchange::admit(HttpRequest const& head) {
  if (!comes_from_here(head, house_.port))
    return turn_away(403, "this server answers programs on this machine alone");
  if (house_.token && !has_token(head, house_.token->reveal())) {
    return turn_away(401, "a token is needed: Authorization: Bearer TOKEN", {{"WWW-Authenticate", "Bearer"}});
  }
  std::string_view const path = std::string_view{head.target}.substr(0, head.target.find('?'));
  if (path != kPath) return turn_away(404, "the endpoint is /mcp");
  if (head.method == "DELETE") return true;
  if (head.method != "POST") return turn_away(405, "messages are posted", {{"Allow", "POST, DELETE"}});
  if (!is_json(head)) return turn_away(415, "a message is application/json");
  if (!accepts(head, kJson) && !accepts(head, kEvents))
    return turn_away(406, "answers are application/json or text/event-stream");
  return true;
}

bool HttpExchange::answer(HttpRequest const& request) {
  if (request.method == "POST") return post(request);
  bool const removed = house_.sessions.remove(request.header("mcp-session-id").value_or(""));
  return wire_.reply(removed ? 200 : 404, {}, "", request.keep_alive) && request.keep_alive;
}

bool HttpExchange::post(HttpRequest const& request) {
  auto message = read_message(request.body);
  if (!message) return refuse(request, 400, message.error().error, message.error().id);

  bool const modern = is_modern(*message) || request.header("mcp-protocol-version") == kModernRevision;
  bool const is_response = message->kind == Message::Kind::response;
  bool const is_request = message->kind == Message::Kind::request;
  if (!is_response) {
    bool const checks = !modern || is_request || message->params.find(kVersionKey) != std::string::npos;
    auto const fault = checks ? find_header_fault(request, *message, modern) : std::nullopt;
    if (fault) return refuse(request, 400, *fault, message->id);
  }
  std::string const session = request.header("mcp-session-id").value_or("");
  std::shared_ptr<Peer> peer;
  HttpWire::Headers headers;
  if (!modern && message->method == "initialize" && is_request) {
    peer = std::make_shared<Peer>();
    headers.emplace_back("Mcp-Session-Id", house_.sessions.add(peer));
  } else if (!session.empty() && !modern) {
    peer = house_.sessions.find(session);
    if (!peer) return refuse(request, 404, plain("there is no such session; initialize anew"), message->id);
  } else {
    peer = std::make_shared<Peer>();
  }
  if (is_request) return serve(request, *std::move(message), modern, peer, headers);
  house_.server.take(peer, *std::move(message), std::make_shared<HttpChannel>(false));
  return wire_.reply(202, {}, "", request.keep_alive) && request.keep_alive;
}

/// Hands the request in, and passes on what comes: one document where that is all, else a stream of events.
bool HttpExchange::serve(HttpRequest const& request, Message message, bool modern,
                         std::shared_ptr<Peer> const& peer, HttpWire::Headers const& headers) {
  bool const takes_events = accepts(request, kEvents);
  auto const channel = std::make_shared<HttpChannel>(takes_events);
  std::string const id = message.id;
  bool const takes_document = accepts(request, kJson);
  house_.server.take(peer, std::move(message), channel);
  bool is_stream = false;
  for (;;) {
    bool timed_out = false;
    bool alive = wire_.wait(channel->fd(), kKeepAliveMs, timed_out);
    if (alive && timed_out) alive = !is_stream || wire_.comment();
    for (auto item = channel->next(); alive && item; item = channel->next()) {
      bool const as_document = item->is_last && !is_stream && (takes_document || item->is_dropped);
      if (as_document) {
        if (item->is_dropped) return wire_.reply(202, headers, "", false) && false;
        unsigned const status = status_of(item->error_code, modern);
        return wire_.reply(status, headers, item->message, request.keep_alive) && request.keep_alive;
      }
      if (!takes_events) continue;  // it said that it takes one document alone
      if (!is_stream) alive = wire_.begin_events(headers);
      is_stream = true;
      if (alive && !item->is_dropped) alive = wire_.event(item->message);
      if (item->is_last) return false;
    }
    if (alive) continue;
    // Whoever closes the connection does not want the answer any more.
    if (auto const open = peer->find(id)) open->cancel();
    return false;
  }
}

}  // namespace agenta::mcp
