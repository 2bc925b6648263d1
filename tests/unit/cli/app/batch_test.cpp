#include <gtest/gtest.h>

#include <algorithm>

#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"
#include "tests/unit/cli/app/rig.hpp"

namespace agenta::cli {
namespace {

constexpr std::string_view kBatch = "0193a1b2-c3d4-7e5f-8a9b-000000000004";

std::string text_at(std::string_view document, std::string_view pointer) {
  return protocol::read_string(protocol::find_pointer(document, pointer).value_or("null")).value_or("");
}

/// A daemon in which every tool does what its name says.
struct BatchRig : Rig {
  std::string recorded{};  ///< lines of an earlier run, as the journal tells them

  BatchRig() {
    answer = [this](ServiceRequest const& request) { return play(request); };
  }
  Result<ServiceReply> play(ServiceRequest const& request) {
    if (request.target == "/api/tools/batches")
      return reply_with("{\"id\":\"" + std::string{kBatch} + "\",\"source\":\"-\"}");
    if (request.target.find("/lines") != std::string::npos)
      return reply_with("{\"items\":[" + recorded + "],\"next_after\":null}");
    if (request.target.ends_with("/finish")) return reply_with("{\"id\":\"" + std::string{kBatch} + "\"}");
    if (request.method == "GET") return reply_with(R"({"tool":"T","state":"refused"})");
    std::string const tool = text_at(request.body, "/tool");
    std::string const id = text_at(request.body, "/id");
    if (tool == "FAILS") {
      return reply_with(
          R"({"id":")" + id +
          R"(","tool":"FAILS","state":"failed","data":{"why":1},"error":{"code":"TOOL_FAILED",)" +
          R"("message":"no"}})");
    }
    if (tool == "UNKNOWN") {
      Error error = fail(ErrorCode::outcome_unknown, "it may have run").error();
      error.execution_id = id;
      return fail(std::move(error));
    }
    if (tool == "REFUSED") return fail(ErrorCode::invalid_arguments, "title is missing");
    if (tool == "NO_DAEMON") return fail(ErrorCode::daemon_unavailable, "there is none");
    return reply_with(R"({"id":")" + id + R"(","tool":")" + tool +
                      R"(","state":"succeeded","data":{"n" : 1.50},"error":null})");
  }
  int batch(std::string input, std::vector<std::string> more = {}) {
    capture.in = std::move(input);
    std::vector<std::string> words{"batch", "--ordered", "--jobs", "1"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  std::vector<std::string> lines() const {
    auto parts = split(capture.out, '\n');
    std::vector<std::string> out{parts.begin(), parts.end()};
    if (!out.empty() && out.back().empty()) out.pop_back();
    return out;
  }
  /// `id:state` of each line that came out.
  std::string states() const {
    std::string out;
    for (std::string const& line : lines()) {
      out +=
          std::string{protocol::find_member(line, "id").value_or("?")} + ":" + text_at(line, "/state") + " ";
    }
    return out;
  }
  std::size_t executions() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        seen, [](ServiceRequest const& each) { return each.target == "/api/tools/executions"; }));
  }
};

TEST(Batch, ShowsAPersonALineOfATableForEach) {
  BatchRig rig;
  rig.shape.out_is_tty = true;
  rig.variables["NO_COLOR"] = "1";
  std::string const calls =
      "{\"id\":\"mine\",\"tool\":\"T\"}\n{\"tool\":\"FAILS\"}\n{\"tool\":\"REFUSED\"}\n{\"tool\":\"UNKNOWN\"}"
      "\n";

  EXPECT_EQ(rig.batch(calls, {"--keep-going"}), 1);
  auto const lines = rig.lines();
  ASSERT_EQ(lines.size(), 5U) << rig.capture.out;
  EXPECT_TRUE(lines[0].starts_with("ID      STATE      TOOL")) << lines[0];
  EXPECT_TRUE(lines[1].starts_with("mine    succeeded  T ")) << lines[1];
  EXPECT_NE(lines[1].find("{\"n\" : 1.50}"), std::string::npos) << lines[1];
  EXPECT_TRUE(lines[2].starts_with("2       failed     FAILS ")) << lines[2];
  EXPECT_NE(lines[2].find("TOOL_FAILED: no"), std::string::npos) << lines[2];
  EXPECT_NE(lines[3].find("INVALID_ARGUMENTS"), std::string::npos) << lines[3];
  EXPECT_NE(lines[4].find("OUTCOME_UNKNOWN"), std::string::npos) << lines[4];
  for (std::string const& each : lines) EXPECT_LE(each.size(), 80U + 2) << each;  // `…` is three bytes
  EXPECT_NE(rig.capture.err.find("1 succeeded, 2 failed, 1 unknown"), std::string::npos) << rig.capture.err;
}

TEST(Batch, GivesATerminalJsonWhereThatIsAskedFor) {
  BatchRig rig;
  rig.shape.out_is_tty = true;
  rig.variables["NO_COLOR"] = "1";

  EXPECT_EQ(rig.batch("{\"tool\":\"T\"}\n", {"--json"}), 0);
  EXPECT_EQ(rig.states(), "1:succeeded ");
}

TEST(Batch, RunsEachLineAsALineOfItsBatchAndPassesTheDataOn) {
  BatchRig rig;

  EXPECT_EQ(rig.batch("{\"id\":\"x\",\"tool\":\"T\",\"arguments\":{\"a\":1},\"connection\":\"work\"}\n\n{"
                      "\"tool\":\"U\"}"),
            0);

  EXPECT_EQ(rig.states(), "\"x\":succeeded 3:succeeded ");
  EXPECT_EQ(protocol::find_member(rig.lines()[0], "data"), R"({"n" : 1.50})");
  ASSERT_EQ(rig.seen.size(), 4U);
  EXPECT_EQ(rig.seen[1].target, "/api/tools/executions");
  EXPECT_EQ(protocol::find_member(rig.seen[1].body, "batch"),
            "{\"id\":\"" + std::string{kBatch} + "\",\"line\":1}");
  EXPECT_EQ(protocol::find_member(rig.seen[1].body, "connection"), "\"work\"");
  EXPECT_EQ(protocol::find_pointer(rig.seen[2].body, "/batch/line"), "3");
  EXPECT_TRUE(rig.seen[3].target.ends_with("/finish"));
}

TEST(Batch, StopsAtTheFirstFailureUnlessToldToGoOn) {
  std::string const input =
      "{\"tool\":\"A\"}\n{\"tool\":\"FAILS\"}\n{\"tool\":\"B\"}\n{\"tool\":\"UNKNOWN\"}\n";
  BatchRig stops;
  BatchRig goes_on;

  EXPECT_EQ(stops.batch(input), 1);
  EXPECT_EQ(goes_on.batch(input, {"--keep-going"}), 1);

  EXPECT_EQ(stops.states(), "1:succeeded 2:failed ");
  EXPECT_NE(stops.capture.err.find("--resume " + std::string{kBatch}), std::string::npos);
  EXPECT_EQ(goes_on.states(), "1:succeeded 2:failed 3:succeeded 4:unknown ");
  EXPECT_EQ(protocol::find_pointer(goes_on.lines()[1], "/data"), R"({"why":1})");
  EXPECT_EQ(text_at(goes_on.lines()[1], "/error/code"), "TOOL_FAILED");
}

TEST(Batch, IsUnknownWhereNothingFailedAndSomethingMayHaveRun) {
  BatchRig rig;

  EXPECT_EQ(rig.batch("{\"tool\":\"A\"}\n{\"tool\":\"UNKNOWN\"}\n{\"tool\":\"B\"}\n"), 10);

  EXPECT_EQ(rig.states(), "1:succeeded 2:unknown 3:succeeded ");
}

TEST(Batch, TellsALineThatIsNoCallAndDoesNotSendIt) {
  BatchRig rig;

  EXPECT_EQ(rig.batch("nope\n{\"id\":9,\"tool\":1}\n{\"tool\":\"REFUSED\"}\n", {"--keep-going"}), 1);

  EXPECT_EQ(rig.states(), "1:refused 9:refused 3:refused ");
  EXPECT_EQ(text_at(rig.lines()[0], "/error/code"), "INVALID_REQUEST");
  EXPECT_EQ(text_at(rig.lines()[2], "/error/code"), "INVALID_ARGUMENTS");
  EXPECT_EQ(rig.executions(), 1U);
}

TEST(Batch, GivesUpOnWhatNoOtherLineWouldFareBetterWith) {
  BatchRig rig;

  EXPECT_EQ(rig.batch("{\"tool\":\"NO_DAEMON\"}\n{\"tool\":\"A\"}\n", {"--keep-going"}), 1);

  EXPECT_EQ(rig.states(), "1:refused ");
}

TEST(Batch, GoesOnWithWhatDidNotRun) {
  BatchRig first;
  std::string const input = "{\"tool\":\"A\"}\n{\"tool\":\"B\"}\n{\"tool\":\"UNKNOWN\"}\n{\"tool\":\"C\"}\n";
  ASSERT_EQ(first.batch(input), 10);
  BatchRig again;
  for (int const line : {0, 2}) {
    again.recorded += (again.recorded.empty() ? "" : ",") + std::string{"{\"line\":"} +
                      std::to_string(line + 1) + ",\"state\":\"" + (line == 2 ? "unknown" : "succeeded") +
                      "\",\"execution_id\":\"" +
                      text_at(first.lines()[static_cast<std::size_t>(line)], "/execution_id") + "\"}";
  }

  EXPECT_EQ(again.batch(input, {"--resume", std::string{kBatch}}), 10);

  EXPECT_EQ(again.states(), "2:succeeded 4:succeeded ");
  EXPECT_EQ(again.executions(), 2U);
  EXPECT_NE(again.capture.err.find("line 3 may have run and is not run again"), std::string::npos);
  EXPECT_NE(again.capture.err.find("2 had been finished before"), std::string::npos);
}

TEST(Batch, AsksTheDaemonWhereALineThatRanLooksOtherwise) {
  BatchRig rig;
  rig.recorded = R"({"line":1,"state":"succeeded","execution_id":"0193a1b2-c3d4-7e5f-8a9b-000000000009"})";
  auto const play = rig.answer;
  rig.answer = [&](ServiceRequest const& request) -> Result<ServiceReply> {
    if (text_at(request.body, "/tool") == "OTHER")
      return fail(ErrorCode::idempotency_conflict, "another call");
    return play(request);
  };

  EXPECT_EQ(rig.batch("{\"tool\":\"SAME\"}\n", {"--resume", std::string{kBatch}}), 0);
  EXPECT_TRUE(rig.capture.out.empty()) << rig.capture.out;
  EXPECT_EQ(rig.batch("{\"tool\":\"OTHER\"}\n", {"--resume", std::string{kBatch}}), 1);

  EXPECT_EQ(rig.states(), "1:refused ");
  EXPECT_EQ(text_at(rig.lines()[0], "/error/code"), "IDEMPOTENCY_CONFLICT");
  EXPECT_EQ(text_at(rig.lines()[0], "/error/next_step/3"), "0193a1b2-c3d4-7e5f-8a9b-000000000009");
}

TEST(Batch, BeginsNothingMoreOnceInterrupted) {
  BatchRig rig;
  auto const play = rig.answer;
  rig.answer = [&](ServiceRequest const& request) -> Result<ServiceReply> {
    if (text_at(request.body, "/tool") != "B") return play(request);
    rig.stop.request_stop();
    return fail(ErrorCode::cancelled, "interrupted before the daemon had the request");
  };

  EXPECT_EQ(rig.batch("{\"tool\":\"A\"}\n{\"tool\":\"B\"}\n{\"tool\":\"C\"}\n"), 130);

  EXPECT_EQ(rig.states(), "1:succeeded 2:cancelled ");
  EXPECT_NE(rig.capture.err.find("next: agenta-tools batch - --resume " + std::string{kBatch}),
            std::string::npos);
}

TEST(Batch, SpeaksJsonOnStderrWhereAsked) {
  BatchRig rig;

  EXPECT_EQ(rig.batch("{\"tool\":\"A\"}\n", {"--json"}), 0);

  auto const said = split(rig.capture.err, '\n');
  ASSERT_GE(said.size(), 2U);
  EXPECT_EQ(text_at(said[0], "/event"), "batch");
  EXPECT_EQ(text_at(said[0], "/id"), kBatch);
  EXPECT_EQ(text_at(said[0], "/resume/1"), "batch");
  EXPECT_EQ(text_at(said[1], "/event"), "summary");
  EXPECT_EQ(protocol::find_member(said[1], "succeeded"), "1");
  EXPECT_EQ(protocol::find_member(said[1], "read_all"), "true");
}

TEST(Batch, RefusesBadInputBeforeAnythingIsSent) {
  for (std::vector<std::string> const& words : {std::vector<std::string>{"batch", "--jobs", "0"},
                                                {"batch", "--jobs", "65"},
                                                {"batch", "--retry", "x"},
                                                {"batch", "--resume", "x"},
                                                {"batch", "/nonexistent/file"},
                                                {"batch", "/"}}) {
    BatchRig rig;

    EXPECT_EQ(rig.run(words), 2) << words.back();
    EXPECT_TRUE(rig.seen.empty()) << words.back();
  }
}

}  // namespace
}  // namespace agenta::cli
