#include <gtest/gtest.h>

#include "cli/terminal/width.hpp"
#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"
#include "tests/unit/cli/app/rig.hpp"

namespace agenta::cli {
namespace {

// Asked in one millisecond: they begin alike.
constexpr std::string_view kFirst = "0193a1b2-c3d4-7e5f-8a9b-0123456789ab";
constexpr std::string_view kSecond = "0193a1b2-c3d4-7e60-8a9b-ba9876543210";

std::string approval(std::string_view id, std::string_view state = "pending") {
  return std::string{R"({"id":")"}.append(id) +
         R"(","session":"triage-of-issues","tool":"GITHUB_CREATE_AN_ISSUE_COMMENT",)"
         R"("connection":{"id":"c","slug":"my-work-account"},"arguments":{},"rule":"writes, line 3",)"
         R"("state":")" +
         std::string{state} +
         R"(","scope":"session","created_at":"2024-12-07T20:45:13.123Z","expires_at":"2024-12-07T20:50:13.123Z",)"
         R"("decided_at":"2024-12-07T20:46:07.500Z",)"
         R"("decided_by":{"uid":1000,"user":"ada","host":"loom","program":"agenta-tools"}})";
}

/// A daemon that asked about `rows`, on two pages.
struct ApprovalsRig : Rig {
  std::vector<std::string> rows{approval(kFirst), approval(kSecond)};

  ApprovalsRig() {
    variables["NO_COLOR"] = "1";
    answer = [this](ServiceRequest const& request) -> Result<ServiceReply> {
      std::string const path = request.target.substr(0, request.target.find('?'));
      if (path != "/api/tools/approvals") return reply_with(approval(kFirst, "approved"));
      bool const is_second = request.target.find("cursor=next") != std::string::npos;
      return reply_with("{\"items\":[" + (is_second ? rows.back() : rows.front()) +
                        "],\"total\":2,\"next_cursor\":" + (is_second ? "null" : "\"next\"") + "}");
    };
  }
  std::string last_target() const { return seen.empty() ? "" : seen.back().target; }
};

TEST(ApprovalsList, FitsEightyColumnsWithToolSessionStateAndShortId) {
  ApprovalsRig rig;
  rig.shape.out_is_tty = true;
  rig.rows.back() = approval(kSecond, "approved");

  EXPECT_EQ(rig.run({"approvals", "list", "--all", "--no-pager"}), 0) << rig.capture.err;
  auto const lines = split(rig.capture.out, '\n');
  ASSERT_GE(lines.size(), 3U);
  for (std::string const& each : lines) EXPECT_LE(display_width(each), 80) << each;
  for (auto const* const told : {"2024-12-07", "triage-of-i", "GITHUB_CREATE_A", "pending", "0123456789ab"})
    EXPECT_NE(lines[1].find(told), std::string::npos) << told << " in " << lines[1];
  EXPECT_NE(lines[2].find("approved (session)"), std::string::npos) << lines[2];
  EXPECT_EQ(rig.capture.out.find("0193a1b2"), std::string::npos) << "the end tells them apart";
}

TEST(ApprovalsList, TellsAllWhereThereIsRoom) {
  ApprovalsRig rig;
  rig.shape.out_is_tty = true;
  rig.shape.width = 160;

  EXPECT_EQ(rig.run({"approvals", "list", "--no-pager"}), 0) << rig.capture.err;
  for (auto const* const told : {"2024-12-07 20:45", "triage-of-issues", "GITHUB_CREATE_AN_ISSUE_COMMENT",
                                 "my-work-account", "ada", "0123456789ab"})
    EXPECT_NE(rig.capture.out.find(told), std::string::npos) << told;
}

TEST(ApprovalsShow, TellsTheTimeAsListsDo) {
  ApprovalsRig rig;
  rig.shape.out_is_tty = true;

  EXPECT_EQ(rig.run({"approvals", "show", std::string{kFirst}}), 0) << rig.capture.err;
  EXPECT_NE(rig.capture.out.find("2024-12-07 20:46:07\n"), std::string::npos) << rig.capture.out;
}

TEST(Approvals, TakeTheBeginningAndTheEndOfAnId) {
  for (auto const* const part : {"0193a1b2-c3d4-7e5", "0123456789ab", "9B-0123456789AB"}) {
    for (std::string const verb : {"show", "approve", "deny"}) {
      ApprovalsRig rig;

      EXPECT_EQ(rig.run({"approvals", verb, part, "--json"}), 0) << part << ": " << rig.capture.err;
      std::string const target = "/api/tools/approvals/" + std::string{kFirst};
      EXPECT_EQ(rig.last_target(), verb == "show" ? target : target + "/" + verb) << part;
    }
  }
}

TEST(Approvals, AskForAWholeIdAtOnce) {
  ApprovalsRig rig;

  EXPECT_EQ(rig.run({"approvals", "approve", std::string{kFirst}, "--json"}), 0) << rig.capture.err;
  EXPECT_EQ(rig.seen.size(), 1U);
}

TEST(Approvals, ApproveNothingWhereAPartIsAmbiguous) {
  ApprovalsRig rig;
  rig.rows.back() = approval(kSecond, "denied");

  EXPECT_EQ(rig.run({"approvals", "approve", "0193a1b2", "--json"}), 7) << "though one alone waits";
  EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/error/code"), "\"APPROVAL_AMBIGUOUS\"");
  EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/error/context/items/1/id"),
            "\"" + std::string{kSecond} + "\"");
  EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/error/context/items/1/state"), "\"denied\"");
  for (auto const id : {kFirst, kSecond}) EXPECT_NE(rig.capture.err.find(id), std::string::npos);
  for (ServiceRequest const& each : rig.seen) EXPECT_EQ(each.method, "GET") << each.target;
}

TEST(Approvals, ListTenOfManyThatAPartMayMean) {
  ApprovalsRig rig;
  std::string crowd;
  for (int number = 10; number < 26; ++number) {
    std::string id{kFirst};
    id.replace(id.size() - 2, 2, std::to_string(number));
    crowd += (crowd.empty() ? "" : ",") + approval(id);
  }
  rig.rows = {crowd, approval("0293a1b2-c3d4-7e60-8a9b-ba9876543210")};

  EXPECT_EQ(rig.run({"approvals", "approve", "0193a1b2"}), 7);

  auto const lines = split(rig.capture.err, '\n');
  ASSERT_GE(lines.size(), 12U);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_TRUE(lines[i].starts_with("  0193a1b2-c3d4-7e5f-8a9b-01234567891" + std::to_string(i) + "  "))
        << lines[i];
  }
  EXPECT_EQ(lines[10], "  and 6 more");
  EXPECT_EQ(
      lines[11],
      "agenta-tools: 0193a1b2 is part of the ids of 16 approvals: name one by its end, or by all of it");
}

TEST(Approvals, SayWhatIsTooLittleAndWhatIsNothing) {
  ApprovalsRig rig;

  EXPECT_EQ(rig.run({"approvals", "show", "0193a1b"}), 2);
  EXPECT_TRUE(rig.seen.empty());
  EXPECT_EQ(rig.run({"approvals", "show", "aaaaaaaaaaaa"}), 6);
  EXPECT_NE(rig.capture.err.find("there is no approval whose id begins with aaaaaaaaaaaa"), std::string::npos)
      << rig.capture.err;
}

}  // namespace
}  // namespace agenta::cli
