#include "daemon/composio/http_pool.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include "daemon/composio/alarm.hpp"
#include "daemon/composio/call_guard.hpp"
#include "daemon/composio/endpoint.hpp"
#include "daemon/composio/host_lookup.hpp"
#include "daemon/composio/http_line.hpp"
#include "daemon/composio/public_address.hpp"
#include "daemon/composio/sigpipe_guard.hpp"
#include "shared/base/text.hpp"
#include "shared/base/unique_fd.hpp"

namespace agenta::daemon {
namespace {

/// Servers close idle connections after a while; a request written just then would have an unknown fate.
constexpr auto kIdleLimit = std::chrono::seconds{20};
constexpr std::size_t kIdlePerOrigin = 64;
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
