#pragma once

#include "daemon/net/http_message.hpp"
#include "shared/domain/error.hpp"

namespace agenta::daemon {

/// Refuses what a web page could have sent: a foreign `Host`, an `Origin` or a `Referer` (`FORBIDDEN`).
Result<void> check_origin(HttpRequest const& request);

/// By which socket a request came.
enum class Door { owners, sessions };

/// Refuses a client this daemon cannot serve rightly, before anything is done for it (`VERSION_SKEW`): one
/// that is newer than the daemon (`"reason":"client_newer"`: it may replace the daemon), and one whose
/// protocol range does not hold ours (`"reason":"protocol"`). A client that states neither, such as curl, is
/// served. Where the daemon's program lies is told at its owner's `door` alone.
Result<void> check_versions(HttpRequest const& request, Door door);

}  // namespace agenta::daemon
