#pragma once

#include "daemon/net/http_message.hpp"

namespace agenta::daemon {

/// What the browser is shown when it comes back from a login.
enum class CallbackOutcome {
  connected,
  denied,
  failed,
  unfinished,  ///< Composio does not say yet; the terminal will
  spent,       ///< this link was used before
  unknown,     ///< no login of ours
  refused,     ///< not a plain visit by a browser
};

/// A static page: no part of the request is in it, and nothing is loaded. Any thread.
HttpResponse callback_page(CallbackOutcome outcome);

}  // namespace agenta::daemon
