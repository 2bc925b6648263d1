#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/base/id.hpp"
#include "shared/base/json_text.hpp"
#include "shared/domain/connection.hpp"
#include "shared/domain/error.hpp"
#include "shared/domain/policy.hpp"
#include "shared/domain/tool.hpp"

namespace agenta {

using ExecutionId = Id<struct ExecutionIdTag>;  ///< UUIDv7
using BatchId = Id<struct BatchIdTag>;          ///< UUIDv7
using ApprovalId = Id<struct ApprovalIdTag>;    ///< UUIDv7

/// Which line of which batch an execution runs. A line that may have run is never run again.
struct BatchItem {
  BatchId batch{};
  std::int64_t line = 0;  ///< of the input, from 1
  bool operator==(BatchItem const&) const = default;
};

/// A file that stands in for an argument: sent to the provider's storage before the tool is run.
struct FileArgument {
  std::string pointer{};  ///< JSON pointer of the argument, whose schema says `file_uploadable`
  std::string upload{};   ///< id of what was handed to the daemon (`POST /api/tools/uploads`)
  bool operator==(FileArgument const&) const = default;
};

/// Whether an execution is sent again where contract §7.2 allows it.
enum class RetryRule : bool { never, when_safe };

/// What becomes of a call that a policy wants approved: it waits for a person, or it comes back at once as
/// `APPROVAL_REQUIRED`, to be made again with the approval.
enum class OnAsk { wait, come_back };

/// Where a result lies that is too large to be held in memory: bytes of a file, which are the JSON text.
struct ResultFile {
  std::string path{};
  std::int64_t offset = 0;
  std::int64_t size = 0;
  bool operator==(ResultFile const&) const = default;
};

/// Where an execution that waits for its turn stands.
struct QueuePlace {
  int position = 1;  ///< 1: it is next
  std::optional<std::chrono::milliseconds> expected_wait{};
  std::string reason{};  ///< `rate_limit`, `in_flight`, `custom_in_flight` or `approval`
  bool operator==(QueuePlace const&) const = default;
};

/// `queued → sent → succeeded | failed | unknown`, `queued → cancelled | refused`. After a crash `sent`
/// becomes `unknown`, and `queued` becomes `cancelled`: nothing of it had left.
enum class ExecutionState { queued, sent, succeeded, failed, unknown, cancelled, refused };

constexpr std::string_view name_of(ExecutionState state) {
  switch (state) {
    case ExecutionState::queued: return "queued";
    case ExecutionState::sent: return "sent";
    case ExecutionState::succeeded: return "succeeded";
    case ExecutionState::failed: return "failed";
    case ExecutionState::unknown: return "unknown";
    case ExecutionState::cancelled: return "cancelled";
    case ExecutionState::refused: return "refused";
  }
  __builtin_unreachable();
}
std::optional<ExecutionState> parse_execution_state(std::string_view name);
constexpr bool is_settled(ExecutionState state) {
  return state != ExecutionState::queued && state != ExecutionState::sent;
}

/// A request to run one tool, as a client states it.
struct ToolCall {
  ExecutionId id{};      ///< chosen by the client, so that it can cancel or ask again; empty: the daemon's
  std::string tool{};    ///< in any form `parse_tool_reference` takes
  JsonText arguments{};  ///< a JSON object
  std::vector<std::string>
      text_paths{};            ///< JSON pointers of arguments that came as bare text: coerced by the schema
  std::string connection{};    ///< slug or id; empty: by the rule of the contract, §7.4
  std::string tool_version{};  ///< empty: the version whose schema was read
  std::string idempotency_key{};
  std::vector<FileArgument> files{};
  RetryRule retry = RetryRule::when_safe;
  std::optional<BatchItem> batch{};  ///< a line of a batch waits behind what somebody waits for
  std::string session{};             ///< name of the session it belongs to; empty: none
  ApprovalId approval{};             ///< what a person said of this very call before; empty: nobody was asked
  OnAsk on_ask = OnAsk::wait;
  std::string trace_id{};  ///< of W3C trace context, 32 hex digits; empty: none
  bool validate = true;
  bool dry_run = false;  ///< everything up to the sending, and nothing of it
  /// Whether the connection is alive is what is to be found out: one that has expired is tried all the same.
  /// Never a client's.
  bool is_probe = false;
  bool operator==(ToolCall const&) const = default;
};

/// Which connection ran a tool, as a reply names it.
struct ConnectionReference {
  ConnectionId id{};
  std::string slug{};
  bool operator==(ConnectionReference const&) const = default;
};

/// One journaled run.
struct Execution {
  ExecutionId id{};
  ProjectId project{};
  ToolSlug tool{};
  std::string tool_version{};
  IntegrationSlug integration{};
  std::optional<ConnectionReference> connection{};  ///< none for a tool that needs none
  ExecutionState state = ExecutionState::queued;
  bool read_only = false;
  JsonText arguments{};
  std::string idempotency_key{};
  std::string arguments_digest{};  ///< SHA-256 of what must be the same for the same key
  int attempts = 0;
  std::optional<JsonText> data{};  ///< the tool's result, once it answered
  std::optional<Error> error{};
  std::optional<ResultFile> result_file{};     ///< instead of `data`, where that is too large
  std::optional<std::int64_t> result_bytes{};  ///< of the result, kept or not
  std::string log_id{};                        ///< Composio's
  std::optional<BatchItem> batch{};
  std::string session{};
  std::string trace_id{};
  std::optional<PolicyDecision> policy{};  ///< of the session it belongs to
  ApprovalId approval{};                   ///< by which it ran, or was refused; empty: nobody was asked
  std::optional<QueuePlace> queue{};       ///< while it waits; never journaled
  WallTime started_at{};
  std::optional<WallTime> finished_at{};
  std::optional<std::chrono::milliseconds> duration{};
  Actor actor{};
  bool replayed = false;      ///< a reply from the journal to a repeated idempotency key: nothing ran now
  bool dry_run = false;       ///< never journaled, never sent
  std::string result_lost{};  ///< why the result that came could not be kept; never journaled
  std::string notice{};  ///< for the caller alone: what was not as it should be, in words. Never journaled
  bool operator==(Execution const&) const = default;
};

}  // namespace agenta
