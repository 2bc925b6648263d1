#include "shared/protocol/codec_approval.hpp"

#include <gtest/gtest.h>

#include "shared/protocol/codec.hpp"

namespace agenta::protocol {
namespace {

Approval sample() {
  Approval approval;
  approval.id.text = "01939a3e-7c1f-7abc-8def-0123456789ab";
  approval.session_name = "work";
  approval.tool.text = "GITHUB_CREATE_AN_ISSUE";
  approval.tool_version = "20260101_00";
  approval.connection = ConnectionReference{{"c1"}, "github-work"};
  approval.arguments.text = R"({"title":"b","x":null})";
  approval.previous = JsonText{R"({"title":"a"})"};
  approval.decision = {Verdict::ask, "writes (line 3)", "Look first."};
  approval.state = ApprovalState::approved;
  approval.scope = ApprovalScope::session;
  approval.awaited = true;
  approval.decided_by = Actor{1000, "ada", "loom", "agenta-tools"};
  approval.answer = "fine";
  approval.execution.text = "e1";
  return approval;
}

TEST(CodecApproval, ADocumentComesBackAsItWas) {
  auto const view = decode_approval(encode_approval(sample()));

  ASSERT_TRUE(view) << view.error().message;
  EXPECT_EQ(view->approval, sample());
  EXPECT_EQ(view->changes,
            (std::vector<JsonChange>{{"/title", "\"a\"", "\"b\""}, {"/x", std::nullopt, "null"}}));
}

TEST(CodecApproval, WhoeverAskedIsNotToldOfEarlierCallsNorOfWhoDecides) {
  std::string const document = encode_own_approval(sample());

  EXPECT_EQ(document.find("previous"), std::string::npos);
  EXPECT_EQ(document.find("\"a\""), std::string::npos);
  EXPECT_EQ(document.find("ada"), std::string::npos);
  EXPECT_TRUE(decode_approval(document));
}

TEST(CodecApproval, RequestsAreReadStrictly) {
  EXPECT_EQ(decode_approve("").value(), ApprovalScope::once);
  EXPECT_EQ(decode_approve(R"({"scope":"session"})").value(), ApprovalScope::session);
  EXPECT_FALSE(decode_approve(R"({"scope":"always"})"));
  EXPECT_EQ(decode_deny(R"({"reason":"no"})").value(), "no");
  EXPECT_FALSE(decode_explain_request(R"({"tool":"A","policy":"","session":"s"})"));
  EXPECT_FALSE(decode_tool_call(R"({"tool":"A","on_ask":"never"})"));
  EXPECT_FALSE(decode_tool_call(R"({"tool":"A","approval":"x"})"));
}

TEST(CodecApproval, ACallCarriesItsApprovalAndWhatBecomesOfAnAsk) {
  ToolCall call;
  call.tool = "A";
  call.approval = sample().id;
  call.on_ask = OnAsk::come_back;

  EXPECT_EQ(decode_tool_call(encode_tool_call(call)).value(), call);
}

TEST(CodecApproval, AnExecutionTellsWhatWasDecidedOfIt) {
  Execution execution;
  execution.tool.text = "A";
  execution.policy = PolicyDecision{Verdict::ask, "writes (line 3)", ""};
  execution.approval = sample().id;

  auto const read = decode_execution(encode_execution(execution));

  ASSERT_TRUE(read);
  EXPECT_EQ(read->policy, execution.policy);
  EXPECT_EQ(read->approval, execution.approval);
}

TEST(CodecApproval, ReportsAndExplanationsComeBackAsTheyWere) {
  PolicyTestReport report;
  report.passed = 1;
  report.failed = 1;
  report.cases = {{3, "A", Verdict::ask, PolicyDecision{Verdict::ask, "r (line 1)", ""}, true, ""},
                  {9, "B", Verdict::deny, std::nullopt, false, "there is no B"}};
  report.rules = 2;
  report.uncovered = {{"x (line 5)", 5}};
  PolicyExplanation explanation;
  explanation.decision = {Verdict::deny, "x (line 5)", "No."};
  explanation.tool = "A";
  explanation.hints.destructive = true;
  explanation.considered = {{1, 2, "", false, "tools does not name A"}, {2, 5, "x", true, ""}};

  auto const read = decode_policy_report(encode_policy_report(report));
  auto const told = decode_explanation(encode_explanation(explanation));

  ASSERT_TRUE(read);
  ASSERT_TRUE(told);
  EXPECT_EQ(encode_policy_report(*read), encode_policy_report(report));
  EXPECT_EQ(encode_explanation(*told), encode_explanation(explanation));
}

}  // namespace
}  // namespace agenta::protocol
