#pragma once

#include <string>

#include "shared/base/json_text.hpp"

namespace agenta::daemon {

/// One spelling for equal documents: members sorted, no white space. For digests, not for sending.
std::string canonical_json(JsonText const& document);

}  // namespace agenta::daemon
