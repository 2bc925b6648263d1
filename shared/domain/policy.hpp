#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agenta {

/// What a policy says of a call: run it, ask a person first, or refuse it.
enum class Verdict { allow, ask, deny };

constexpr std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::allow: return "allow";
    case Verdict::ask: return "ask";
    case Verdict::deny: return "deny";
  }
  __builtin_unreachable();
}
std::optional<Verdict> parse_verdict(std::string_view name);

/// What decided, and why. The journal keeps it with the execution.
struct PolicyDecision {
  Verdict verdict = Verdict::ask;
  std::string rule{};    ///< `no-deletes (line 12)`, `rule 3 (line 20)`, or `default: …`
  std::string reason{};  ///< in the words of the policy's author, for whoever is refused; may be empty
  bool operator==(PolicyDecision const&) const = default;
};

}  // namespace agenta
