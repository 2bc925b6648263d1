#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/composio/http_pool.hpp"
#include "daemon/composio/scrubber.hpp"
#include "shared/domain/error.hpp"

namespace agenta::daemon {

/// What was asked of Composio, as far as it decides what a refusal means.
enum class Operation {
  verify_key,
  list_integrations,
  get_integration,
  list_tools,
  get_tool,
  find_tools,
  list_auth_configs,
  create_auth_config,
  create_link,
  create_account,
  get_account,
  list_accounts,
  delete_account,
  set_alias,
  proxy,
  generate_input,
  execute,
  upload_file,
  fetch_file,
};

/// A request in words: `subject` is the slug or id it was about, `integration` the integration where it is
/// known.
struct Asked {
  Operation operation = Operation::verify_key;
  std::string subject{};
  std::string integration{};
};

/// Composio's error envelope; nothing of it where a body is none (an edge's HTML, the bare body of a 429).
struct Envelope {
  std::string slug{};
  int code = 0;
  std::string message{};
  std::string suggested_fix{};
  std::vector<std::string> errors{};
  std::string request_id{};
};
std::optional<Envelope> parse_envelope(std::string_view body);

/// The error that a reply with a status other than 2xx means. By the envelope's slug, then its code, then the
/// status for the operation; never by a message alone. Texts of Composio are bounded and scrubbed. A
/// RATE_LIMITED always says when to come back.
Error error_from_reply(HttpReply const& reply, Asked const& asked, Scrubber const& scrubber);

/// The error where there is no reply, for everything but executions. What may have happened, and is not
/// idempotent, is OUTCOME_UNKNOWN.
Error error_from_trouble(HttpOutcome const& outcome, Asked const& asked);

/// The envelope's request id, else that of the header.
std::string request_id_of(HttpReply const& reply, std::optional<Envelope> const& envelope);

/// `Retry-After` in seconds (rounded up) or as a date, and `Retry-After-Ms`; nothing where there is none, or
/// where it lies beyond a day.
std::optional<std::chrono::seconds> retry_after_of(HttpReply const& reply, WallTime now);

/// How long the rate limit counts (`X-RateLimit-Window-Size: 60s`), which is the longest that a 429 without
/// `Retry-After` can mean; a minute where it is not told.
std::chrono::seconds rate_limit_window_of(HttpReply const& reply);

}  // namespace agenta::daemon
