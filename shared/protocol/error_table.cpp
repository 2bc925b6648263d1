#include "shared/protocol/error_table.hpp"

#include <algorithm>

namespace agenta::protocol {
namespace {

using enum ErrorCode;

constexpr std::array kErrors{
    ErrorRow{integration_not_found, "INTEGRATION_NOT_FOUND", 404, 6, Retryable::no},
    ErrorRow{tool_not_found, "TOOL_NOT_FOUND", 404, 6, Retryable::no},
    ErrorRow{connection_not_found, "CONNECTION_NOT_FOUND", 404, 6, Retryable::no},
    ErrorRow{session_not_found, "SESSION_NOT_FOUND", 404, 6, Retryable::no},
    ErrorRow{execution_not_found, "EXECUTION_NOT_FOUND", 404, 6, Retryable::no},
    ErrorRow{usage, "USAGE", 400, 2, Retryable::no},
    ErrorRow{api_key_rejected, "API_KEY_REJECTED", 401, 4, Retryable::no},
    ErrorRow{connection_already_exists, "CONNECTION_ALREADY_EXISTS", 409, 7, Retryable::no},
    ErrorRow{connection_ambiguous, "CONNECTION_AMBIGUOUS", 409, 7, Retryable::no},
    ErrorRow{idempotency_conflict, "IDEMPOTENCY_CONFLICT", 409, 7, Retryable::no},
    ErrorRow{oauth_failed, "OAUTH_FAILED", 400, 1, Retryable::yes},
    ErrorRow{oauth_denied, "OAUTH_DENIED", 400, 1, Retryable::no},
    ErrorRow{oauth_expired, "OAUTH_EXPIRED", 400, 9, Retryable::yes},
    ErrorRow{oauth_pending, "OAUTH_PENDING", 400, 16, Retryable::yes},
    ErrorRow{invalid_credentials, "INVALID_CREDENTIALS", 400, 1, Retryable::no},
    ErrorRow{invalid_arguments, "INVALID_ARGUMENTS", 400, 2, Retryable::no},
    ErrorRow{invalid_request, "INVALID_REQUEST", 400, 2, Retryable::no},
    ErrorRow{not_configured, "NOT_CONFIGURED", 424, 4, Retryable::no},
    ErrorRow{not_connected, "NOT_CONNECTED", 424, 4, Retryable::no},
    ErrorRow{connection_expired, "CONNECTION_EXPIRED", 424, 4, Retryable::no},
    ErrorRow{policy_denied, "POLICY_DENIED", 403, 5, Retryable::no},
    ErrorRow{approval_required, "APPROVAL_REQUIRED", 403, 5, Retryable::no},
    ErrorRow{forbidden, "FORBIDDEN", 403, 5, Retryable::no},
    ErrorRow{rate_limited, "RATE_LIMITED", 429, 8, Retryable::yes},
    ErrorRow{tool_failed, "TOOL_FAILED", 200, 1, Retryable::no},
    ErrorRow{composio_error, "COMPOSIO_ERROR", 502, 1, Retryable::no},
    ErrorRow{provider_unavailable, "PROVIDER_UNAVAILABLE", 503, 3, Retryable::yes},
    ErrorRow{timeout, "TIMEOUT", 504, 9, Retryable::yes},
    ErrorRow{outcome_unknown, "OUTCOME_UNKNOWN", 504, 10, Retryable::unknown},
    ErrorRow{unsupported, "UNSUPPORTED", 501, 2, Retryable::no},
    ErrorRow{internal, "INTERNAL", 500, 70, Retryable::unknown},
    ErrorRow{storage_unavailable, "STORAGE_UNAVAILABLE", 507, 12, Retryable::no},
    ErrorRow{daemon_unavailable, "DAEMON_UNAVAILABLE", 503, 11, Retryable::yes},
    ErrorRow{blocked, "BLOCKED", 403, 12, Retryable::no},
    ErrorRow{version_skew, "VERSION_SKEW", 426, 13, Retryable::no},
    ErrorRow{input_needed, "INPUT_NEEDED", 400, 14, Retryable::no},
    ErrorRow{cancelled, "CANCELLED", 409, 130, Retryable::yes},
    ErrorRow{terminated, "TERMINATED", 409, 143, Retryable::yes},
    ErrorRow{journal_altered, "JOURNAL_ALTERED", 409, 1, Retryable::no},
    ErrorRow{execution_ambiguous, "EXECUTION_AMBIGUOUS", 409, 7, Retryable::no},
    ErrorRow{approval_ambiguous, "APPROVAL_AMBIGUOUS", 409, 7, Retryable::no},
    ErrorRow{approval_not_found, "APPROVAL_NOT_FOUND", 404, 6, Retryable::no},
    ErrorRow{batch_not_found, "BATCH_NOT_FOUND", 404, 6, Retryable::no},
    ErrorRow{check_failed, "CHECK_FAILED", 409, 1, Retryable::no},
    ErrorRow{approval_decided, "APPROVAL_DECIDED", 409, 7, Retryable::no},
};

static_assert(std::ranges::is_sorted(kErrors, {}, &ErrorRow::code) &&
                  kErrors.size() == static_cast<std::size_t>(approval_decided) + 1,
              "one row for each ErrorCode, in the order of the enum");

constexpr std::array kExitCodes{
    ExitCodeRow{0, "done"},
    ExitCodeRow{1, "the tool or the service said no"},
    ExitCodeRow{2, "usage, or arguments that the schema refuses"},
    ExitCodeRow{3, "the provider or the network cannot be reached"},
    ExitCodeRow{4, "not logged in, not connected, or connection expired"},
    ExitCodeRow{5, "refused by policy or scope"},
    ExitCodeRow{6, "no such integration, tool, connection, …"},
    ExitCodeRow{7, "conflict or ambiguity"},
    ExitCodeRow{8, "rate limited"},
    ExitCodeRow{9, "timed out, nothing ran"},
    ExitCodeRow{10, "outcome unknown: it may have run"},
    ExitCodeRow{11, "daemon unavailable or unresponsive"},
    ExitCodeRow{
        12, "blocked by a sandbox or by permissions, the port is taken, or the disk is full or read-only"},
    ExitCodeRow{13, "version skew"},
    ExitCodeRow{14, "input needed, and nobody to ask"},
    ExitCodeRow{16, "login still pending"},
    ExitCodeRow{70, "a bug of ours"},
    ExitCodeRow{130, "interrupted"},
    ExitCodeRow{141, "whoever read the output closed it"},
    ExitCodeRow{143, "terminated"},
};

constexpr bool every_exit_is_documented() {
  return std::ranges::all_of(kErrors, [](ErrorRow const& row) {
    return std::ranges::find(kExitCodes, row.exit_code, &ExitCodeRow::code) != kExitCodes.end();
  });
}
static_assert(every_exit_is_documented());

}  // namespace

std::span<ErrorRow const> error_table() { return kErrors; }

ErrorRow const& row_of(ErrorCode code) { return kErrors[static_cast<std::size_t>(code)]; }

std::optional<ErrorCode> parse_error_code(std::string_view name) {
  auto const found = std::ranges::find(kErrors, name, &ErrorRow::name);
  if (found == kErrors.end()) return std::nullopt;
  return found->code;
}

std::string_view name_of(Retryable retryable) {
  switch (retryable) {
    case Retryable::no: return "false";
    case Retryable::yes: return "true";
    case Retryable::unknown: return "unknown";
  }
  __builtin_unreachable();
}

std::span<ExitCodeRow const> exit_code_table() { return kExitCodes; }

}  // namespace agenta::protocol
