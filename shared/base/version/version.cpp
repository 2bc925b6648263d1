#include "shared/base/version.hpp"

#ifndef AGENTA_PROTOCOL_OLDEST
#define AGENTA_PROTOCOL_OLDEST 1
#endif
#ifndef AGENTA_PROTOCOL_NEWEST
#define AGENTA_PROTOCOL_NEWEST 1
#endif
#ifndef AGENTA_BUILD
#define AGENTA_BUILD "dev"
#endif

namespace agenta {

std::string_view product_version() { return AGENTA_VERSION; }

std::string_view build_id() { return AGENTA_VERSION "+" AGENTA_BUILD; }

ProtocolRange protocol_range() {
  ProtocolRange range;
  range.oldest = AGENTA_PROTOCOL_OLDEST;
  range.newest = AGENTA_PROTOCOL_NEWEST;
  return range;
}

}  // namespace agenta
