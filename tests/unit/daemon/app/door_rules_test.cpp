#include "daemon/app/door_rules.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "shared/base/version.hpp"

namespace agenta::daemon {
namespace {

HttpRequest with(HttpHeaders headers) {
  HttpRequest request;
  request.target = "/api/tools/daemon";
  request.headers = std::move(headers);
  return request;
}
HttpRequest client(std::string version, std::string protocol) {
  return with({{"Agenta-Tools-Version", std::move(version)}, {"Agenta-Tools-Protocol", std::move(protocol)}});
}
std::string own_range() {
  return std::to_string(protocol_range().oldest) + "-" + std::to_string(protocol_range().newest);
}
std::string after(int n) { return std::to_string(protocol_range().newest + n); }
std::string reason_of(Error const& error) { return nlohmann::json::parse(error.context.text).at("reason"); }

TEST(DoorRules, TakesWhatALocalProgramSends) {
  for (char const* host : {"localhost", "LOCALHOST", "agenta-toolsd", ""})
    EXPECT_TRUE(check_origin(with({{"Host", host}}))) << host;
  EXPECT_TRUE(check_origin(with({})));
}

TEST(DoorRules, RefusesAForeignHost) {
  for (char const* host :
       {"evil.example", "127.0.0.1", "localhost:80", "localhost.evil.example", "localhost, evil"}) {
    auto const checked = check_origin(with({{"Host", host}}));
    ASSERT_FALSE(checked) << host;
    EXPECT_EQ(checked.error().code, ErrorCode::forbidden);
  }
}

TEST(DoorRules, RefusesASecondHostAndATargetThatNamesOne) {
  EXPECT_FALSE(check_origin(with({{"Host", "localhost"}, {"Host", "evil.example"}})));
  HttpRequest absolute = with({{"Host", "localhost"}});
  absolute.target = "http://evil.example/api/tools/daemon";
  EXPECT_FALSE(check_origin(absolute));
}

TEST(DoorRules, RefusesWhatAWebPageSends) {
  EXPECT_EQ(check_origin(with({{"Host", "localhost"}, {"Origin", "http://localhost"}})).error().code,
            ErrorCode::forbidden);
  EXPECT_EQ(check_origin(with({{"origin", ""}})).error().code, ErrorCode::forbidden);
  EXPECT_EQ(check_origin(with({{"REFERER", "http://localhost/"}})).error().code, ErrorCode::forbidden);
}

TEST(DoorRules, TellsAtASessionsDoorNotWhereItsProgramLies) {
  for (auto const& request : {client("999.0.0", own_range()), client("0.0.1", "0-0")}) {
    auto const checked = check_versions(request, Door::sessions);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, ErrorCode::version_skew);
    EXPECT_EQ(checked.error().context.text.find("daemon_program"), std::string::npos);
  }
}

TEST(DoorRules, ServesAClientThatStatesNothing) { EXPECT_TRUE(check_versions(with({}), Door::owners)); }

TEST(DoorRules, ServesItsOwnVersionAndOlderOnes) {
  EXPECT_TRUE(check_versions(client(std::string{product_version()}, own_range()), Door::owners));
  EXPECT_TRUE(check_versions(client("0.0.1", own_range()), Door::owners));
}

TEST(DoorRules, SendsANewerClientAwayWithTheReasonThatLetsItReplaceTheDaemon) {
  auto const checked = check_versions(client("999.0.0", own_range()), Door::owners);

  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::version_skew);
  EXPECT_EQ(reason_of(checked.error()), "client_newer");
  auto const context = nlohmann::json::parse(checked.error().context.text);
  EXPECT_EQ(context.at("client_version"), "999.0.0");
  EXPECT_EQ(context.at("daemon_version"), product_version());
  EXPECT_FALSE(context.at("daemon_program").get<std::string>().empty());
}

TEST(DoorRules, AnOlderClientOfAnotherProtocolIsToldToUpgradeAndMayNotReplaceTheDaemon) {
  auto const checked = check_versions(client("0.0.1", "0-0"), Door::owners);

  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::version_skew);
  EXPECT_EQ(reason_of(checked.error()), "protocol");
  EXPECT_NE(checked.error().message.find("upgrade"), std::string::npos);
}

TEST(DoorRules, RangesThatMeetAreServedAndOthersAreNot) {
  EXPECT_TRUE(check_versions(client("0.0.1", "0-" + after(5)), Door::owners));
  EXPECT_TRUE(check_versions(client("0.0.1", after(0) + "-" + after(9)), Door::owners));
  EXPECT_TRUE(check_versions(client("0.0.1", after(0)), Door::owners));
  EXPECT_EQ(reason_of(check_versions(client("0.0.1", after(1) + "-" + after(9)), Door::owners).error()),
            "protocol");
}

TEST(DoorRules, RefusesARangeThatIsNone) {
  for (char const* range : {"", "-", "1-", "-1", "2-1", "a-b", "1-2-3", "1 - 2", "99999999999"}) {
    auto const checked = check_versions(client("0.0.1", range), Door::owners);
    ASSERT_FALSE(checked) << range;
    EXPECT_EQ(checked.error().code, ErrorCode::invalid_request) << range;
  }
}

TEST(DoorRules, AVersionThatIsNoneIsTakenForAnOldOne) {
  EXPECT_TRUE(check_versions(client("not a version \xff", own_range()), Door::owners));
  EXPECT_FALSE(check_versions(client("not a version \xff", "0-0"), Door::owners))
      << "and its bytes do not break the reply";
}

}  // namespace
}  // namespace agenta::daemon
