#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/base/body.hpp"
#include "shared/base/clock.hpp"

namespace agenta::daemon {

/// Names in any case for requests, in lower case for replies.
using HttpFields = std::vector<std::pair<std::string, std::string>>;
std::optional<std::string_view> find_field(HttpFields const& fields, std::string_view name);

/// Whether a request may be sent again though it may have been acted on. A GET always may.
enum class MayRepeat : bool { no, yes };

/// One request, and how long it may take from look-up to the last byte of the reply.
struct HttpCall {
  std::string base_url{};
  std::string method = "GET";
  std::string target{};  ///< path and query below the base URL, already encoded
  HttpFields fields{};
  std::string body{};
  SteadyTime deadline = SteadyTime::max();
  /// Once the request is written whole, its reply may come until then; none: until the deadline.
  std::optional<SteadyTime> answer_by{};
  std::function<void()> on_written{};  ///< called when a request with a body is written whole; may be empty
  std::stop_token stop{};
  MayRepeat may_repeat = MayRepeat::no;
  std::size_t max_body = std::size_t{64} << 20;  ///< bytes of the reply's body
  std::optional<FileBody> body_file{};           ///< instead of `body`
  /// Takes the body of a reply as it comes, instead of the reply's `body`; false ends the call as stopped.
  /// Asked for again where the call is sent again: `on_reply` comes first each time.
  BodySink sink{};
  /// The status and the fields of a reply, before its body.
  std::function<void(unsigned status, HttpFields const& fields)> on_reply{};
  /// Refuse an address that is not on the public internet (loopback, private, link-local, …) after the host
  /// is resolved: for URLs that somebody else wrote. Never through a proxy.
  bool only_public = false;
  /// Take plain http to any host: only for what carries no credential of ours.
  bool any_http = false;
};

/// How far a request got. The first allows sending it again; the second does not.
enum class HttpProgress : std::uint8_t {
  not_written,       ///< it was not delivered whole, so nobody can have acted on it
  written_no_reply,  ///< handed to the network whole, and no whole reply came
  replied,
};

/// Why there is no reply.
enum class HttpTrouble : std::uint8_t {
  none,
  refused_endpoint,  ///< the base URL is none, or plain http to another machine
  unknown_host,
  unreachable,
  tls,        ///< the handshake failed, or the certificate is not to be trusted
  proxy,      ///< the proxy would not connect us
  lost,       ///< the connection broke, or the reply is not HTTP
  truncated,  ///< the reply began and did not end
  too_large,
  not_public,  ///< the host's address is not one of the public internet
  timed_out,
  stopped,
};

struct HttpReply {
  unsigned status = 0;
  HttpFields fields{};
  std::string body{};
};

struct HttpOutcome {
  HttpProgress progress = HttpProgress::not_written;
  HttpTrouble trouble = HttpTrouble::none;
  std::string detail{};  ///< the trouble for a person; never holds a request's fields
  HttpReply reply{};     ///< when `replied`
};

/// A proxy for https, as the environment names it.
struct HttpProxy {
  std::string host{};  ///< empty: none
  int port = 0;
  std::string user{};
  std::string password{};
  std::vector<std::string> exempt{};  ///< lower-case host suffixes that are reached directly; `*` is all
};
/// Reads `HTTPS_PROXY`/`https_proxy` and `NO_PROXY`/`no_proxy`.
HttpProxy proxy_from_environment();
bool uses_proxy(HttpProxy const& proxy, std::string_view host);

struct HttpPoolOptions {
  std::string ca_file{};  ///< the only certificates to trust; empty: the system's (and `SSL_CERT_FILE`)
  HttpProxy proxy = proxy_from_environment();
};

/// Keeps connections open between requests and says exactly how far each request got. Certificates are
/// verified, redirects are not followed, nothing is sent twice once it may have been acted on
/// (a GET, and what may be repeated, excepted). Any thread.
class HttpPool {
 public:
  explicit HttpPool(HttpPoolOptions options = {});
  HttpPool(HttpPool const&) = delete;
  HttpPool& operator=(HttpPool const&) = delete;
  ~HttpPool();  ///< no call may be under way

  HttpOutcome send(HttpCall const& call);
  /// Ends every call that is under way as stopped, and lets none begin any more: for a shutdown whose
  /// patience is over.
  void abort_all();
  /// Connections that are open and unused now.
  std::size_t idle_count() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace agenta::daemon
