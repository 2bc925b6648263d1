#include "cli/command/login_wait.hpp"

#include <algorithm>
#include <thread>

#include "cli/command/identity_card.hpp"
#include "shared/base/clock.hpp"
#include "shared/protocol/api.hpp"
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

Error unfinished(ErrorCode code, std::string message, std::string const& id) {
  Error error;
  error.code = code;
  error.message = std::move(message);
  error.context.text = with_member("{}", "login", protocol::write_string(id));
  error.next_step = resume_login_step(id);
  return error;
}

}  // namespace

std::vector<std::string> resume_login_step(std::string const& id) {
  return {"agenta-tools", "login", "--resume", id};
}

Result<std::string> wait_for_login(Context& context, std::string const& id, milliseconds patience) {
  auto const until = steady_clock::now() + patience;
  for (;;) {
    auto const left = std::chrono::ceil<seconds>(until - steady_clock::now());
    auto reply = context.tools.call(protocol::get_browser_login(id, std::clamp(left, seconds{0}, kSlice)),
                                    context.stop);
    if (context.stop.stop_requested()) {
      return fail(unfinished(ErrorCode::cancelled,
                             "no longer waiting; the login goes on and can still be finished in the browser",
                             id));
    }
    // A daemon that is gone takes the login with it: nothing is gained by asking its successor.
    if (!reply) return fail(std::move(reply).error());
    if (text_member(reply->body, "status") != "PENDING") return std::move(reply->body);
    if (steady_clock::now() >= until) {
      return fail(unfinished(ErrorCode::oauth_pending,
                             "the login is not finished after " + format_duration(patience) + "; it goes on",
                             id));
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace agenta::cli
