#include "daemon/composio/proxy_file.hpp"

#include <limits>

#include "daemon/composio/endpoint.hpp"
#include "shared/base/try.hpp"
#include "shared/base/version.hpp"

namespace agenta::daemon {
namespace {

/// Where the path of a URL begins.
std::size_t path_of(std::string_view url) {
  auto const authority = url.find("://");
  return authority == std::string_view::npos ? url.size()
                                             : std::min(url.size(), url.find_first_of("/?#", authority + 3));
}

Error failure(HttpOutcome const& outcome) {
  auto error = Error{};
  error.message = "the file of the answer cannot be read: " + outcome.detail;
  error.code = ErrorCode::provider_unavailable;
  if (outcome.trouble == HttpTrouble::timed_out) error.code = ErrorCode::timeout;
  if (outcome.trouble == HttpTrouble::stopped) error.code = ErrorCode::cancelled;
  if (outcome.trouble == HttpTrouble::not_public) error.code = ErrorCode::forbidden;
  return error;
}

}  // namespace

Result<void> read_proxy_file(HttpPool& pool, ProviderCall const& call, ProxyFile const& file,
                             BodySink const& sink) {
  auto const url = std::string_view{file.url}.substr(0, file.url.find('#'));
  auto const begin = path_of(url);
  auto http = HttpCall{};
  http.base_url = url.substr(0, begin);
  auto const target = url.substr(begin);
  http.target = (target.starts_with('/') ? "" : "/") + std::string{target};
  AGENTA_TRY(auto const own, parse_endpoint(call.access.base_url));
  if (!parse_endpoint(http.base_url))
    return fail(ErrorCode::composio_error, "the file of the answer is at no address that can be read");
  http.fields = {{"user-agent", "agenta-tools/" + std::string{product_version()}}};
  http.deadline = call.deadline;
  http.stop = call.stop;
  http.only_public = !is_loopback_host(own.host);
  http.max_body = std::numeric_limits<std::size_t>::max();  // the sink says where it ends
  auto is_file = false;
  auto has_begun = false;
  auto begins_anew = false;
  http.on_reply = [&](unsigned status, HttpFields const&) {
    is_file = status == 200;
    begins_anew = has_begun;
  };
  // What comes with another status is no part of the file. What comes anew, on a fresh connection, is not
  // what goes on from where the first broke off: the caller begins anew as well.
  http.sink = [&](std::string_view bytes) {
    if (begins_anew) return false;
    if (!is_file) return true;
    has_begun = true;
    return sink(bytes);
  };
  auto const outcome = pool.send(http);
  if (begins_anew) return fail(ErrorCode::provider_unavailable, "the file of the answer broke off");
  if (outcome.progress != HttpProgress::replied) return fail(failure(outcome));
  if (outcome.reply.status == 200) return {};
  return fail(ErrorCode::provider_unavailable, "the file of the answer cannot be read: its server answered " +
                                                   std::to_string(outcome.reply.status));
}

}  // namespace agenta::daemon
