#pragma once

#include <string_view>

namespace agenta {

/// The product's version, `MAJOR.MINOR.PATCH`. Defined in a library of its own (`agenta_version`), so that
/// tests can build the same programs as an older or newer one.
std::string_view product_version();

/// Names one build of one version: compiler and time of the compilation are no part of it, so equal sources
/// built with equal flags are equal builds.
std::string_view build_id();

/// The oldest and newest version of the socket protocol that this build speaks.
struct ProtocolRange {
  int oldest = 1;
  int newest = 1;
  bool operator==(ProtocolRange const&) const = default;
};
ProtocolRange protocol_range();

/// Orders `MAJOR.MINOR.PATCH[-PRE]` texts as SemVer 2.0.0 §11 does: negative, zero or positive, as `a` is
/// older, equal or newer. Injective on well-formed versions: zero only for equal ones. A text that is not a
/// version is older than every version, and texts that are not versions compare as bytes.
int compare_versions(std::string_view a, std::string_view b);

}  // namespace agenta
