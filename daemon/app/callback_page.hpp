#pragma once

#include <string>

#include "daemon/net/http_message.hpp"

namespace agenta::daemon {

/// What the browser is shown when it comes back from a login.
enum class CallbackOutcome {
  connected,
  denied,
  failed,
  unfinished,  ///< Composio does not say yet; the terminal will
  expired,     ///< its link was over before it was finished
  over,        ///< taken back, or its row is gone
  spent,       ///< this link was used before
  unknown,     ///< no login of ours
  refused,     ///< not a plain visit by a browser
};

/// What a login is about, from our own row: the integration's name is a service's word, and shown as text.
struct CallbackSubject {
  std::string integration{};
  std::string slug{};
};

/// How a login stands that a browser came back from.
struct CallbackVisit {
  CallbackOutcome outcome = CallbackOutcome::unfinished;
  CallbackSubject subject{};
};

/// A page without scripts: no part of the request is in it, and nothing is loaded. Any thread.
HttpResponse callback_page(CallbackOutcome outcome, CallbackSubject const& subject = {});

}  // namespace agenta::daemon
