#pragma once

#include <string>

namespace agenta::daemon {

/// Whether a numeric address of IPv4 or IPv6 is on the public internet: none of the special-purpose ranges of
/// the IANA registries (RFC 6890: loopback, private, link-local, shared, documentation, benchmarking,
/// multicast, reserved), nor an IPv6 form that carries an IPv4 address of them (mapped, NAT64, 6to4). What is
/// no address is not. Any thread.
bool is_public_address(std::string const& address);

}  // namespace agenta::daemon
