#include <gtest/gtest.h>

#include "shared/protocol/codec.hpp"
#include "shared/protocol/json_slice.hpp"
#include "tests/unit/cli/app/rig.hpp"

namespace agenta::cli {
namespace {

std::string id_of(ServiceRequest const& request) {
  return protocol::read_string(protocol::find_member(request.body, "id").value_or("null")).value_or("");
}

std::string record(std::string const& id, std::string const& state, std::string const& more = "") {
  return R"({"id":")" + id + R"(","tool":"T","state":")" + state + "\"" + more + "}";
}

Result<ServiceReply> hang_up() { return fail(ErrorCode::daemon_unavailable, "the daemon hung up"); }

TEST(Execute, SendsTypedArgumentsAndPrintsTheDataAsItCame) {
  Rig rig;
  rig.answers(R"({"n" : 1.50})");

  EXPECT_EQ(rig.run({"execute", "GITHUB_X", "title=hello", R"(labels:=["bug"])", "-c", "work"}), 0);
  ASSERT_EQ(rig.seen.size(), 1U);
  EXPECT_EQ(rig.seen[0].target, "/api/tools/executions?output=data");
  EXPECT_EQ(protocol::find_member(rig.seen[0].body, "arguments"), R"({"title":"hello","labels":["bug"]})");
  EXPECT_EQ(protocol::find_member(rig.seen[0].body, "connection"), "\"work\"");
  EXPECT_TRUE(is_uuid(id_of(rig.seen[0])));
  EXPECT_EQ(rig.capture.out, "{\"n\" : 1.50}\n");
}

TEST(Execute, RefusesBadInputBeforeAnythingIsSent) {
  for (std::vector<std::string> const& words : {std::vector<std::string>{"execute"},
                                                {"execute", "T", "x:={"},
                                                {"execute", "T", "-d", "[1]"},
                                                {"execute", "T", "--select", "a/b"},
                                                {"execute", "T", "--output", "yaml"},
                                                {"execute", "no such"},
                                                {"execute", "tools.composio.github.X.work", "-c", "home"}}) {
    Rig rig;

    EXPECT_EQ(rig.run(words), 2) << words.back();
    EXPECT_TRUE(rig.seen.empty()) << words.back();
  }
}

TEST(Execute, TakesTheConnectionFromTheLongForm) {
  Rig rig;
  rig.answers("1");

  EXPECT_EQ(rig.run({"exec", "tools.composio.github.X.work"}), 0);
  EXPECT_EQ(protocol::find_member(rig.seen.at(0).body, "connection"), "\"work\"");
}

TEST(Execute, SelectsTextWithoutQuotesAndJsonWithThem) {
  Rig rig;
  rig.answers(R"({"a":[{"t":"x\ny"}]})");

  EXPECT_EQ(rig.run({"execute", "T", "--select", "/a/0/t"}), 0);
  EXPECT_EQ(rig.capture.out, "x\ny\n");
  rig.capture.out.clear();
  EXPECT_EQ(rig.run({"execute", "T", "--select", "/a/0/t", "--json"}), 0);
  EXPECT_EQ(rig.capture.out, "\"x\\ny\"\n");
  rig.capture.out.clear();
  EXPECT_EQ(rig.run({"execute", "T", "--select", "/b", "--json"}), 0)
      << "the tool ran: a failure would say otherwise";
  EXPECT_EQ(rig.capture.out, "null\n");
  EXPECT_NE(rig.capture.err.find("/b"), std::string::npos);
}

TEST(Execute, RefusesAnEmptyIdempotencyKeyAndSelectingFromNothing) {
  Rig rig;

  EXPECT_EQ(rig.run({"execute", "T", "--idempotency-key", ""}), 2);
  EXPECT_EQ(rig.run({"execute", "T", "--dry-run", "--select", "/a"}), 2);
}

TEST(Execute, ShowsAPersonWhatADryRunWouldDo) {
  Rig rig;
  rig.answers(R"({"id":"i","tool":"T","state":"queued","dry_run":true,"tool_version":"v1",)"
              R"("connection":{"id":"c","slug":"work"},"arguments":{"title":"x"}})");

  EXPECT_EQ(rig.run({"execute", "T", "--dry-run"}), 0);
  EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/arguments/title"), "\"x\"") << "a pipe has the record";

  rig.shape.out_is_tty = true;
  rig.variables["NO_COLOR"] = "1";
  rig.capture.out.clear();
  EXPECT_EQ(rig.run({"execute", "T", "--dry-run"}), 0);
  for (auto const* const told : {"T would run", "work", "v1", "\"title\": \"x\"", "Nothing was sent."})
    EXPECT_NE(rig.capture.out.find(told), std::string::npos) << told << " in " << rig.capture.out;
  EXPECT_EQ(rig.capture.out.find("dry_run"), std::string::npos);

  for (auto const& more : {std::vector<std::string>{"--json"}, {"--output", "envelope"}}) {
    rig.capture.out.clear();
    std::vector<std::string> words{"execute", "T", "--dry-run"};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_EQ(rig.run(words), 0);
    EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/dry_run"), "true");
  }
}

TEST(Execute, SaysTheToolsOwnWordsOnItsFailure) {
  Rig rig;
  rig.answer = [](ServiceRequest const& request) {
    return reply_with(record(id_of(request), "failed",
                             R"(,"data":{"why":1},"error":{"code":"TOOL_FAILED","message":"Not Found"})"));
  };

  EXPECT_EQ(rig.run({"execute", "T", "--output", "envelope", "--json"}), 1);
  EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/error/message"), "\"Not Found\"");
  EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/error/context/data/why"), "1");
}

TEST(Execute, KnowsAFailureWhereDataAloneWasAskedFor) {
  Rig rig;
  rig.answer = [](ServiceRequest const& request) {
    Error error;
    error.code = ErrorCode::tool_failed;
    error.message = "Not Found";
    error.execution_id = id_of(request);
    return reply_with(protocol::encode_error(error));
  };

  EXPECT_EQ(rig.run({"execute", "T"}), 1);
  EXPECT_EQ(rig.capture.out, "");
}

TEST(Execute, SendsTheSameOnceMoreWhereTheJournalKnowsNothing) {
  Rig rig;
  rig.answer = [&](ServiceRequest const& request) -> Result<ServiceReply> {
    if (request.method == "GET") return fail(ErrorCode::execution_not_found, "no");
    rig.lost_reply = rig.seen.size() == 1;
    return rig.lost_reply ? hang_up() : reply_with("7");
  };

  EXPECT_EQ(rig.run({"execute", "T"}), 0);
  ASSERT_EQ(rig.seen.size(), 3U);
  EXPECT_EQ(rig.seen[0].body, rig.seen[2].body);
  EXPECT_EQ(rig.capture.out, "7\n");
}

TEST(Execute, TakesTheRecordedResultAfterALostReply) {
  Rig rig;
  rig.answer = [&](ServiceRequest const& request) -> Result<ServiceReply> {
    rig.lost_reply = true;
    if (request.method == "POST") return hang_up();
    return reply_with(record(id_of(rig.seen[0]), "succeeded", R"(,"data":{"n":1})"));
  };

  EXPECT_EQ(rig.run({"execute", "T"}), 0);
  EXPECT_EQ(rig.seen.size(), 2U);
  EXPECT_EQ(rig.capture.out, "{\"n\":1}\n");
}

TEST(Execute, NeverSendsAgainWhatMayHaveRun) {
  Rig rig;
  rig.answer = [&](ServiceRequest const& request) -> Result<ServiceReply> {
    rig.lost_reply = true;
    if (request.method == "POST") return hang_up();
    return reply_with(record(id_of(rig.seen[0]), "unknown"));
  };

  EXPECT_EQ(rig.run({"execute", "T", "--json"}), 10);
  EXPECT_EQ(rig.seen.size(), 2U);
  EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/error/execution_id"), "\"" + id_of(rig.seen[0]) + "\"");
}

struct CancelCase {
  char const* state;
  char const* words;
};
class ExecuteInterrupted : public ::testing::TestWithParam<CancelCase> {};

TEST_P(ExecuteInterrupted, CancelsAndSaysWhetherItMayHaveRun) {
  Rig rig;
  rig.answer = [&](ServiceRequest const& request) -> Result<ServiceReply> {
    if (request.target.ends_with("/cancel")) return reply_with(record(id_of(rig.seen[0]), GetParam().state));
    rig.lost_reply = true;
    rig.stop.request_stop();
    return fail(ErrorCode::cancelled, "interrupted");
  };

  EXPECT_EQ(rig.run({"execute", "T"}), 130);
  ASSERT_EQ(rig.seen.size(), 2U);
  EXPECT_EQ(rig.seen[1].target, "/api/tools/executions/" + id_of(rig.seen[0]) + "/cancel");
  EXPECT_NE(rig.capture.err.find(GetParam().words), std::string::npos) << rig.capture.err;
}

INSTANTIATE_TEST_SUITE_P(States, ExecuteInterrupted,
                         ::testing::Values(CancelCase{"cancelled", "nothing of T was sent"},
                                           CancelCase{"sent", "may have run"},
                                           CancelCase{"succeeded", "may have run"}),
                         [](auto const& each) { return std::string{each.param.state}; });

}  // namespace
}  // namespace agenta::cli
