#pragma once

#include <string>
#include <utility>

#include "shared/base/clock.hpp"
#include "shared/protocol/api.hpp"
#include "tests/unit/cli/app/rig.hpp"

namespace agenta::cli {

/// A rig on a terminal without colours, so that what is printed reads as it is.
inline void put_on_terminal(Rig& rig, int columns = 80) {
  rig.shape.out_is_tty = rig.shape.err_is_tty = true;
  rig.shape.width = columns;
  rig.variables["NO_COLOR"] = "1";
}

/// A reply that comes from a copy which was fetched this long ago.
inline Result<ServiceReply> stale_reply(std::string body, std::chrono::milliseconds age, std::string state) {
  ServiceReply reply;
  reply.body = std::move(body);
  reply.headers = {{"agenta-tools-cached-at", format_rfc3339(SystemClock{}.wall() - age)},
                   {"agenta-tools-cache-state", std::move(state)}};
  return reply;
}

}  // namespace agenta::cli
