#include "daemon/composio/http_line.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>

#include "shared/base/text.hpp"

namespace agenta::daemon {
namespace {

/// The deadline is kept by the alarm; the library's own limits come after it.
constexpr auto kAfterDeadline = std::chrono::seconds{5};
constexpr auto kLongest = std::chrono::hours{24};

/// Makes connecting `socket` fail, and leaves the descriptor for the library to close.
void spoil(int socket) {
  auto const null = UniqueFd{::open("/dev/null", O_RDWR | O_CLOEXEC)};
  if (null) ::dup3(null.get(), socket, O_CLOEXEC);
}

HttpTrouble trouble_of(httplib::Error error, bool reply_began) {
  switch (error) {
    case httplib::Error::Connection:
    case httplib::Error::ConnectionTimeout:
    case httplib::Error::BindIPAddress: return HttpTrouble::unreachable;
    case httplib::Error::SSLConnection:
    case httplib::Error::SSLLoadingCerts:
    case httplib::Error::SSLServerVerification: return HttpTrouble::tls;
    default: return reply_began ? HttpTrouble::truncated : HttpTrouble::lost;
  }
}

/// What one use of a line found out while the library ran.
struct Watch {
  CallGuard* guard = nullptr;
  bool body_written = false;
  bool body_begun = false;  ///< so much of the body was handed over that the peer may have begun to act on it
  bool too_large = false;
  bool unwanted = false;  ///< the caller's sink said no
  std::size_t taken = 0;
};

HttpFields fields_of(httplib::Response const& response) {
  auto fields = HttpFields{};
  for (auto const& [name, value] : response.headers) fields.emplace_back(to_lower(name), value);
  return fields;
}

/// The last byte of a request was handed to the network.
void note_written(HttpCall const& call, Watch& watch) {
  watch.body_written = true;
  watch.guard->note_written();
  if (call.on_written) call.on_written();
}

/// So much goes into the buffer of an idle connection whole, or not at all: where it fails nobody has a whole
/// request, nor the beginning of a body to act on.
constexpr auto kFirstPiece = std::size_t{16} * 1024;

/// Hands over the next piece of a body; the last byte tells that the request was written whole. A body that
/// was begun before, on a connection that broke, is never begun again.
bool write_piece(HttpCall const& call, std::size_t at, std::size_t left, Watch& watch,
                 httplib::DataSink& sink) {
  constexpr auto kPiece = std::size_t{256} * 1024;
  if (watch.body_written || (at == 0 && watch.body_begun)) return false;
  auto const wanted = std::min(at == 0 ? kFirstPiece : kPiece, left);
  auto room = std::string{};
  auto piece = std::string_view{call.body}.substr(std::min(at, call.body.size()), wanted);
  if (call.body_file) {
    room.resize(wanted);
    auto const got = ::pread(call.body_file->file->get(), room.data(), room.size(),
                             static_cast<off_t>(call.body_file->offset + static_cast<std::int64_t>(at)));
    if (got <= 0) return false;
    piece = std::string_view{room}.substr(0, static_cast<std::size_t>(got));
  }
  if (!sink.write(piece.data(), piece.size())) return false;
  watch.body_begun = true;
  if (piece.size() == left) note_written(call, watch);
  return true;
}

httplib::Request make_request(HttpCall const& call, Endpoint const& endpoint, Watch& watch,
                              std::string& body) {
  auto request = httplib::Request{};
  request.method = call.method;
  request.path = endpoint.prefix + call.target;
  for (auto const& [name, value] : call.fields) request.headers.emplace(name, value);
  auto const body_size = call.body_file ? static_cast<std::size_t>(call.body_file->size) : call.body.size();
  if (body_size > 0) {
    request.content_length_ = body_size;
    // A provider rather than a body: it tells how much was handed over.
    request.content_provider_ = [&call, &watch](std::size_t at, std::size_t left, httplib::DataSink& sink) {
      return write_piece(call, at, left, watch, sink);
    };
  }
  if (call.on_reply) {
    request.response_handler = [&call](httplib::Response const& response) {
      call.on_reply(static_cast<unsigned>(response.status), fields_of(response));
      return true;
    };
  }
  request.content_receiver = [&call, &watch, &body](char const* data, std::size_t size, std::uint64_t,
                                                    std::uint64_t) {
    if (call.sink) {
      watch.taken += size;
      watch.too_large = watch.taken > call.max_body;
      watch.unwanted = !watch.too_large && !call.sink({data, size});
      return !watch.too_large && !watch.unwanted;
    }
    if (size > call.max_body - body.size()) {
      watch.too_large = true;
      return false;
    }
    body.append(data, size);
    return true;
  };
  return request;
}

/// Whether so much of the request may have been delivered that somebody acted on it, where the library
/// failed: a peer need not wait for the end of a body.
bool may_be_delivered(HttpCall const& call, Line const& line, Watch const& watch, httplib::Error error) {
  if (!call.body.empty() || call.body_file) return watch.body_written || watch.body_begun;
  if (line.dialled_twice) return true;  // before or after the first writing: not told
  switch (error) {
    case httplib::Error::Connection:
    case httplib::Error::ConnectionTimeout:
    case httplib::Error::BindIPAddress:
    case httplib::Error::SSLConnection:
    case httplib::Error::SSLLoadingCerts:
    case httplib::Error::SSLServerVerification:
    case httplib::Error::Write: return false;  // the end of the request never left
    default: return true;
  }
}

HttpOutcome failed(HttpCall const& call, Endpoint const& endpoint, Line const& line, Watch const& watch,
                   httplib::Error error, bool reply_began) {
  auto const progress =
      may_be_delivered(call, line, watch, error) ? HttpProgress::written_no_reply : HttpProgress::not_written;
  auto what = trouble_of(error, reply_began);
  // A refused second dial says nothing of the network: the connection of the first had been lost.
  if (line.dialled_twice) what = HttpTrouble::lost;
  if (watch.too_large) what = HttpTrouble::too_large;
  if (watch.unwanted) what = HttpTrouble::stopped;
  if (line.guard->cause() == CallGuard::Cause::deadline) what = HttpTrouble::timed_out;
  if (line.guard->cause() == CallGuard::Cause::stop) what = HttpTrouble::stopped;
  return trouble(progress, what, describe(what, error, endpoint));
}

}  // namespace

void on_new_socket(Line& line, int socket) {
  if (line.dialled) {
    line.dialled_twice = true;
    return spoil(socket);
  }
  line.dialled = true;
  line.socket.reset(::fcntl(socket, F_DUPFD_CLOEXEC, 0));
  if (!line.socket || !line.guard->hold(line.socket.get())) spoil(socket);
}

bool is_quiet(Line const& line) {
  auto byte = char{};
  auto const got = ::recv(line.socket.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

HttpOutcome trouble(HttpProgress progress, HttpTrouble what, std::string detail) {
  auto outcome = HttpOutcome{};
  outcome.progress = progress;
  outcome.trouble = what;
  outcome.detail = std::move(detail);
  return outcome;
}

std::string describe(HttpTrouble what, httplib::Error error, Endpoint const& endpoint) {
  auto const place = endpoint.origin();
  switch (what) {
    case HttpTrouble::unreachable: return "cannot connect to " + place;
    case HttpTrouble::tls:
      return error == httplib::Error::SSLConnection ? "the TLS handshake with " + place + " failed"
                                                    : "the certificate of " + place + " is not to be trusted";
    case HttpTrouble::proxy: return "the proxy would not connect to " + place;
    case HttpTrouble::truncated: return "the reply of " + place + " broke off";
    case HttpTrouble::not_public:
      return endpoint.host + " is not on the public internet, so nothing is fetched from it";
    case HttpTrouble::too_large: return "the reply of " + place + " is larger than allowed";
    case HttpTrouble::timed_out: return "no reply of " + place + " within the time allowed";
    case HttpTrouble::stopped: return "the call was cancelled";
    case HttpTrouble::unknown_host: return "no address is known for " + endpoint.host;
    case HttpTrouble::none:
    case HttpTrouble::refused_endpoint:
    case HttpTrouble::lost: return "the connection to " + place + " broke before a reply";
  }
  __builtin_unreachable();
}

HttpOutcome use(Line& line, HttpCall const& call, Endpoint const& endpoint) {
  auto const end = std::max(call.deadline, call.answer_by.value_or(call.deadline));
  auto const left =
      std::clamp<std::chrono::steady_clock::duration>(end - std::min(end, std::chrono::steady_clock::now()),
                                                      std::chrono::seconds{0}, kLongest) +
      kAfterDeadline;
  line.client->set_connection_timeout(left);
  line.client->set_read_timeout(left);
  line.client->set_write_timeout(left);

  auto watch = Watch{};
  watch.guard = line.guard;
  auto outcome = HttpOutcome{};
  auto request = make_request(call, endpoint, watch, outcome.reply.body);
  auto response = httplib::Response{};
  auto error = httplib::Error::Success;
  if (!line.client->send(request, response, error))
    return failed(call, endpoint, line, watch, error, response.status > 0);
  // The library hands a proxy's demand for a password through as if the server had replied.
  if (line.via_proxy && response.status == 407)
    return trouble(HttpProgress::not_written, HttpTrouble::proxy,
                   "the proxy wants other credentials (HTTPS_PROXY)");

  outcome.progress = HttpProgress::replied;
  outcome.reply.status = static_cast<unsigned>(response.status);
  outcome.reply.fields = fields_of(response);
  return outcome;
}

}  // namespace agenta::daemon
