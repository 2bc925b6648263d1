#include "daemon/composio/http_pool.hpp"

#include <fcntl.h>
#include <httplib.h>
#include <sys/socket.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "daemon/composio/alarm.hpp"
#include "daemon/composio/call_guard.hpp"
#include "daemon/composio/endpoint.hpp"
#include "daemon/composio/host_lookup.hpp"
#include "daemon/composio/public_address.hpp"
#include "daemon/composio/sigpipe_guard.hpp"
#include "shared/base/text.hpp"
#include "shared/base/unique_fd.hpp"

namespace agenta::daemon {
namespace {

// Debian's library is compiled with TLS; without the flags of its pkg-config file the classes here would be
// smaller than the ones it works on.
#ifndef CPPHTTPLIB_OPENSSL_SUPPORT
#error "compile with the flags of `pkg-config --cflags cpp-httplib`"
#endif
static_assert(std::string_view{CPPHTTPLIB_VERSION} == "0.11.4",
              "the way of a request below was read off 0.11.4: read it again for another version");
#if defined(__x86_64__) && defined(__GLIBCXX__) && _GLIBCXX_USE_CXX11_ABI
static_assert(sizeof(httplib::ClientImpl) == 968);
#endif

/// Servers close idle connections after a while; a request written just then would have an unknown fate.
constexpr auto kIdleLimit = std::chrono::seconds{20};
constexpr std::size_t kIdlePerOrigin = 64;
/// The deadline is kept by the alarm; the library's own limits come after it.
constexpr auto kAfterDeadline = std::chrono::seconds{5};
constexpr auto kLongest = std::chrono::hours{24};

/// One connection: a client of the library that dials once in its life. The library would dial again by
/// itself (on a connection found dead, and after a TLS peer closed it with the request already written, which
/// is then sent twice).
struct Line {
  std::unique_ptr<httplib::ClientImpl> client{};
  UniqueFd socket{};  ///< our own descriptor of the client's socket: valid whatever the library closes
  bool dialled = false;
  bool dialled_twice = false;
  bool via_proxy = false;
  CallGuard* guard = nullptr;  ///< of the call under way
  SteadyTime idle_since{};
};

/// Makes connecting `socket` fail, and leaves the descriptor for the library to close.
void spoil(int socket) {
  auto const null = UniqueFd{::open("/dev/null", O_RDWR | O_CLOEXEC)};
  if (null) ::dup3(null.get(), socket, O_CLOEXEC);
}

void on_new_socket(Line& line, int socket) {
  if (line.dialled) {
    line.dialled_twice = true;
    return spoil(socket);
  }
  line.dialled = true;
  line.socket.reset(::fcntl(socket, F_DUPFD_CLOEXEC, 0));
  if (!line.socket || !line.guard->hold(line.socket.get())) spoil(socket);
}

/// Whether nothing has happened on an idle connection. A close, and anything the server says unasked, ends
/// its use.
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

/// Whether the same request may be sent once more, on a fresh line, because the reused one turned out dead.
bool may_try_again(HttpOutcome const& outcome, HttpCall const& call) {
  if (outcome.trouble == HttpTrouble::timed_out || outcome.trouble == HttpTrouble::stopped) return false;
  if (outcome.trouble == HttpTrouble::too_large || outcome.trouble == HttpTrouble::not_public) return false;
  if (outcome.progress == HttpProgress::not_written) return true;
  return outcome.progress == HttpProgress::written_no_reply &&
         (call.method == "GET" || call.may_repeat == MayRepeat::yes);
}

}  // namespace

struct HttpPool::Impl {
  explicit Impl(HttpPoolOptions chosen) : options(std::move(chosen)) {}

  HttpOutcome send(HttpCall const& call, Endpoint const& endpoint, CallGuard& guard);
  HttpOutcome send_fresh(HttpCall const& call, Endpoint const& endpoint, CallGuard& guard);
  HttpOutcome run(std::unique_ptr<Line> line, HttpCall const& call, Endpoint const& endpoint,
                  CallGuard& guard);
  std::unique_ptr<Line> make_line(Endpoint const& endpoint, std::string const& address, bool proxied) const;
  std::unique_ptr<Line> take_idle(std::string const& origin);
  void put_idle(std::string const& origin, std::unique_ptr<Line> line);
  void sweep();

  HttpPoolOptions options;
  mutable std::mutex mutex{};
  std::map<std::string, std::vector<std::unique_ptr<Line>>> idle{};  ///< oldest first
  bool sweep_is_set = false;
  std::stop_source closing{};
  Alarm alarm{};  // last: it stops before what its functions touch goes
};

std::unique_ptr<Line> HttpPool::Impl::make_line(Endpoint const& endpoint, std::string const& address,
                                                bool proxied) const {
  auto line = std::make_unique<Line>();
  if (endpoint.tls) {
    auto client = std::make_unique<httplib::SSLClient>(endpoint.host, endpoint.port);
    if (!options.ca_file.empty()) client->set_ca_cert_path(options.ca_file);
    client->enable_server_certificate_verification(true);
    line->client = std::move(client);
  } else {
    line->client = std::make_unique<httplib::ClientImpl>(endpoint.host, endpoint.port);
  }
  auto& client = *line->client;
  line->via_proxy = proxied;
  if (line->via_proxy) {
    client.set_proxy(address, options.proxy.port);
    if (!options.proxy.user.empty()) client.set_proxy_basic_auth(options.proxy.user, options.proxy.password);
  } else {
    client.set_hostname_addr_map({{endpoint.host, address}});
  }
  client.set_keep_alive(true);
  client.set_tcp_nodelay(true);  // else each POST waits 40 ms for a delayed acknowledgement
  client.set_follow_location(false);
  client.set_url_encode(false);
  client.set_socket_options([raw = line.get()](socket_t socket) { on_new_socket(*raw, socket); });
  return line;
}

std::unique_ptr<Line> HttpPool::Impl::take_idle(std::string const& origin) {
  auto const oldest = std::chrono::steady_clock::now() - kIdleLimit;
  while (true) {
    auto line = std::unique_ptr<Line>{};
    {
      std::lock_guard const lock{mutex};
      auto const found = idle.find(origin);
      if (found == idle.end() || found->second.empty()) return nullptr;
      line = std::move(found->second.back());
      found->second.pop_back();
    }
    if (line->idle_since > oldest && is_quiet(*line)) return line;
  }
}

void HttpPool::Impl::put_idle(std::string const& origin, std::unique_ptr<Line> line) {
  line->idle_since = std::chrono::steady_clock::now();
  std::lock_guard const lock{mutex};
  auto& lines = idle[origin];
  if (lines.size() >= kIdlePerOrigin) return;
  lines.push_back(std::move(line));
  if (sweep_is_set) return;
  sweep_is_set = true;
  alarm.set(std::chrono::steady_clock::now() + kIdleLimit, [this] { sweep(); });
}

void HttpPool::Impl::sweep() {
  auto const guard = SigpipeGuard{};  // closing a TLS connection writes to it
  auto gone = std::vector<std::unique_ptr<Line>>{};
  std::lock_guard const lock{mutex};
  auto const oldest = std::chrono::steady_clock::now() - kIdleLimit;
  for (auto& [origin, lines] : idle) {
    auto const kept =
        std::ranges::find_if(lines, [&](auto const& line) { return line->idle_since > oldest; });
    std::move(lines.begin(), kept, std::back_inserter(gone));
    lines.erase(lines.begin(), kept);
  }
  std::erase_if(idle, [](auto const& entry) { return entry.second.empty(); });
  sweep_is_set = !idle.empty();
  if (sweep_is_set) alarm.set(std::chrono::steady_clock::now() + kIdleLimit, [this] { sweep(); });
}

HttpOutcome HttpPool::Impl::run(std::unique_ptr<Line> line, HttpCall const& call, Endpoint const& endpoint,
                                CallGuard& guard) {
  line->guard = &guard;
  auto outcome = use(*line, call, endpoint);
  guard.let_go();
  line->guard = nullptr;
  auto const connection = find_field(outcome.reply.fields, "connection").value_or("");
  auto const is_reusable = outcome.progress == HttpProgress::replied && line->client->is_socket_open() != 0 &&
                           !equal_ignoring_case(connection, "close") &&
                           guard.cause() == CallGuard::Cause::none;
  if (is_reusable) put_idle(endpoint.origin(), std::move(line));
  return outcome;
}

HttpOutcome HttpPool::Impl::send_fresh(HttpCall const& call, Endpoint const& endpoint, CallGuard& guard) {
  auto const proxied = endpoint.tls && uses_proxy(options.proxy, endpoint.host) && !call.only_public;
  auto const addresses = look_up(proxied ? options.proxy.host : endpoint.host, call.deadline, call.stop);
  auto outcome = trouble(HttpProgress::not_written, HttpTrouble::unknown_host,
                         "no address is known for " + (proxied ? options.proxy.host : endpoint.host));
  for (auto const& address : addresses) {
    if (call.only_public && !is_public_address(address)) {
      return trouble(HttpProgress::not_written, HttpTrouble::not_public,
                     describe(HttpTrouble::not_public, httplib::Error::Success, endpoint));
    }
    outcome = run(make_line(endpoint, address, proxied), call, endpoint, guard);
    if (outcome.progress != HttpProgress::not_written || outcome.trouble != HttpTrouble::unreachable) break;
  }
  return outcome;
}

HttpOutcome HttpPool::Impl::send(HttpCall const& call, Endpoint const& endpoint, CallGuard& guard) {
  // An open connection does not tell how its host was looked up.
  if (call.only_public) return send_fresh(call, endpoint, guard);
  if (auto line = take_idle(endpoint.origin())) {
    // False when the call ended meanwhile: the socket then is left alone, and the fresh one is never opened.
    if (guard.hold(line->socket.get())) {
      auto outcome = run(std::move(line), call, endpoint, guard);
      if (!may_try_again(outcome, call)) return outcome;
    } else {
      put_idle(endpoint.origin(), std::move(line));
    }
  }
  return send_fresh(call, endpoint, guard);
}

HttpPool::HttpPool(HttpPoolOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

HttpPool::~HttpPool() {
  auto const guard = SigpipeGuard{};
  impl_.reset();
}

std::size_t HttpPool::idle_count() const {
  std::lock_guard const lock{impl_->mutex};
  auto count = std::size_t{0};
  for (auto const& [origin, lines] : impl_->idle) count += lines.size();
  return count;
}

void HttpPool::abort_all() { impl_->closing.request_stop(); }

HttpOutcome HttpPool::send(HttpCall const& call) {
  auto endpoint = parse_endpoint(call.base_url, call.any_http ? PlainHttp::anywhere : PlainHttp::loopback);
  if (!endpoint) {
    return trouble(HttpProgress::not_written, HttpTrouble::refused_endpoint, endpoint.error().message);
  }
  auto const sigpipe = SigpipeGuard{};
  auto const guard = std::make_shared<CallGuard>();
  auto const ended = [&](HttpTrouble what) {
    return trouble(HttpProgress::not_written, what, describe(what, httplib::Error::Success, *endpoint));
  };
  auto const closing = impl_->closing.get_token();
  auto const is_stopped = [&] { return call.stop.stop_requested() || closing.stop_requested(); };
  if (is_stopped()) return ended(HttpTrouble::stopped);
  if (call.deadline <= std::chrono::steady_clock::now()) return ended(HttpTrouble::timed_out);

  auto const fire = [&] { guard->fire(CallGuard::Cause::stop); };
  auto const on_stop = std::stop_callback{call.stop, fire};
  auto const on_closing = std::stop_callback{closing, fire};
  auto const key = impl_->alarm.set(call.deadline, [guard, waits_on = call.answer_by.has_value()] {
    waits_on ? guard->fire_unless_written(CallGuard::Cause::deadline)
             : guard->fire(CallGuard::Cause::deadline);
  });
  auto last = std::optional<Alarm::Key>{};
  if (call.answer_by)
    last = impl_->alarm.set(*call.answer_by, [guard] { guard->fire(CallGuard::Cause::deadline); });
  auto outcome = impl_->send(call, *endpoint, *guard);
  impl_->alarm.cancel(key);
  if (last) impl_->alarm.cancel(*last);

  // A call that ended during the look-up never had a socket to tell why.
  if (outcome.progress == HttpProgress::not_written && outcome.trouble == HttpTrouble::unknown_host) {
    if (is_stopped()) return ended(HttpTrouble::stopped);
    if (call.deadline <= std::chrono::steady_clock::now()) return ended(HttpTrouble::timed_out);
  }
  return outcome;
}

}  // namespace agenta::daemon
