#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/domain/approval.hpp"
#include "shared/domain/page.hpp"
#include "shared/domain/policy.hpp"
#include "shared/domain/tool.hpp"
#include "shared/domain/tool_service.hpp"
#include "shared/protocol/json_diff.hpp"

/// Policies and approvals: their requests, and their documents as `codec.hpp` has those of the other
/// resources.
namespace agenta::protocol {

/// `GET /api/tools/approvals`.
struct ApprovalQuery {
  std::string state{};
  bool granted = false;  ///< only what is allowed for a whole session that is open
  std::string session{};
  std::string cursor{};
  std::optional<int> limit{};
};

ServiceRequest list_approvals(ApprovalQuery const& query);
/// Holds the reply until it is decided, at most `wait`.
ServiceRequest get_approval(std::string_view id, std::chrono::seconds wait);
/// Holds it until somebody waits for its answer, or it is decided.
ServiceRequest get_awaited_approval(std::string_view id, std::chrono::seconds wait);
/// The same for whoever made the call and asks a person about it here: the connection is the question's,
/// which is withdrawn when it ends before the answer. Held at most `wait`.
ServiceRequest wait_for_answer(std::string_view id, std::chrono::milliseconds wait);
ServiceRequest approve(std::string_view id, ApprovalScope scope);
ServiceRequest deny_approval(std::string_view id, std::string_view reason);
ServiceRequest revoke_approval(std::string_view id);
/// Of whoever was told to come back for the answer, and will not.
ServiceRequest withdraw_approval(std::string_view id);
/// What was asked or decided after `cursor`, oldest first; none given: from now on. Holds the reply until
/// there is something, at most `wait`.
ServiceRequest list_approval_changes(std::string_view cursor, std::chrono::seconds wait);

std::string encode_approval(Approval const& approval);
/// What whoever made the call knows of it anyway: nothing of earlier calls, nor of who decides.
std::string encode_own_approval(Approval const& approval);
std::string encode_approvals(Page<Approval> const& page);
/// With where the arguments differ from those of the last similar call; none: there was none to compare with.
struct ApprovalView {
  Approval approval{};
  std::optional<std::vector<JsonChange>> changes{};
};
Result<ApprovalView> decode_approval(std::string_view body);
Result<Page<ApprovalView>> decode_approvals(std::string_view body);
Result<ApprovalScope> decode_approve(std::string_view body);
Result<std::string> decode_deny(std::string_view body);

/// `{verdict,rule,reason}`.
std::string encode_decision(PolicyDecision const& decision);
/// A text as JSON.
std::string quoted(std::string_view text);

/// `POST /api/tools/policy/explain`.
struct ExplainRequest {
  std::optional<std::string> policy{};  ///< TOML; none: the session's, or the default for agents
  std::string source{};                 ///< the policy file's name, for people
  std::string session{};
  std::string tool{};
  std::string connection{};
  JsonText arguments{};
  std::vector<std::string> text_paths{};  ///< as of `ToolCall`
};
/// How a rule was considered.
struct ConsideredRule {
  std::size_t rule = 0;  ///< from 1
  std::size_t line = 0;
  std::string name{};
  bool fits = false;
  std::string why_not{};
};
struct PolicyExplanation {
  PolicyDecision decision{};
  std::string tool{};
  std::string connection{};  ///< slug; empty: none
  std::string policy_source{};
  ToolHints hints{};
  std::vector<ConsideredRule> considered{};
  std::vector<std::string> warnings{};  ///< of arguments that the tool does not know
};
/// `POST /api/tools/policy/test`.
struct PolicyTestRequest {
  std::string text{};
  std::string source{};
  std::optional<std::string> policy{};  ///< the policy's text, where `text` has cases alone
  std::string policy_source{};
};
struct PolicyTestCase {
  std::size_t line = 0;
  std::string tool{};
  Verdict expect = Verdict::deny;
  std::optional<PolicyDecision> decision{};
  bool ok = false;
  std::string message{};
};
struct UncoveredRule {
  std::string rule{};
  std::size_t line = 0;
};
/// A name or pattern in a rule, after which no tool is called.
struct UnmatchedName {
  std::string rule{};
  std::size_t line = 0;
  std::string name{};
};
struct PolicyTestReport {
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::vector<PolicyTestCase> cases{};
  std::size_t rules = 0;
  std::vector<UncoveredRule> uncovered{};
  std::vector<UnmatchedName> unmatched{};
};

ServiceRequest explain_policy(ExplainRequest const& request);
ServiceRequest test_policy(PolicyTestRequest const& request);
Result<ExplainRequest> decode_explain_request(std::string_view body);
Result<PolicyTestRequest> decode_policy_test_request(std::string_view body);
std::string encode_explanation(PolicyExplanation const& explanation);
Result<PolicyExplanation> decode_explanation(std::string_view body);
std::string encode_policy_report(PolicyTestReport const& report);
Result<PolicyTestReport> decode_policy_report(std::string_view body);

}  // namespace agenta::protocol
