#include "shared/client/daemon_client.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstring>
#include <utility>

#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/base/version.hpp"
#include "shared/client/daemon_socket.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::client {
namespace {

namespace http = boost::beast::http;
using std::chrono::milliseconds;
using Parser = http::response_parser<http::buffer_body>;

/// Beyond the daemon's own default for its slowest request, so that its typed answer comes first.
constexpr milliseconds kDefaultDeadline{130'000};
/// How long a body that is streamed may stand still.
constexpr milliseconds kStandstill{30'000};
constexpr unsigned kFirstError = 400;
/// What a request's own timeout leaves the daemon to answer in, once it is over there.
constexpr milliseconds kGrace{800};

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// A value that stays inside its line: anything else would let it write headers of its own.
bool is_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_target(std::string_view text) {
  return text.starts_with('/') && is_line(text) && text.find(' ') == std::string_view::npos;
}

Result<void> check_request(ServiceRequest const& request, ClientIdentity const& identity) {
  if (!is_token(request.method)) {
    return fail(ErrorCode::invalid_request, "no HTTP method: " + request.method);
  }
  if (!is_target(request.target)) {
    return fail(ErrorCode::invalid_request,
                "no path of the socket API, which begins with /api/: " + request.target);
  }
  if (!is_line(request.if_none_match))
    return fail(ErrorCode::invalid_request, "no ETag: a line break is in it");
  if (!is_line(identity.project))
    return fail(ErrorCode::usage, "the project's name has a control character in it");
  if (!is_line(identity.base_url))
    return fail(ErrorCode::usage, "the Composio URL has a control character in it");
  if (!is_line(identity.session_bus))
    return fail(ErrorCode::usage, "DBUS_SESSION_BUS_ADDRESS has a control character in it");
  if (identity.api_key && !is_line(identity.api_key->reveal())) {
    return fail(ErrorCode::usage, "the Composio key has a control character in it, perhaps a line break");
  }
  return {};
}

/// Stopping a daemon is the same in every version: it states none, so that no daemon refuses to be stopped
/// over it.
bool is_shutdown(ServiceRequest const& request) {
  return request.target == protocol::shut_daemon_down(milliseconds{0}).target;
}

std::string write_request(ServiceRequest const& request, ClientIdentity const& identity) {
  std::string out = request.method + " " + request.target + " HTTP/1.1\r\nHost: localhost\r\n";
  auto const header = [&](std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
  };
  if (!is_shutdown(request)) {
    ProtocolRange const range = protocol_range();
    header(protocol::kVersionHeader, product_version());
    header(protocol::kProtocolHeader, std::to_string(range.oldest) + "-" + std::to_string(range.newest));
  }
  header(protocol::kBuildHeader, build_id());
  if (!identity.project.empty()) header(protocol::kProjectHeader, identity.project);
  if (identity.api_key) header(protocol::kApiKeyHeader, identity.api_key->reveal());
  if (!identity.base_url.empty()) header(protocol::kBaseUrlHeader, identity.base_url);
  if (!identity.session_bus.empty()) header(protocol::kSessionBusHeader, identity.session_bus);
  if (request.timeout) header(protocol::kTimeoutHeader, std::to_string(request.timeout->count()));
  if (!request.if_none_match.empty()) header("If-None-Match", request.if_none_match);
  if (!request.body.empty()) header("Content-Type", "application/json");
  if (!request.body.empty() || request.method != "GET") {
    header("Content-Length", std::to_string(request.body.size()));
  }
  return out.append("\r\n").append(request.body);
}

void take_head(Parser const& parser, ServiceReply& reply) {
  auto const& message = parser.get();
  reply.status = message.result_int();
  for (auto const& field : message) {
    std::string_view const name{field.name_string().data(), field.name_string().size()};
    std::string_view const value{field.value().data(), field.value().size()};
    reply.headers.emplace_back(to_lower(name), value);
  }
}

std::string header_of(ServiceReply const& reply, std::string_view name) {
  std::string const wanted = to_lower(name);
  auto const found = std::ranges::find(reply.headers, wanted, &std::pair<std::string, std::string>::first);
  return found == reply.headers.end() ? std::string{} : found->second;
}

Error error_of(ServiceReply const& reply) {
  constexpr unsigned kUpgradeRequired = 426;
  Error error = protocol::decode_error(reply.body, reply.status);
  if (error.request_id.empty()) error.request_id = header_of(reply, protocol::kRequestIdHeader);
  if (error.execution_id.empty()) error.execution_id = header_of(reply, protocol::kExecutionIdHeader);
  if (reply.status != kUpgradeRequired) return error;

  error.code = ErrorCode::version_skew;
  if (!protocol::find_member(error.context.text, "daemon_version")) {
    error.context.text =
        "{\"daemon_version\":" + protocol::write_string(header_of(reply, protocol::kVersionHeader)) +
        ",\"client_version\":" + protocol::write_string(product_version()) + "}";
  }
  return error;
}

/// One attempt at one request: what came of it, and whether it may have been carried out.
struct Attempt {
  IoEnd end = IoEnd::done;
  int number = 0;
  bool written = false;   ///< the daemon has, or may have, all of the request
  bool answered = false;  ///< something of a reply arrived
  bool keep_alive = false;
  bool garbage = false;
  bool unwanted = false;  ///< the sink said no
  ServiceReply reply{};
};

/// One piece of the reply through the parser; how much of it was used. `room` is where its body comes to lie.
std::size_t parse_piece(Parser& parser, std::span<char const> piece, std::span<char> room,
                        BodySink const* sink, Attempt& attempt) {
  auto& body = parser.get().body();
  body.data = room.data();
  body.size = room.size();
  body.more = true;
  boost::system::error_code problem;
  std::size_t const used = parser.put(boost::asio::buffer(piece.data(), piece.size()), problem);
  bool const wants_more = problem == http::error::need_more || problem == http::error::need_buffer;
  attempt.garbage = problem && !wants_more;
  if (attempt.garbage || !parser.is_header_done()) return used;
  if (attempt.reply.status == 0 || attempt.reply.headers.empty()) take_head(parser, attempt.reply);
  std::string_view const bytes{room.data(), room.size() - body.size};
  if (bytes.empty()) return used;
  if (sink == nullptr || attempt.reply.status >= kFirstError) {
    attempt.reply.body.append(bytes);
  } else if (!(*sink)(bytes)) {
    attempt.unwanted = true;
  }
  return used;
}

/// Reads one reply into `attempt`; with a sink, its body into that unless it is an error.
void read_reply(DaemonSocket const& socket, Limit limit, BodySink const* sink, Attempt& attempt) {
  constexpr std::size_t kChunk = 64 << 10;
  constexpr std::uint32_t kHeaderLimit = 64 << 10;
  Parser parser;
  attempt.reply.status = 0;
  std::string room(kChunk, '\0');
  parser.body_limit(boost::none);
  parser.header_limit(kHeaderLimit);
  parser.eager(true);
  std::string buffer;
  std::size_t filled = 0;
  while (!parser.is_done()) {
    buffer.resize(std::max(buffer.size(), filled + kChunk));
    IoResult const got = socket.read(std::span{buffer}.subspan(filled), limit);
    boost::system::error_code problem;
    if (got.end == IoEnd::closed && attempt.answered) {
      parser.put_eof(problem);
      if (!problem && parser.is_done()) break;
    }
    if (got.end != IoEnd::done) {
      attempt.end = got.end;
      attempt.number = got.number;
      return;
    }
    attempt.answered = true;
    filled += got.bytes;
    for (std::size_t used = 1; filled > 0 && used > 0 && !parser.is_done();) {
      used = parse_piece(parser, std::span{buffer}.first(filled), room, sink, attempt);
      if (attempt.garbage || attempt.unwanted) return;
      buffer.erase(0, used);
      filled -= used;
    }
    if (sink != nullptr && parser.is_header_done())
      limit.deadline = std::chrono::steady_clock::now() + kStandstill;
  }
  // Bytes beyond the reply answer nothing that was asked.
  attempt.keep_alive = parser.keep_alive() && filled == 0;
}

Attempt attempt_on(DaemonSocket const& socket, std::string_view request, Limit const& limit,
                   BodySink const* sink) {
  Attempt attempt;
  IoResult const sent = socket.write(request, limit);
  attempt.end = sent.end;
  attempt.number = sent.number;
  attempt.written = sent.bytes == request.size();
  // A daemon that refuses a request need not read all of it first: the refusal is worth reading.
  if (sent.end != IoEnd::done && sent.end != IoEnd::readable && sent.end != IoEnd::closed) return attempt;
  bool const whole = attempt.written;
  attempt.end = IoEnd::done;
  read_reply(socket, limit, sink, attempt);
  if (!whole) attempt.keep_alive = false;
  if (attempt.end == IoEnd::reset && !attempt.answered) attempt.written = false;
  return attempt;
}

/// Whether the daemon cannot have carried the request out, and a fresh connection may fare better.
bool never_arrived(Attempt const& attempt) {
  bool const hung_up = attempt.end == IoEnd::closed || attempt.end == IoEnd::reset;
  return hung_up && !attempt.answered && !attempt.written;
}

Error failure_of(Attempt const& attempt, std::filesystem::path const& socket, milliseconds allowed) {
  std::string const at = " at " + socket.string();
  if (attempt.garbage) {
    return reach_failure(Reach::other, socket, "what answers" + at + " does not speak HTTP").error;
  }
  switch (attempt.end) {
    case IoEnd::timed_out:
      return reach_failure(Reach::unresponsive, socket,
                           "the daemon" + at + " did not answer within " + format_duration(allowed),
                           {"agenta-tools", "daemon", "restart"})
          .error;
    case IoEnd::stopped: {
      Error error;
      error.code = ErrorCode::cancelled;
      error.message = attempt.written ? "interrupted while the daemon was working on it"
                                      : "interrupted before the daemon had the request";
      return error;
    }
    case IoEnd::failed:
      return reach_failure(Reach::other, socket,
                           "the connection to the daemon" + at + " failed: " + std::strerror(attempt.number))
          .error;
    case IoEnd::done:
    case IoEnd::readable:
    case IoEnd::closed:
    case IoEnd::reset: break;
  }
  Error error =
      reach_failure(Reach::other, socket, "the daemon" + at + " hung up before it had answered").error;
  error.next_step = {"agenta-tools", "daemon", "logs"};
  return error;
}

}  // namespace

struct DaemonClient::State {
  std::filesystem::path path{};
  ClientIdentity identity{};
  SocketTrust trust = SocketTrust::own;
  std::optional<DaemonSocket> socket{};
  std::string daemon_version{};
  bool lost_reply = false;

  expected<void, ReachError> reach(Limit const& limit) {
    if (socket && socket->is_quiet()) return {};
    socket.reset();
    auto opened = DaemonSocket::open(path, limit, trust);
    if (!opened) return unexpected(std::move(opened).error());
    socket.emplace(std::move(*opened));
    return {};
  }
};

DaemonClient::DaemonClient(std::filesystem::path socket, ClientIdentity identity, SocketTrust trust)
    : state_(std::make_unique<State>()) {
  state_->path = std::move(socket);
  state_->identity = std::move(identity);
  state_->trust = trust;
}
DaemonClient::~DaemonClient() = default;

expected<void, ReachError> DaemonClient::connect(milliseconds timeout, std::stop_token stop) {
  Limit limit;
  limit.stop = std::move(stop);
  limit.deadline = std::chrono::steady_clock::now() + timeout;
  return state_->reach(limit);
}

void DaemonClient::disconnect() { state_->socket.reset(); }

Result<ServiceReply> DaemonClient::call(ServiceRequest const& request, std::stop_token stop) {
  return exchange(request, nullptr, std::move(stop));
}

Result<ServiceReply> DaemonClient::call_streaming(ServiceRequest const& request, BodySink const& sink,
                                                  std::stop_token stop) {
  return exchange(request, &sink, std::move(stop));
}

Result<ServiceReply> DaemonClient::exchange(ServiceRequest const& request, BodySink const* sink,
                                            std::stop_token stop) {
  state_->lost_reply = false;
  AGENTA_CHECK(check_request(request, state_->identity));
  Secret const text{write_request(request, state_->identity)};  // it carries the key
  milliseconds const allowed = request.timeout ? *request.timeout + kGrace : kDefaultDeadline;
  Limit limit;
  limit.deadline = std::chrono::steady_clock::now() + allowed;
  limit.stop = std::move(stop);

  Attempt attempt;
  for (int connections = 0; connections < 2; ++connections) {
    if (auto reached = state_->reach(limit); !reached) return fail(std::move(reached).error().error);
    attempt = attempt_on(*state_->socket, text.reveal(), limit, sink);
    if (!attempt.keep_alive) state_->socket.reset();
    if (!never_arrived(attempt)) break;
  }

  if (attempt.unwanted) {
    state_->socket.reset();
    return fail(ErrorCode::cancelled, "the answer was not taken");
  }
  if (attempt.end != IoEnd::done || attempt.garbage) {
    state_->lost_reply = attempt.written;
    return fail(failure_of(attempt, state_->path, request.timeout.value_or(kDefaultDeadline)));
  }
  state_->daemon_version = header_of(attempt.reply, protocol::kVersionHeader);
  if (attempt.reply.status >= kFirstError) return fail(error_of(attempt.reply));
  return std::move(attempt.reply);
}

bool DaemonClient::lost_reply() const { return state_->lost_reply; }

std::string const& DaemonClient::daemon_version() const { return state_->daemon_version; }

}  // namespace agenta::client
