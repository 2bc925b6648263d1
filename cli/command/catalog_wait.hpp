#pragma once

#include <chrono>
#include <string>

#include "cli/command/context.hpp"
#include "shared/base/clock.hpp"
#include "shared/domain/catalog.hpp"

namespace agenta::cli {

/// The catalogue's state as the daemon told it, and as it is read.
struct ToldCatalog {
  std::string document{};
  CatalogStatus status{};
};

/// Waits until the run that `begun` tells of has ended, and shows how far it is; at most `patience` after
/// `start`. An error that the run ended with is the error; `TIMEOUT` and `CANCELLED` end the waiting alone,
/// and say that the daemon goes on. `DAEMON_UNAVAILABLE` where the daemon forgot the run: it was restarted.
Result<ToldCatalog> wait_until_refreshed(Context& context, CatalogStatus const& begun, SteadyTime start,
                                         std::chrono::milliseconds patience);

}  // namespace agenta::cli
