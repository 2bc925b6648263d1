#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/expected.hpp"
#include "shared/base/json_text.hpp"
#include "shared/base/os_error.hpp"

namespace agenta {

/// Everything that can go wrong, as users and their scripts see it. `error_table.hpp` maps each to its name,
/// HTTP status, exit code and whether repeating helps.
enum class ErrorCode {
  integration_not_found,
  tool_not_found,
  connection_not_found,
  session_not_found,
  execution_not_found,
  usage,
  api_key_rejected,
  connection_already_exists,
  connection_ambiguous,
  idempotency_conflict,
  oauth_failed,
  oauth_denied,
  oauth_expired,
  oauth_pending,
  invalid_credentials,
  invalid_arguments,
  invalid_request,
  not_configured,
  not_connected,
  connection_expired,
  policy_denied,
  approval_required,
  forbidden,
  rate_limited,
  tool_failed,
  composio_error,
  provider_unavailable,
  timeout,
  outcome_unknown,
  unsupported,
  internal,
  // What only this side of the wire can meet; the contract's exit codes 11 to 14 and 130 have no code of
  // their own.
  storage_unavailable,  ///< the home cannot be read or written: read-only, full, or over quota
  daemon_unavailable,   ///< not running, cannot start, or does not answer
  blocked,              ///< EPERM or EACCES on a socket or directory: a sandbox or permissions
  version_skew,
  input_needed,
  cancelled,  ///< the user interrupted, or cancelled; nothing ran
  terminated,
  journal_altered,      ///< the history is not as it was recorded
  execution_ambiguous,  ///< a part of an id, and several executions have it
  approval_ambiguous,   ///< the same of approvals
  approval_not_found,
  batch_not_found,
  check_failed,      ///< what was tried out is not as it has to be: cases of a policy, tools for clients
  approval_decided,  ///< it was answered already, or is over: by somebody else, or in time nobody did
};

/// Whether the same request may succeed when repeated. `unknown`: repeating may do the thing twice.
enum class Retryable { no, yes, unknown };

/// A failure, made where the fact is known and worded for the person who must act: what happened, to what.
/// What to do next is `next_step`, an argv.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message{};
  JsonText context{};                    ///< a JSON object
  std::vector<std::string> next_step{};  ///< the command that goes on from here; empty where there is none
  std::optional<Retryable> retryable{};  ///< where this occurrence differs from the table
  std::string request_id{};              ///< the provider's, else ours; for support
  std::string execution_id{};            ///< the journal's row, where there is one
  std::optional<std::chrono::seconds> retry_after{};
  bool operator==(Error const&) const = default;
};

template <class T>
using Result = expected<T, Error>;

inline unexpected<Error> fail(Error error) { return unexpected<Error>(std::move(error)); }
inline unexpected<Error> fail(ErrorCode code, std::string message, std::vector<std::string> next_step = {}) {
  Error error;
  error.code = code;
  error.message = std::move(message);
  error.next_step = std::move(next_step);
  return unexpected<Error>(std::move(error));
}

/// EPERM and EACCES are `blocked`; a full, read-only or over-quota file system is `storage_unavailable`; the
/// rest is `otherwise`.
Error error_from(OsError const& os, ErrorCode otherwise = ErrorCode::internal);

}  // namespace agenta
