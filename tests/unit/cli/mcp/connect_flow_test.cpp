#include <gtest/gtest.h>

#include <atomic>

#include "tests/unit/cli/mcp/flow_rig.hpp"

// Missing connections, in both eras and with clients that can and cannot ask.
namespace agenta::mcp::test {
namespace {

constexpr std::string_view kLink = "https://consent.example/l";

/// A daemon on which one service is not connected until somebody follows the link.
struct Connecting {
  std::atomic<bool> connected = false;

  Result<ServiceReply> operator()(ServiceRequest const& request, std::stop_token const&) {
    if (request.method == "POST" && request.target == "/api/tools/executions") {
      if (connected) return reply_of(execution_document("\"done\""));
      return fail(ErrorCode::not_connected, "t is not connected", {"agenta-tools", "connect", "t"});
    }
    if (request.method == "POST" && request.target == "/api/tools/connections") {
      return reply_of(
          R"({"id":"c1","slug":"t","status":"PENDING","redirect_url":"https://consent.example/l","message":"m"})");
    }
    if (request.target.starts_with("/api/tools/connections/c1")) {
      connected = true;
      return reply_of(R"({"id":"c1","slug":"t","status":"ACTIVE","integration_slug":"t"})");
    }
    return fail(ErrorCode::internal, "not scripted: " + request.target);
  }
};

TEST(ConnectFlow, WithoutElicitationTheModelIsToldLinkCommandAndCode) {
  Connecting daemon;
  Rig rig{on(daemon)};

  rig.say(modern("1", "tools/call", R"("name":"T_RUN")"));

  auto const result = Json::parse(rig.wire->await(R"("id":1)"))["result"];
  EXPECT_EQ(result["isError"], true);
  auto const& error = result["structuredContent"]["error"];
  EXPECT_EQ(error["code"], "connection_required");
  EXPECT_EQ(error["connect_url"], kLink);
  EXPECT_EQ(error["toolkit"], "t");
  EXPECT_EQ(error["command"], "agenta-tools connect t");
  std::string const text = result["content"][0]["text"];
  EXPECT_NE(text.find(kLink), std::string::npos);
  EXPECT_NE(text.find("agenta-tools connect t"), std::string::npos);
}

TEST(ConnectFlow, AModernClientIsAskedAndItsSecondCallWaitsAndRuns) {
  Connecting daemon;
  Rig rig{on(daemon)};

  rig.say(modern("1", "tools/call", R"("name":"T_RUN","arguments":{"a":1})", kAsks));
  auto const first = Json::parse(rig.wire->await(R"("id":1)"))["result"];
  ASSERT_EQ(first["resultType"], "input_required");
  auto const& asked = first["inputRequests"]["connect"];
  EXPECT_EQ(asked["method"], "elicitation/create");
  EXPECT_EQ(asked["params"]["mode"], "url");
  EXPECT_EQ(asked["params"]["url"], kLink);
  EXPECT_FALSE(asked["params"].contains("elicitationId"));
  std::string const state = first["requestState"];

  rig.say(modern(
      "2", "tools/call",
      R"("name":"T_RUN","arguments":{"a":1},"inputResponses":{"connect":{"action":"accept"}},"requestState":")" +
          state + "\"",
      kAsks));

  auto const second = Json::parse(rig.wire->await(R"("id":2)"))["result"];
  EXPECT_EQ(second["structuredContent"]["data"], "done");
}

TEST(ConnectFlow, StateOfAnotherCallIsRefused) {
  Connecting daemon;
  Rig rig{on(daemon)};
  rig.say(modern("1", "tools/call", R"("name":"T_RUN","arguments":{"a":1})", kAsks));
  std::string const state = Json::parse(rig.wire->await(R"("id":1)"))["result"]["requestState"];

  rig.say(modern(
      "2", "tools/call",
      R"("name":"T_RUN","arguments":{"a":2},"inputResponses":{"connect":{"action":"accept"}},"requestState":")" +
          state + "\"",
      kAsks));

  EXPECT_EQ(Json::parse(rig.wire->await(R"("id":2)"))["error"]["code"], kInvalidParams);
  EXPECT_FALSE(daemon.connected);
}

TEST(ConnectFlow, WhoDeclinesIsToldTheSameAsWhoCannotBeAsked) {
  for (std::string const action : {"decline", "cancel"}) {
    Connecting daemon;
    Rig rig{on(daemon)};
    rig.say(modern("1", "tools/call", R"("name":"T_RUN")", kAsks));
    std::string const state = Json::parse(rig.wire->await(R"("id":1)"))["result"]["requestState"];

    rig.say(modern("2", "tools/call",
                   R"("name":"T_RUN","inputResponses":{"connect":{"action":")" + action +
                       R"("}},"requestState":")" + state + "\"",
                   kAsks));

    auto const result = Json::parse(rig.wire->await(R"("id":2)"))["result"];
    EXPECT_EQ(result["isError"], true);
    EXPECT_EQ(result["structuredContent"]["error"]["code"], "connection_required");
    EXPECT_EQ(result["structuredContent"]["error"]["connect_url"], kLink);
  }
}

TEST(ConnectFlow, ALegacyClientIsAskedByARequestOfOurs) {
  Connecting daemon;
  Rig rig{on(daemon)};
  rig.begin("2025-11-25", kAsks);

  rig.say(legacy("1", "tools/call", R"({"name":"T_RUN"})"));
  auto const asked = Json::parse(rig.wire->await("elicitation/create"));
  EXPECT_EQ(asked["params"]["mode"], "url");
  EXPECT_EQ(asked["params"]["url"], kLink);
  EXPECT_EQ(asked["params"]["elicitationId"], "c1");
  rig.say(R"({"jsonrpc":"2.0","id":)" + asked["id"].dump() + R"(,"result":{"action":"accept"}})");

  EXPECT_EQ(Json::parse(rig.wire->await(R"("id":1)"))["result"]["structuredContent"]["data"], "done");
  EXPECT_NE(rig.wire->await("notifications/elicitation/complete"), "");
}

TEST(ConnectFlow, WhoCannotConnectIsToldWhoCan) {
  auto const refuses = [](ServiceRequest const& request, std::stop_token const&) -> Result<ServiceReply> {
    if (request.target == "/api/tools/executions")
      return fail(ErrorCode::not_connected, "t is not connected", {"agenta-tools", "connect", "t"});
    return fail(ErrorCode::forbidden, "not here");
  };

  auto const error = told_inside(refuses)["structuredContent"]["error"];

  EXPECT_EQ(error["code"], "connection_required");
  EXPECT_TRUE(error["command"].is_null()) << error;
  EXPECT_TRUE(error["next_step"].empty()) << error;
  EXPECT_NE(error["message"].get<std::string>().find("; ask the owner: agenta-tools connect t."),
            std::string::npos)
      << error;
}

}  // namespace
}  // namespace agenta::mcp::test
