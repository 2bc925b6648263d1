#include "cli/command/connect_wait.hpp"

#include <algorithm>
#include <thread>

#include "shared/base/clock.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

/// One question to the daemon: short enough that a daemon that hangs is noticed.
constexpr seconds kSlice{20};
/// Between questions that come back at once, whatever the reason.
constexpr milliseconds kPause{300};
/// A daemon that restarts loses the question, not the login.
constexpr int kMostLostQuestions = 5;

std::string context_of(std::string const& id) {
  return with_member("{}", "connection", protocol::write_string(id));
}

Error still_pending(std::string const& id, milliseconds patience) {
  Error error;
  error.code = ErrorCode::oauth_pending;
  error.message = "the login is not finished after " + format_duration(patience) + "; it goes on";
  error.context.text = context_of(id);
  error.next_step = resume_step(id);
  return error;
}

Error wait_interrupted(std::string const& id) {
  Error error;
  error.code = ErrorCode::cancelled;
  error.message = "no longer waiting; the login goes on and can still be finished in the browser";
  error.context.text = context_of(id);
  error.next_step = resume_step(id);
  return error;
}

Error failure_of(Connection const& row) {
  Error error;
  error.code = row.error ? row.error->code : ErrorCode::oauth_failed;
  if (row.status == ConnectionStatus::expired && !row.error) error.code = ErrorCode::oauth_expired;
  error.message = row.error && !row.error->message.empty()
                      ? row.error->message
                      : row.integration.text + " was not connected: the login ended as " +
                            std::string{name_of(row.status)};
  error.context.text = context_of(row.id.text);
  error.next_step = {"agenta-tools", "connect", row.integration.text};
  // A login that never was a connection is begun anew; a renewal left its connection as it was.
  if (row.status != ConnectionStatus::failed) {
    error.next_step.insert(error.next_step.end(), {"--reconnect", row.slug});
  } else if (row.slug != row.integration.text) {
    error.next_step.insert(error.next_step.end(), {"--as", row.slug});
  }
  return error;
}

bool may_ask_again(Error const& error) {
  return error.code == ErrorCode::daemon_unavailable || error.code == ErrorCode::provider_unavailable ||
         error.code == ErrorCode::rate_limited || error.code == ErrorCode::timeout;
}

}  // namespace

std::vector<std::string> resume_step(std::string const& id) {
  return {"agenta-tools", "connect", "--resume", id};
}

Result<SettledConnection> wait_until_settled(Context& context, std::string const& id, milliseconds patience) {
  auto const until = steady_clock::now() + patience;
  int lost = 0;
  for (;;) {
    auto const left = std::chrono::ceil<seconds>(until - steady_clock::now());
    auto reply =
        context.tools.call(protocol::get_connection(id, std::clamp(left, seconds{0}, kSlice)), context.stop);
    if (context.stop.stop_requested()) return fail(wait_interrupted(id));
    if (!reply) {
      if (!may_ask_again(reply.error()) || ++lost > kMostLostQuestions) return fail(std::move(reply).error());
    } else {
      lost = 0;
      context.notices.take(*reply);
      AGENTA_TRY(auto row, protocol::decode_connection(reply->body));
      bool const is_pending = row.status == ConnectionStatus::pending;
      // An active one with an error is one that was to be renewed, and was not.
      if (row.status == ConnectionStatus::active && !row.error) {
        return SettledConnection{.document = std::move(reply->body), .connection = std::move(row)};
      }
      if (!is_pending) return fail(failure_of(row));
    }
    if (steady_clock::now() >= until) return fail(still_pending(id, patience));
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace agenta::cli
