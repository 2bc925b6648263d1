#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "shared/base/clock.hpp"

namespace agenta::daemon {

/// The addresses of `host` as numbers, in the order to try them; empty when there are none, or when the
/// deadline or `stop` came first. The resolver itself cannot be interrupted, so it is left behind when it is
/// too slow. Any thread.
std::vector<std::string> look_up(std::string const& host, SteadyTime deadline, std::stop_token stop);

}  // namespace agenta::daemon
