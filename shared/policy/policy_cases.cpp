#include "shared/policy/policy_cases.hpp"

#include <set>

#include "shared/base/text.hpp"

namespace agenta::policy {
namespace {

/// Whether the rule that decided is the one meant: by its name or its number, or the default.
bool is_meant(Policy const& policy, std::optional<std::size_t> rule, std::string const& meant) {
  if (!rule) return equal_ignoring_case(meant, "default");
  return equal_ignoring_case(policy.rules[*rule].name, meant) || std::to_string(*rule + 1) == meant ||
         equal_ignoring_case("rule " + std::to_string(*rule + 1), meant);
}

}  // namespace

CaseReport try_cases(Policy const& policy, std::vector<PolicyCase> const& cases,
                     std::vector<Result<Question>> const& questions) {
  CaseReport report;
  std::set<std::size_t> covered;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    CaseResult result;
    result.line = cases[i].line;
    result.tool = cases[i].tool;
    result.expect = cases[i].expect;
    if (!questions[i]) {
      result.message = questions[i].error().message;
    } else {
      auto const rule = find_rule(policy, *questions[i]);
      result.tool = questions[i]->tool.text;
      result.decision = decide(policy, *questions[i]);
      if (rule) covered.insert(*rule);
      bool const is_expected = result.decision->verdict == result.expect;
      bool const is_right_rule = !cases[i].rule || is_meant(policy, rule, *cases[i].rule);
      result.ok = is_expected && is_right_rule;
      if (!is_expected) {
        result.message = "expected " + std::string{name_of(result.expect)} + ", and it is " +
                         std::string{name_of(result.decision->verdict)} + " by " + result.decision->rule;
      } else if (!is_right_rule) {
        result.message = "expected by " + *cases[i].rule + ", and " + result.decision->rule + " decided";
      }
    }
    ++(result.ok ? report.passed : report.failed);
    report.cases.push_back(std::move(result));
  }
  report.rules = policy.rules.size();
  for (std::size_t i = 0; i < policy.rules.size(); ++i) {
    if (!covered.contains(i)) report.uncovered.push_back({name_rule(policy, i, {}), policy.rules[i].line});
  }
  return report;
}

}  // namespace agenta::policy
