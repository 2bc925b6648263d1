#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/policy/policy.hpp"

/// A policy tried on a table of cases, each a call and what should be said of it.
namespace agenta::policy {

struct PolicyCase {
  std::size_t line = 0;  ///< of the file, from 1
  std::string tool{};
  std::string integration{};  ///< empty: the catalogue's word
  std::string connection{};
  JsonText arguments{};
  std::optional<ToolHints> hints{};  ///< none: the catalogue's word
  Verdict expect = Verdict::deny;
  std::optional<std::string>
      rule{};  ///< the name of the rule that should decide, or its number; or `default`
};

struct CaseFile {
  std::optional<std::string> policy{};  ///< the file of the policy; none: the cases stand in it
  std::vector<PolicyCase> cases{};
};

/// The cases of a file; its rules are passed over. Fails as `parse_policy` does.
Result<CaseFile> parse_cases(std::string_view toml, std::string_view source);

/// What came of one case.
struct CaseResult {
  std::size_t line = 0;
  std::string tool{};
  Verdict expect = Verdict::deny;
  std::optional<PolicyDecision> decision{};  ///< none: the tool is not known
  bool ok = false;
  std::string message{};  ///< what is not as expected; empty where all is
};

struct UncoveredRule {
  std::string name{};  ///< as a decision names it
  std::size_t line = 0;
};

struct CaseReport {
  std::vector<CaseResult> cases{};
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t rules = 0;
  std::vector<UncoveredRule> uncovered{};  ///< rules that decided no case
};

/// Tries each case. `questions`: the case as a question, or why there is none; one for each case.
CaseReport try_cases(Policy const& policy, std::vector<PolicyCase> const& cases,
                     std::vector<Result<Question>> const& questions);

}  // namespace agenta::policy
