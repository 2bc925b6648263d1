#pragma once

#include <string>

#include "daemon/core/single_flight.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon {

/// One at a time makes, renews, takes away or adopts connections of an integration in a project: what is
/// decided from its rows and from Composio's accounts still holds when it is carried out. Any thread.
class ConnectionTurns {
 public:
  SingleFlight::Turn enter(std::string const& project, std::string const& integration) {
    return flights_.enter(to_lower(project) + ' ' + to_lower(integration));
  }

 private:
  SingleFlight flights_;
};

}  // namespace agenta::daemon
