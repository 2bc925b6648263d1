#include <gtest/gtest.h>

#include "cli/terminal/width.hpp"
#include "shared/base/text.hpp"
#include "tests/unit/cli/app/rig.hpp"

namespace agenta::cli {
namespace {

std::string session(std::string_view name, std::string_view state) {
  return R"({"id":"0193a1b2-c3d4-7e5f-8a9b-0123456789ab","name":")" + std::string{name} + R"(","state":")" +
         std::string{state} +
         R"(","tools":["github","SLACK_SEND_MESSAGE","GMAIL_*","linear"],"tools_count":912,"unbound":[],)"
         R"("connections":[{"integration_slug":"github","connection_id":"c","connection_slug":"my-work-account","usable":true}],)"
         R"("policy_source":"rules-for-triage.toml","created_at":"2024-12-07T20:45:13Z","expires_at":"2024-12-08T20:45:13Z"})";
}

/// A daemon with two open sessions, and one that an MCP server left behind.
struct SessionsRig : Rig {
  std::vector<std::string> open{session("triage", "open"), session(std::string(64, 'n'), "open")};
  std::string closed = session("mcp-0123abcd", "closed");

  SessionsRig() {
    variables["NO_COLOR"] = "1";
    shape.out_is_tty = true;
    answer = [this](ServiceRequest const& request) -> Result<ServiceReply> {
      auto items = open;
      if (request.target.find("state=open") == std::string::npos) items.push_back(closed);
      return reply_with("{\"items\":[" + join(items, ",") + "],\"total\":" + std::to_string(items.size()) +
                        ",\"next_cursor\":null}");
    };
  }
};

TEST(SessionList, LeavesOutWhatIsOverAndSaysHowMany) {
  SessionsRig rig;

  EXPECT_EQ(rig.run({"session", "list", "--no-pager"}), 0) << rig.capture.err;
  EXPECT_NE(rig.capture.out.find("triage"), std::string::npos);
  EXPECT_EQ(rig.capture.out.find("mcp-0123abcd"), std::string::npos);
  EXPECT_NE(rig.capture.err.find("1 that is closed or expired is left out; --all shows it"),
            std::string::npos)
      << rig.capture.err;
}

TEST(SessionList, ShowsThemWithAllAndByState) {
  for (std::vector<std::string> const& flags :
       {std::vector<std::string>{"--all"}, std::vector<std::string>{"--state", "closed"}}) {
    SessionsRig rig;
    std::vector<std::string> words{"session", "list", "--no-pager"};
    words.insert(words.end(), flags.begin(), flags.end());

    EXPECT_EQ(rig.run(words), 0) << rig.capture.err;
    EXPECT_NE(rig.capture.out.find("mcp-0123abcd"), std::string::npos) << flags.front();
    EXPECT_EQ(rig.capture.err.find("left out"), std::string::npos) << rig.capture.err;
  }
}

TEST(SessionList, SaysWhereNoneIsOpenThatOthersAreThere) {
  SessionsRig rig;
  rig.open.clear();

  EXPECT_EQ(rig.run({"session", "list", "--no-pager"}), 0);
  EXPECT_NE(rig.capture.out.find("No open sessions. Make one:"), std::string::npos) << rig.capture.out;
  EXPECT_NE(rig.capture.err.find("left out"), std::string::npos) << rig.capture.err;
}

TEST(SessionList, FitsEightyColumnsWithWholeNames) {
  SessionsRig rig;

  EXPECT_EQ(rig.run({"session", "list", "--no-pager"}), 0);
  for (std::string const& each : split(rig.capture.out, '\n')) EXPECT_LE(display_width(each), 80) << each;
  EXPECT_NE(rig.capture.out.find(std::string(64, 'n') + "  open"), std::string::npos) << rig.capture.out;
}

TEST(SessionList, SaysHowManyToolsMoreThereAreWhereThereIsNoRoom) {
  SessionsRig rig;
  rig.open.pop_back();

  EXPECT_EQ(rig.run({"session", "list", "--no-pager"}), 0);
  EXPECT_NE(rig.capture.out.find("triage  open   github +3"), std::string::npos) << rig.capture.out;
}

}  // namespace
}  // namespace agenta::cli
