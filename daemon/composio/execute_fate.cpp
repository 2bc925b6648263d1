#include "daemon/composio/execute_fate.hpp"

#include <charconv>

#include "daemon/composio/composio_codec.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon {
namespace {

ExecuteOutcome answered(Error error) {
  return {.fate = Fate::answered, .result = std::nullopt, .error = std::move(error)};
}

ExecuteOutcome nothing_ran(Error error) {
  error.retryable.reset();
  return {.fate = Fate::nothing_ran, .result = std::nullopt, .error = std::move(error)};
}

ExecuteOutcome unknown(Asked const& asked, std::string const& why, std::string request_id = {}) {
  auto error = Error{};
  error.code = ErrorCode::outcome_unknown;
  error.message = asked.subject + ": " + why + "; it may have run";
  error.request_id = std::move(request_id);
  return {.fate = Fate::unknown, .result = std::nullopt, .error = std::move(error)};
}

/// Statuses that prove that the request was refused or never acted on. The rest of 3xx says where the result
/// of a POST is; 408 and 499 can be an edge's word on a request it had passed on.
bool refuses(unsigned status, bool enveloped) {
  if (status == 301 || status == 307 || status == 308) return true;
  if (status >= 400 && status < 500) return enveloped || (status != 408 && status != 499 && status != 460);
  return status == 501 && enveloped;
}

ExecuteOutcome from_result(HttpReply const& reply, Asked const& asked, Scrubber const& scrubber) {
  // Bytes are kept as they are, but for a credential of ours that a service plays back.
  return read_outcome(reply,
                      scrubber.is_clean(reply.body) ? parse_tool_result(reply.body)
                                                    : parse_tool_result(scrubber.scrub(reply.body)),
                      asked, scrubber);
}

std::optional<std::int64_t> count_of(HttpReply const& reply, std::string_view name) {
  auto const text = trim(find_field(reply.fields, name).value_or(""));
  auto number = std::int64_t{0};
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

}  // namespace

ExecuteOutcome read_outcome(HttpReply const& reply, Result<ToolResult> result, Asked const& asked,
                            Scrubber const& scrubber) {
  if (!result) {
    return unknown(asked, "the reply cannot be read", scrubber.scrub(request_id_of(reply, std::nullopt)));
  }
  result->error = scrubber.scrub(result->error);  // escapes in the JSON may have hidden it from the bytes
  result->log_id = scrubber.scrub(result->log_id);
  return {.fate = Fate::answered, .result = std::move(*result), .error = std::nullopt};
}

ExecuteOutcome execute_outcome(HttpOutcome const& outcome, Asked const& asked, Scrubber const& scrubber) {
  if (outcome.progress == HttpProgress::not_written) return nothing_ran(error_from_trouble(outcome, asked));
  if (outcome.progress == HttpProgress::written_no_reply) return unknown(asked, outcome.detail);

  auto const& reply = outcome.reply;
  if (reply.status >= 200 && reply.status < 300) return from_result(reply, asked, scrubber);
  auto error = error_from_reply(reply, asked, scrubber);
  if (reply.status == 429) return nothing_ran(std::move(error));
  // Whoever says when to come back has not begun, though what they say be nonsense.
  if (reply.status == 503 && find_field(reply.fields, "retry-after")) {
    error.code = ErrorCode::provider_unavailable;
    return nothing_ran(std::move(error));
  }
  if (refuses(reply.status, parse_envelope(reply.body).has_value())) return answered(std::move(error));
  return unknown(asked, "Composio answered " + std::to_string(reply.status), error.request_id);
}

RateFacts rate_facts_of(HttpReply const& reply) {
  auto facts = RateFacts{};
  facts.limit = count_of(reply, "x-ratelimit");
  facts.remaining = count_of(reply, "x-ratelimit-remaining");
  if (facts.remaining || facts.limit) facts.window = rate_limit_window_of(reply);
  return facts;
}

}  // namespace agenta::daemon
