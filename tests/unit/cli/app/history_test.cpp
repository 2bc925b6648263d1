#include <gtest/gtest.h>

#include <algorithm>

#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"
#include "tests/unit/cli/app/rig.hpp"

namespace agenta::cli {
namespace {

// Made in one millisecond: they begin alike.
constexpr std::string_view kFirst = "0193a1b2-c3d4-7e5f-8a9b-0123456789ab";
constexpr std::string_view kSecond = "0193a1b2-c3d4-7e60-8a9b-ba9876543210";
// A client's own, which tells no time.
constexpr std::string_view kOdd = "ffffffff-0000-4000-8000-00000000000a";

std::string row(std::string_view id, std::string_view state = "succeeded", std::string_view error = "null") {
  return std::string{R"({"id":")"}.append(id) + R"(","tool":"GITHUB_CREATE_AN_ISSUE","state":")" +
         std::string{state} + R"(","connection":{"id":"c","slug":"my-work-account"},"error":)" +
         std::string{error} + R"(,"duration_ms":1234,"started_at":"2024-12-07T20:45:13.123Z"})";
}

/// A daemon whose history is `rows`; the odd one is found only where no time is asked for.
struct HistoryRig : Rig {
  std::vector<std::string> rows{row(kFirst), row(kSecond)};
  std::vector<std::string> untimed{};

  HistoryRig() {
    variables["NO_COLOR"] = "1";
    answer = [this](ServiceRequest const& request) -> Result<ServiceReply> {
      if (!request.target.starts_with("/api/tools/executions?") && request.target != "/api/tools/executions")
        return reply_with(row(request.target.substr(request.target.rfind('/') + 1)));
      auto items = rows;
      if (request.target.find("since=") == std::string::npos)
        items.insert(items.end(), untimed.begin(), untimed.end());
      return reply_with("{\"items\":[" + join(items, ",") + "],\"total\":" + std::to_string(items.size()) +
                        ",\"next_cursor\":null}");
    };
  }
  int show(std::string_view id, bool as_json = true) {
    std::vector<std::string> words{"history", "show", std::string{id}};
    if (as_json) words.emplace_back("--json");
    return run(words);
  }
  std::string last_target() const { return seen.empty() ? "" : seen.back().target; }
};

std::string target_of(std::string_view id) { return "/api/tools/executions/" + std::string{id}; }

TEST(HistoryList, ShowsTimeToolStateAndErrorInEightyColumns) {
  HistoryRig rig;
  rig.shape.out_is_tty = true;
  rig.rows.push_back(row(kOdd, "unknown", R"({"code":"PROVIDER_UNAVAILABLE","message":"a long story"})"));

  EXPECT_EQ(rig.run({"history", "list", "--no-pager"}), 0);
  auto const lines = split(rig.capture.out, '\n');
  ASSERT_GE(lines.size(), 4U);
  for (std::string const& each : lines) EXPECT_LE(each.size(), 80U + 4) << each;  // `…` is three bytes
  for (auto const* const told :
       {"2024-12-07", "GITHUB_CREATE_AN", "unknown", "PROVIDER_UNAVAILABLE", "00000000000a"})
    EXPECT_NE(lines[3].find(told), std::string::npos) << told << " in " << lines[3];
  EXPECT_EQ(rig.capture.out.find("my-work-account"), std::string::npos);
}

TEST(HistoryList, ShowsTheConnectionAndTheWordsOfAnErrorWhereThereIsRoom) {
  HistoryRig rig;
  rig.shape.out_is_tty = true;
  rig.shape.width = 160;
  rig.rows.push_back(
      row(kOdd, "unknown", R"({"code":"PROVIDER_UNAVAILABLE","message":")" + std::string(200, 'x') + "\"}"));

  EXPECT_EQ(rig.run({"history", "list", "--no-pager"}), 0);
  for (auto const* const told : {"2024-12-07 20:45", "my-work-account", "1234ms",
                                 "PROVIDER_UNAVAILABLE: xxxxxx", "GITHUB_CREATE_AN_ISSUE"})
    EXPECT_NE(rig.capture.out.find(told), std::string::npos) << told;
}

TEST(HistoryShow, AsksForAWholeIdAtOnce) {
  HistoryRig rig;

  EXPECT_EQ(rig.show(kFirst), 0);
  ASSERT_EQ(rig.seen.size(), 1U);
  EXPECT_EQ(rig.last_target(), target_of(kFirst));
}

TEST(HistoryShow, TakesTheBeginningAndTheEndOfAnId) {
  for (auto const* const part :
       {"0193a1b2-c3d4-7e5", "0193A1B2C3D47E5F", "0123456789ab", "9b-0123456789AB"}) {
    HistoryRig rig;

    EXPECT_EQ(rig.show(part), 0) << part << ": " << rig.capture.err;
    EXPECT_EQ(rig.last_target(), target_of(kFirst)) << part;
  }
}

TEST(HistoryShow, AsksOnlyForTheTimeThatABeginningTells) {
  HistoryRig rig;

  EXPECT_EQ(rig.show("0193a1b2-c3d4-7e5"), 0);
  ASSERT_EQ(rig.seen.size(), 2U);
  // 0x0193a1b2c3d4 milliseconds: 2024-12-07T15:17:47.604Z, from a minute before to an hour after it.
  EXPECT_NE(rig.seen[0].target.find("since=2024-12-07T15%3A16%3A47.604Z"), std::string::npos)
      << rig.seen[0].target;
  EXPECT_NE(rig.seen[0].target.find("until=2024-12-07T16%3A17%3A47.604Z"), std::string::npos)
      << rig.seen[0].target;
}

TEST(HistoryShow, FindsAnIdThatTellsNoTime) {
  HistoryRig rig;
  rig.rows.clear();
  rig.untimed = {row(kOdd)};

  EXPECT_EQ(rig.show("ffffffff"), 0) << rig.capture.err;
  EXPECT_EQ(rig.last_target(), target_of(kOdd));
}

TEST(HistoryShow, ListsTheCandidatesOfAnAmbiguousPart) {
  HistoryRig rig;

  EXPECT_EQ(rig.show("0193a1b2"), 7);
  EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/error/code"), "\"EXECUTION_AMBIGUOUS\"");
  EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/error/context/items/1/id"),
            "\"" + std::string{kSecond} + "\"");
  for (auto const id : {kFirst, kSecond}) EXPECT_NE(rig.capture.err.find(id), std::string::npos);
  EXPECT_EQ(rig.seen.size(), 1U) << "nothing is asked of any of them";
}

TEST(HistoryShow, SaysWhatIsTooLittleAndWhatIsNothing) {
  HistoryRig rig;

  EXPECT_EQ(rig.show("0193a1b"), 2);
  EXPECT_TRUE(rig.seen.empty());
  EXPECT_EQ(rig.show("0123456789"), 6) << "an end has all twelve digits";
  EXPECT_EQ(rig.show("aaaaaaaaaaaa"), 6);
}

/// The card of an execution of a session, with what a person said of it.
std::string card_of(std::string const& approval) {
  Rig rig;
  rig.shape.out_is_tty = true;
  rig.variables["NO_COLOR"] = "1";
  std::string body = row(kFirst);
  body.pop_back();
  rig.answers(
      body +
      R"(,"session":"triage","policy":{"verdict":"ask","rule":"writes, line 3","reason":"People read it."
},)"
      R"("approval_id":"0193a1b2-c3d4-7e61-8a9b-0123456789ab","approval":)" +
      approval + "}");
  EXPECT_EQ(rig.run({"history", "show", std::string{kFirst}, "--no-pager"}), 0) << rig.capture.err;
  return rig.capture.out;
}

std::string approval_of(std::string_view state, std::string_view scope, std::string_view answer) {
  return R"({"id":"0193a1b2-c3d4-7e61-8a9b-0123456789ab","state":")" + std::string{state} + R"(","scope":")" +
         std::string{scope} +
         R"(","decided_at":"2024-12-07T20:46:00.000Z","decided_by":{"uid":1000,"user":"ada"},)" +
         R"("answer":)" + std::string{answer} + "}";
}

TEST(HistoryShow, SaysWhichRuleAndWhoDecided) {
  std::string const once = card_of(approval_of("approved", "once", "null"));
  EXPECT_NE(once.find("ask by writes, line 3: People read it."), std::string::npos) << once;
  EXPECT_NE(once.find("approved by  ada, 2024-12-07 20:46:00, once"), std::string::npos) << once;
  EXPECT_NE(once.find("0193a1b2-c3d4-7e61-8a9b-0123456789ab"), std::string::npos) << once;

  std::string const session = card_of(approval_of("approved", "session", "null"));
  EXPECT_NE(session.find("ada, 2024-12-07 20:46:00, for the rest of the session"), std::string::npos)
      << session;

  std::string const denied = card_of(approval_of("denied", "once", "\"not on a Friday\""));
  EXPECT_NE(denied.find("denied by"), std::string::npos) << denied;
  EXPECT_NE(denied.find("ada, 2024-12-07 20:46:00: not on a Friday"), std::string::npos) << denied;

  std::string const gone = card_of("null");
  EXPECT_EQ(gone.find("approved by"), std::string::npos) << gone;
}

TEST(HistoryReplay, TakesAPartOfAnIdToo) {
  HistoryRig rig;

  EXPECT_EQ(rig.run({"history", "replay", "0123456789ab", "--dry-run", "--json"}), 0) << rig.capture.err;
  EXPECT_EQ(rig.last_target(), target_of(kFirst));
}

}  // namespace
}  // namespace agenta::cli
