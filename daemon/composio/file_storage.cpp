#include "daemon/composio/file_storage.hpp"

#include <condition_variable>
#include <mutex>

#include "daemon/composio/api_version.hpp"
#include "daemon/composio/composio_errors.hpp"
#include "daemon/composio/credential_header.hpp"
#include "daemon/composio/endpoint.hpp"
#include "daemon/composio/file_codec.hpp"
#include "daemon/composio/file_url.hpp"
#include "shared/base/try.hpp"
#include "shared/base/version.hpp"

namespace agenta::daemon {
namespace {

constexpr int kMostAttempts = 3;

/// An attempt that failed, and whether another may fare better.
struct Failed {
  Error error{};
  bool is_passing = false;
};
template <class T>
using Attempt = expected<T, Failed>;

unexpected<Failed> failed(Error error, bool is_passing) {
  return unexpected<Failed>(Failed{std::move(error), is_passing});
}

/// A fault on the way; nothing of the tool has run.
bool is_passing(HttpTrouble trouble) {
  return trouble == HttpTrouble::unreachable || trouble == HttpTrouble::lost ||
         trouble == HttpTrouble::truncated || trouble == HttpTrouble::unknown_host;
}
bool is_passing(unsigned status) { return status >= 500 || status == 429 || status == 408; }

Attempt<UploadTicket> ask_for_place(HttpPool& pool, ProviderCall const& call, Tool const& tool,
                                    StoredFile const& file) {
  auto http = HttpCall{};
  http.base_url = call.access.base_url;
  http.method = "POST";
  http.target = std::string{kApi} + "/files/upload/request";
  http.fields = {{"accept", "application/json"},
                 {"content-type", "application/json"},
                 {"user-agent", "agenta-tools/" + std::string{product_version()}}};
  add_credential(http.fields, call.access);
  http.body = encode_upload_request(tool, file);
  http.deadline = call.deadline;
  http.stop = call.stop;
  http.may_repeat = MayRepeat::yes;
  http.max_body = std::size_t{1} << 20;
  auto const outcome = pool.send(http);
  auto const asked = Asked{Operation::upload_file, file.name, tool.integration.text};
  if (outcome.progress != HttpProgress::replied)
    return failed(error_from_trouble(outcome, asked), is_passing(outcome.trouble));
  auto const scrubber = Scrubber{call.access.api_key};
  auto const status = outcome.reply.status;
  if (status < 200 || status >= 300)
    return failed(error_from_reply(outcome.reply, asked, scrubber), is_passing(status) && status != 429);
  auto ticket = parse_upload_ticket(outcome.reply.body);
  if (!ticket) return failed(std::move(ticket).error(), false);
  return std::move(*ticket);
}

Attempt<std::string> put_there(HttpPool& pool, ProviderCall const& call, StoredFile const& file,
                               UploadTicket const& ticket) {
  auto const url = parse_file_url(ticket.url);
  if (!url) {
    return failed(fail(ErrorCode::composio_error, "Composio named no place that files can be put").error(),
                  false);
  }
  auto http = HttpCall{};
  http.base_url = url->origin;
  http.method = "PUT";
  http.target = url->target;
  http.fields = {{"content-type", file.mimetype}};
  if (ticket.is_azure) http.fields.emplace_back("x-ms-blob-type", "BlockBlob");
  http.body_file = file.body;
  http.deadline = call.deadline;
  http.stop = call.stop;
  http.may_repeat = MayRepeat::yes;
  http.max_body = std::size_t{1} << 20;
  http.only_public = !may_be_private(call.access.base_url);
  auto const outcome = pool.send(http);
  if (outcome.progress != HttpProgress::replied) {
    auto error = error_from_trouble(outcome, {Operation::upload_file, file.name, {}});
    return failed(std::move(error), is_passing(outcome.trouble));
  }
  auto const status = outcome.reply.status;
  if (status >= 200 && status < 300) return ticket.key;
  // What the storage says of it may repeat the URL: it is not passed on.
  auto const code = is_passing(status) ? ErrorCode::provider_unavailable : ErrorCode::composio_error;
  auto message = file.name + ": the storage refused it (" + std::to_string(status) + "); nothing ran";
  // 403: the signature was over its time.
  return failed(fail(code, std::move(message)).error(), is_passing(status) || status == 403);
}

}  // namespace

bool may_be_private(std::string_view endpoint) {
  auto const parsed = parse_endpoint(endpoint);
  return parsed && is_loopback_host(parsed->host);
}

bool wait_to_try_again(int attempt, SteadyTime deadline, std::stop_token const& stop) {
  auto const until = std::chrono::steady_clock::now() + std::chrono::milliseconds{100} * (1 << attempt);
  if (until >= deadline) return false;
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock{mutex};
  never.wait_until(lock, stop, until, [] { return false; });
  return !stop.stop_requested();
}

Result<std::string> ComposioFiles::put(ProviderCall const& call, Tool const& tool, StoredFile const& file) {
  for (auto attempt = 1;; ++attempt) {
    auto const ticket = ask_for_place(pool_, call, tool, file);
    if (ticket && ticket->url.empty()) return ticket->key;
    auto const stored = ticket ? put_there(pool_, call, file, *ticket)
                               : Attempt<std::string>{unexpected<Failed>(Failed{ticket.error()})};
    if (stored) return *stored;
    auto const may_pass = stored.error().is_passing && attempt < kMostAttempts;
    if (!may_pass || !wait_to_try_again(attempt, call.deadline, call.stop)) return fail(stored.error().error);
  }
}

}  // namespace agenta::daemon
