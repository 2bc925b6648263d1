#include "shared/domain/policy.hpp"

#include <array>

#include "shared/base/text.hpp"

namespace agenta {

std::optional<Verdict> parse_verdict(std::string_view name) {
  for (Verdict const verdict : std::array{Verdict::allow, Verdict::ask, Verdict::deny}) {
    if (equal_ignoring_case(name_of(verdict), name)) return verdict;
  }
  return std::nullopt;
}

}  // namespace agenta
