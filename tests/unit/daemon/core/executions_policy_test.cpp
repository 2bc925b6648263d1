#include "tests/unit/daemon/core/executions_policy_support.hpp"

namespace agenta::daemon {
namespace {

using namespace std::chrono_literals;

TEST_F(ExecutionsPolicy, WhatIsAllowedRunsAndSaysByWhichRule) {
  answer_with({test::succeeded()});

  Execution const done = value_of(judge(session_call(kRead)));

  EXPECT_EQ(done.policy->verdict, Verdict::allow);
  EXPECT_EQ(only_row().policy->rule, "default: read-only tools are allowed");
  EXPECT_TRUE(only_row().approval.empty());
}

TEST_F(ExecutionsPolicy, WhatIsDeniedIsJournaledWithItsRuleAndNotSent) {
  use_policy("[[rule]]\nname = \"no-writes\"\ndecision = \"deny\"\nreason = \"Not here.\"\n");

  auto const error = error_of(judge(session_call(kWrite)));

  EXPECT_EQ(error.code, ErrorCode::policy_denied);
  EXPECT_NE(error.message.find("no-writes (line 1): Not here."), std::string::npos) << error.message;
  EXPECT_EQ(only_row().state, ExecutionState::refused);
  EXPECT_EQ(only_row().policy->verdict, Verdict::deny);
  EXPECT_EQ(only_row().policy->rule, "no-writes (line 1)");
  EXPECT_EQ(provider.count("execute"), 0);
}

TEST_F(ExecutionsPolicy, WhatIsDeniedOutrightIsToldSoAndNotHowToCallIt) {
  use_policy("[[rule]]\ndecision = \"deny\"\nconnections = [\"work\"]\n");

  auto const error = error_of(judge(session_call(kWrite, R"({"titel":1})")));

  EXPECT_EQ(error.code, ErrorCode::policy_denied) << error.message;
  EXPECT_EQ(only_row().policy->rule, "rule 1 (line 1)");
  EXPECT_EQ(only_row().connection->slug, "work");
}

TEST_F(ExecutionsPolicy, WhatMayRunWithOtherArgumentsIsToldWhatIsWrongWithThese) {
  use_policy(
      "default = \"allow\"\n[[rule]]\ndecision = \"deny\"\n[[rule.when]]\npointer = \"/count\"\n"
      "greater_than = 5\n");

  EXPECT_EQ(error_of(judge(session_call(kWrite, R"({"count":9})"))).code, ErrorCode::invalid_arguments);
  EXPECT_EQ(error_of(judge(session_call(kWrite, R"({"title":"t","count":9})"))).code,
            ErrorCode::policy_denied);
}

TEST_F(ExecutionsPolicy, WhatNeverWaitedIsNotLookedAtTwice) {
  answer_with({test::succeeded()});

  ASSERT_TRUE(judge(session_call(kRead)));

  EXPECT_EQ(book.asked, 1);
}

TEST_F(ExecutionsPolicy, AnIdFromASessionsSocketIsTheSessionsOwn) {
  answer_with({test::succeeded()});
  ToolCall call = call_of(kRead);
  call.id.text = make_uuid_v7();
  ASSERT_TRUE(judge(call)) << "the owner's";
  Caller confined = caller;
  confined.session = book.open.session.id.text;
  ASSERT_EQ(error_of(in_session.get(confined, call.id)).code, ErrorCode::execution_not_found);

  Execution const theirs = value_of(in_session.run(confined, call));

  EXPECT_NE(theirs.id, call.id);
  EXPECT_TRUE(is_uuid(theirs.id.text));
  EXPECT_EQ(value_of(in_session.get(confined, call.id)).id, theirs.id);
  EXPECT_EQ(value_of(in_session.get(confined, theirs.id)).id, theirs.id);
  EXPECT_EQ(value_of(in_session.get(caller, call.id)).session, "");
}

TEST_F(ExecutionsPolicy, OutsideOfASessionNothingIsJudged) {
  use_policy("default = \"deny\"\n");
  answer_with({test::succeeded()});

  EXPECT_TRUE(judge(call_of(kWrite)));
  EXPECT_FALSE(only_row().policy);
}

TEST_F(ExecutionsPolicy, ThePolicySeesWhatWouldBeSent) {
  use_policy(
      "default = \"allow\"\n[[rule]]\ndecision = \"deny\"\nconnections = [\"work\"]\n[[rule.when]]\npointer "
      "= "
      "\"/count\"\ngreater_than = 5\n");
  answer_with({test::succeeded()});
  ToolCall typed = session_call(kWrite, R"({"title":"t","count":"9"})");
  typed.text_paths = {"/count"};

  EXPECT_EQ(error_of(judge(typed)).code, ErrorCode::policy_denied);
  EXPECT_TRUE(judge(session_call(kWrite, R"({"title":"t","count":3})")));
}

TEST_F(ExecutionsPolicy, ArgumentsThatNameSomethingTwiceAreRefused) {
  use_policy("default = \"allow\"\n");

  EXPECT_EQ(error_of(judge(session_call(kWrite, R"({"title":"a","title":"b"})"))).code,
            ErrorCode::invalid_arguments);
  EXPECT_EQ(provider.count("execute"), 0);
}

TEST_F(ExecutionsPolicy, ADryRunSaysWhatThePolicyWouldAndAsksNobody) {
  ToolCall call = session_call(kWrite);
  call.dry_run = true;

  Execution const dry = value_of(judge(call));

  EXPECT_EQ(dry.policy->verdict, Verdict::ask);
  EXPECT_EQ(value_of(approvals.list(caller, {})).total, 0);
}

TEST_F(ExecutionsPolicy, ASessionsSocketChecksEveryCall) {
  use_policy("default = \"allow\"\n");
  answer_with({test::succeeded()});
  ToolCall call = session_call(kRead, R"({"titel":1})");
  call.validate = false;
  Caller confined = caller;
  confined.session = book.open.session.id.text;

  EXPECT_EQ(error_of(in_session.run(confined, call)).code, ErrorCode::forbidden);
  EXPECT_EQ(provider.count("execute"), 0);
  call.id.text = make_uuid_v7();
  EXPECT_TRUE(judge(call)) << "the owner may leave it to the service";
}

}  // namespace
}  // namespace agenta::daemon
