#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "shared/base/json_text.hpp"
#include "shared/domain/error.hpp"
#include "shared/domain/policy.hpp"
#include "shared/domain/tool.hpp"

namespace agenta::schema {
class TextPattern;
}

/// Policies: ordered rules over tools, connections, hints and arguments, of which the first that fits
/// decides. Any thread; a policy does not change once it is read.
namespace agenta::policy {

struct Equals {
  JsonText value{};
};
struct OneOf {
  std::vector<JsonText> values{};
};
/// Somewhere in a text. ECMA-262 without back references, in linear time.
struct Matches {
  std::string pattern{};
  std::shared_ptr<schema::TextPattern const> compiled{};
};
struct LessThan {
  double limit = 0;
};
struct GreaterThan {
  double limit = 0;
};
struct Present {
  bool wanted = true;
};

/// A question about one argument. It holds only where the pointer names something: a rule that must also
/// catch what is left out says so with `present = false`. Where it cannot be answered (a limit asked of what
/// is no number, `matches` of what is no text or takes too long, a pointer that leads on where a text stands
/// or a list, arguments that name something twice) it counts against the call: a rule that allows does not
/// fit, one that asks or denies does.
struct Condition {
  std::string pointer{};  ///< RFC 6901
  std::variant<Present, Equals, OneOf, Matches, LessThan, GreaterThan> test{};
};

/// What a rule asks of a hint; none: it does not matter.
struct HintWishes {
  std::optional<bool> read_only{};
  std::optional<bool> destructive{};
  std::optional<bool> idempotent{};
  std::optional<bool> open_world{};
};

/// All that is given must fit; what is empty fits everything.
struct Rule {
  std::string name{};
  std::size_t line = 0;                     ///< of the file, from 1
  std::vector<std::string> tools{};         ///< globs over tool slugs
  std::vector<std::string> integrations{};  ///< globs over slugs
  std::vector<std::string> connections{};   ///< globs over slugs
  HintWishes hints{};
  std::vector<Condition> when{};  ///< all of them
  Verdict verdict = Verdict::ask;
  std::string reason{};
};

struct Policy {
  std::vector<Rule> rules{};
  /// What no rule speaks of. None: read-only tools are allowed, everything else asks.
  std::optional<Verdict> otherwise{};
  std::optional<std::chrono::milliseconds> ask_timeout{};  ///< none: the setting `approvals.timeout`
};

/// Reads a policy; its cases are passed over. `INVALID_REQUEST` with every mistake, each with its line and
/// column, in the message and in the context (`{"source":…,"problems":[{"line":…,"column":…,"message":…}]}`).
/// `source` names the file.
Result<Policy> parse_policy(std::string_view toml, std::string_view source);
/// The default for agents; and the one of `--read-only`, which denies what is not.
Policy default_policy();
Policy read_only_policy();
/// The same as the texts that sessions keep.
std::string_view read_only_policy_text();

/// A call that is to be judged.
struct Question {
  ToolSlug tool{};
  IntegrationSlug integration{};
  std::string connection{};  ///< its slug; empty: none
  ToolHints hints{};
  JsonText arguments{};  ///< as they would be sent
};

/// Whether an object in the document names a member twice: who reads it may see the one or the other.
bool names_twice(JsonText const& document);

/// Why a rule does or does not fit.
struct Consideration {
  std::size_t rule = 0;  ///< index
  bool fits = false;
  std::string why_not{};  ///< the first thing that did not fit, in words; empty where it fits
};

/// `no-deletes (line 12)`, `rule 3 (line 20)`; of no rule: `default: …`.
std::string name_rule(Policy const& policy, std::optional<std::size_t> rule, Verdict verdict);
PolicyDecision decide(Policy const& policy, Question const& question);
/// The index of the rule that decides; none: the default does.
std::optional<std::size_t> find_rule(Policy const& policy, Question const& question);
/// All rules up to the one that decides, and why the others do not.
std::vector<Consideration> explain(Policy const& policy, Question const& question);
/// What calls of a tool can meet, depending on their arguments: one verdict where these change nothing, else
/// several, `allow` before `ask` before `deny`. Conditions are not weighed against each other: of two of
/// which one always holds, both are taken into account.
std::vector<Verdict> possible_verdicts(Policy const& policy, Question const& without_arguments);
/// The same in one word: `allow` where every call runs without asking, `deny` where none ever runs, else
/// `ask`. For clients that want an allow list.
Verdict best_verdict(Policy const& policy, Question const& without_arguments);

}  // namespace agenta::policy
