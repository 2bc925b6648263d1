#pragma once

#include <string>
#include <string_view>

#include "daemon/sandbox/catalog.hpp"
#include "daemon/sandbox/request.hpp"

namespace agenta::daemon::sandbox {

/// The version that the query asks for: `latest` or a version's name, which need not exist.
std::string wanted_version(Request const& request, Toolkit const& toolkit);
/// The version of the tools where none is asked for: the only thing in which the two API versions differ.
std::string_view default_version(Request const& request);

}  // namespace agenta::daemon::sandbox
