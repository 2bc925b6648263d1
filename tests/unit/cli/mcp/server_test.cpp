#include "cli/mcp/server.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "shared/schema/tool_format.hpp"
#include "tests/support/gate.hpp"
#include "tests/unit/cli/mcp/fake_daemon.hpp"

namespace agenta::mcp::test {
namespace {

using Json = nlohmann::json;
using agenta::test::Gate;

Result<ServiceReply> usual(ServiceRequest const& request, std::stop_token const&) {
  if (request.target.find("/sessions/") != std::string::npos) {
    return reply_of(session_page({{.tool = make_tool("T_RUN", "t"), .verdict = Verdict::ask},
                                  {.tool = make_tool("T_READ", "t", true), .verdict = Verdict::allow},
                                  {.tool = make_tool("T_NEVER", "t"), .verdict = Verdict::deny}}));
  }
  if (request.method == "POST" && request.target == "/api/tools/executions")
    return reply_of(execution_document(R"({"n":1.50})"));
  return fail(ErrorCode::internal, "not scripted: " + request.target);
}

TEST(Server, DiscoversInTheModernEra) {
  Rig rig{usual};

  rig.say(modern("1", "server/discover"));

  auto const result = Json::parse(rig.wire->await(R"("id":1)"))["result"];
  EXPECT_EQ(result["supportedVersions"], Json::parse(R"(["2026-07-28"])"));
  EXPECT_EQ(result["resultType"], "complete");
  EXPECT_EQ(result["cacheScope"], "private");
  EXPECT_EQ(result["ttlMs"], 0);
  EXPECT_EQ(result["capabilities"]["tools"]["listChanged"], true);
  EXPECT_EQ(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "agenta-tools");
}

TEST(Server, AgreesOnALegacyRevision) {
  for (auto const& [asked, got] :
       std::vector<std::pair<std::string, std::string>>{{"2024-11-05", "2024-11-05"},
                                                        {"2025-06-18", "2025-06-18"},
                                                        {"2026-07-28", "2025-11-25"},
                                                        {"1999", "2025-11-25"}}) {
    Rig rig{usual};

    rig.begin(asked);

    EXPECT_EQ(Json::parse(rig.wire->await(R"("id":"init")"))["result"]["protocolVersion"], got);
  }
}

TEST(Server, ServesBothErasAtOnce) {
  Rig rig{usual};
  rig.begin("2025-11-25");

  rig.say(modern("1", "tools/list"));
  rig.say(legacy("2", "tools/list", "{}"));

  EXPECT_TRUE(Json::parse(rig.wire->await(R"("id":1)"))["result"].contains("resultType"));
  EXPECT_FALSE(Json::parse(rig.wire->await(R"("id":2)"))["result"].contains("resultType"));
}

TEST(Server, ListsWhatMayRunSortedWithAllFourHints) {
  Rig rig{usual};

  rig.say(modern("1", "tools/list"));

  auto const tools = Json::parse(rig.wire->await(R"("id":1)"))["result"]["tools"];
  ASSERT_EQ(tools.size(), 2U);
  EXPECT_EQ(tools[0]["name"], "T_READ");
  EXPECT_EQ(
      tools[0]["annotations"],
      Json::parse(R"({"title":"A tool","readOnlyHint":true,"destructiveHint":false,"idempotentHint":false,
                            "openWorldHint":true})"));
  EXPECT_EQ(tools[1]["name"], "T_RUN");
  EXPECT_EQ(tools[1]["annotations"]["readOnlyHint"], false);
  EXPECT_EQ(tools[1]["annotations"]["destructiveHint"], true);
  EXPECT_EQ(tools[1]["outputSchema"]["required"].size(), 4U);
}

TEST(Server, LeavesOutWhatAnOldRevisionDoesNotKnow) {
  Rig rig{usual};
  rig.begin("2025-03-26");

  rig.say(legacy("1", "tools/list", "{}"));
  rig.say(legacy("2", "tools/call", R"({"name":"T_RUN"})"));

  auto const tool = Json::parse(rig.wire->await(R"("id":1)"))["result"]["tools"][0];
  EXPECT_FALSE(tool.contains("outputSchema"));
  EXPECT_FALSE(tool.contains("title"));
  EXPECT_FALSE(Json::parse(rig.wire->await(R"("id":2)"))["result"].contains("structuredContent"));
}

TEST(Server, AResultIsCompleteAsTextAndAsStructure) {
  Rig rig{usual};
  rig.begin("2025-06-18");

  rig.say(legacy("1", "tools/call", R"({"name":"T_RUN","arguments":{"a":"x"}})"));

  std::string const line = rig.wire->await(R"("id":1)");
  auto const result = Json::parse(line)["result"];
  EXPECT_EQ(Json::parse(result["content"][0]["text"].get<std::string>()), result["structuredContent"]);
  EXPECT_EQ(result["structuredContent"]["successful"], true);
  EXPECT_EQ(result["structuredContent"]["execution_id"], "e1");
  EXPECT_NE(line.find("1.50"), std::string::npos);  // numbers keep their spelling
  EXPECT_FALSE(result.contains("isError"));
}

TEST(Server, CallsInItsSessionAndComesBackToAsk) {
  Rig rig{usual};

  rig.say(modern("1", "tools/call", R"("name":"T_RUN","arguments":{"a":"x"})", "{}",
                 R"(,"traceparent":"00-0123456789abcdef0123456789abcdef-0123456789abcdef-01")"));
  rig.wire->await(R"("id":1)");

  auto const body = Json::parse(rig.daemon.seen().back().body);
  EXPECT_EQ(body["session"], "s");
  EXPECT_EQ(body["on_ask"], "come_back");
  EXPECT_EQ(body["tool"], "T_RUN");
  EXPECT_EQ(body["trace_id"], "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(body["arguments"], Json::parse(R"({"a":"x"})"));
}

TEST(Server, SaysWhatAModernRequestLacks) {
  Rig rig{usual};

  rig.say(R"({"jsonrpc":"2.0","id":1,"method":"server/discover"})");
  rig.say(
      R"({"jsonrpc":"2.0","id":2,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}})");
  rig.say(
      R"({"jsonrpc":"2.0","id":3,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2031-01-01","io.modelcontextprotocol/clientCapabilities":{}}}})");

  EXPECT_EQ(Json::parse(rig.wire->await(R"("id":1)"))["error"]["code"], kInvalidParams);
  EXPECT_EQ(Json::parse(rig.wire->await(R"("id":2)"))["error"]["code"], kInvalidParams);
  auto const error = Json::parse(rig.wire->await(R"("id":3)"))["error"];
  EXPECT_EQ(error["code"], kUnsupportedVersion);
  EXPECT_EQ(error["data"]["requested"], "2031-01-01");
  EXPECT_EQ(error["data"]["supported"][0], "2026-07-28");
}

TEST(Server, WhatTheModernEraDroppedIsNotFoundThere) {
  Rig rig{usual};

  rig.say(modern("1", "ping"));
  rig.say(modern("2", "initialize"));
  rig.say(modern("3", "logging/setLevel", R"("level":"debug")"));

  for (std::string const id : {"1", "2", "3"})
    EXPECT_EQ(Json::parse(rig.wire->await("\"id\":" + id))["error"]["code"], kMethodNotFound);
}

TEST(Server, PingsBeforeInitializeAndServesTheSilentLeniently) {
  Rig rig{usual};

  rig.say(R"({"jsonrpc":"2.0","id":1,"method":"ping"})");
  rig.say(R"({"jsonrpc":"2.0","id":2,"method":"tools/list"})");

  EXPECT_EQ(rig.wire->await(R"("id":1)"), R"({"jsonrpc":"2.0","id":1,"result":{}})");
  EXPECT_EQ(Json::parse(rig.wire->await(R"("id":2)"))["result"]["tools"].size(), 2U);
}

TEST(Server, AnUnknownToolIsAnErrorOfTheProtocol) {
  Rig rig{[](ServiceRequest const&, std::stop_token const&) -> Result<ServiceReply> {
    return fail(ErrorCode::policy_denied, "X is not in the session s",
                {"agenta-tools", "session", "add", "s", "X"});
  }};

  rig.say(modern("1", "tools/call", R"("name":"X")"));
  rig.say(modern("2", "tools/call", R"("arguments":{})"));
  rig.say(modern("3", "tools/call", R"("name":"X","arguments":[1])"));

  auto const error = Json::parse(rig.wire->await(R"("id":1)"))["error"];
  EXPECT_EQ(error["code"], kInvalidParams);
  EXPECT_EQ(error["message"], "Unknown tool: X");
  EXPECT_EQ(Json::parse(rig.wire->await(R"("id":2)"))["error"]["code"], kInvalidParams);
  EXPECT_EQ(Json::parse(rig.wire->await(R"("id":3)"))["error"]["code"], kInvalidParams);
}

TEST(Server, ARefusalIsToldToTheModelWithTheNextStep) {
  Rig rig{[](ServiceRequest const&, std::stop_token const&) -> Result<ServiceReply> {
    return fail(ErrorCode::invalid_arguments, "/owner is missing",
                {"agenta-tools", "tools", "show", "T_RUN"});
  }};

  rig.say(modern("1", "tools/call", R"("name":"T_RUN")"));

  auto const result = Json::parse(rig.wire->await(R"("id":1)"))["result"];
  EXPECT_EQ(result["isError"], true);
  std::string const text = result["content"][0]["text"];
  EXPECT_TRUE(text.starts_with("/owner is missing. Next step: agenta-tools tools show T_RUN\n{")) << text;
  auto const& error = result["structuredContent"]["error"];
  EXPECT_EQ(error["code"], "INVALID_ARGUMENTS");
  EXPECT_EQ(error["message"], "/owner is missing. Next step: agenta-tools tools show T_RUN");
  EXPECT_EQ(error["next_step"][3], "T_RUN");
}

TEST(Server, ACancelledCallIsNeverAnswered) {
  Gate gate;
  Rig rig{[&](ServiceRequest const& request, std::stop_token stop) -> Result<ServiceReply> {
    if (request.target.ends_with("/cancel")) return reply_of("{}");
    gate.pass();
    EXPECT_TRUE(stop.stop_requested());
    return fail(ErrorCode::cancelled, "interrupted");
  }};

  rig.say(modern("\"a\"", "tools/call", R"("name":"T_RUN")"));
  gate.await_arrivals(1);
  rig.say(
      R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a","reason":"no more"}})");
  rig.say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"nobody"}})");
  gate.open();
  rig.say(modern("\"b\"", "server/discover"));
  rig.wire->await(R"("id":"b")");
  rig.server.end(std::chrono::seconds{5});

  EXPECT_EQ(rig.wire->all().size(), 1U);
}

TEST(Server, ACancelledCallIsWithdrawnFromTheDaemon) {
  Gate gate;
  Gate withdrawn;
  withdrawn.open();
  Rig rig{[&](ServiceRequest const& request, std::stop_token) -> Result<ServiceReply> {
    if (request.target.ends_with("/cancel")) {
      withdrawn.pass();
      return reply_of("{}");
    }
    gate.pass();
    return fail(ErrorCode::cancelled, "interrupted");
  }};

  rig.say(modern("1", "tools/call", R"("name":"T_RUN")"));
  gate.await_arrivals(1);
  rig.say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
  gate.open();
  withdrawn.await_arrivals(1);

  auto const id = Json::parse(rig.daemon.seen().front().body)["id"].get<std::string>();
  EXPECT_EQ(rig.daemon.seen().back().target, "/api/tools/executions/" + id + "/cancel");
}

TEST(Server, AnIdInUseIsRefusedAndFreeAgainAfterwards) {
  Gate gate;
  Rig rig{[&](ServiceRequest const&, std::stop_token) -> Result<ServiceReply> {
    gate.pass();
    return reply_of(execution_document("1"));
  }};

  rig.say(modern("5", "tools/call", R"("name":"T_RUN")"));
  gate.await_arrivals(1);
  rig.say(modern("5", "tools/call", R"("name":"T_RUN")"));
  EXPECT_EQ(Json::parse(rig.wire->await("still being answered"))["error"]["code"], kInvalidRequest);
  gate.open();
  rig.wire->await(R"("result")");
  rig.say(modern("5", "server/discover"));

  EXPECT_NE(rig.wire->await("supportedVersions"), "");
}

TEST(Server, AThousandCallsInFlightAreAllAnswered) {
  Gate gate;
  Rig rig{[&](ServiceRequest const&, std::stop_token) -> Result<ServiceReply> {
    gate.pass();
    return reply_of(execution_document("1"));
  }};

  for (int i = 0; i < 1000; ++i) rig.say(modern(std::to_string(i), "tools/call", R"("name":"T_RUN")"));
  gate.await_arrivals(64);
  rig.say(legacy("\"p\"", "ping", "{}"));
  EXPECT_NE(rig.wire->await(R"("id":"p")"), "");
  gate.open();

  for (int i = 0; i < 1000; ++i) EXPECT_NE(rig.wire->await("\"id\":" + std::to_string(i) + ","), "");
  EXPECT_EQ(rig.wire->all().size(), 1001U);
}

TEST(Server, AListenerIsToldOfChangesUntilItIsEnded) {
  Rig rig{usual};
  rig.say(modern("9", "subscriptions/listen",
                 R"("notifications":{"toolsListChanged":true,"promptsListChanged":true})"));
  auto const first = Json::parse(rig.wire->await("acknowledged"));
  EXPECT_EQ(first["params"]["notifications"], Json::parse(R"({"toolsListChanged":true})"));
  EXPECT_EQ(first["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], 9);

  rig.server.tools_changed();
  auto const told = Json::parse(rig.wire->await("tools/list_changed"));
  EXPECT_EQ(told["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], 9);
  rig.server.end();

  auto const last = Json::parse(rig.wire->all().back());
  EXPECT_EQ(last["id"], 9);
  EXPECT_EQ(last["result"]["resultType"], "complete");
}

TEST(Server, ALegacyClientIsToldOfChangesOnceItIsReady) {
  Rig rig{usual};
  rig.server.tools_changed();
  rig.begin("2025-06-18");
  rig.server.tools_changed();

  EXPECT_EQ(rig.wire->all().back(), R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})");
  EXPECT_EQ(rig.wire->all().size(), 2U);
}

TEST(Server, ACursorIsItsOwnOrRefused) {
  Rig rig{usual};

  rig.say(modern("1", "tools/list", R"("cursor":"")"));
  rig.say(modern("2", "tools/list", R"("cursor":"garbage")"));
  rig.say(modern("3", "tools/list", R"("cursor":5)"));

  EXPECT_TRUE(Json::parse(rig.wire->await(R"("id":1)")).contains("result"));
  EXPECT_EQ(Json::parse(rig.wire->await(R"("id":2)"))["error"]["code"], kInvalidParams);
  EXPECT_EQ(Json::parse(rig.wire->await(R"("id":3)"))["error"]["code"], kInvalidParams);
}

TEST(Server, ALongNameIsShortenedAndBothNamesAreTaken) {
  std::string const slug = "GOOGLESHEETS_SPREADSHEETS_VALUES_BATCH_CLEAR_BY_DATA_FILTER";
  Rig rig{[&](ServiceRequest const& request, std::stop_token) -> Result<ServiceReply> {
    if (request.method == "POST") return reply_of(execution_document("1"));
    return reply_of(session_page({{.tool = make_tool(slug, "googlesheets"), .verdict = Verdict::allow}}));
  }};
  std::string const name = schema::offered_name({slug}, kLongestName);
  ASSERT_EQ(name.size(), 47U);

  rig.say(modern("1", "tools/call", R"("name":")" + name + "\""));  // before any list
  rig.say(modern("2", "tools/call", R"("name":")" + slug + "\""));
  rig.say(modern("3", "tools/list"));
  rig.wire->await(R"("id":1)");
  rig.wire->await(R"("id":2)");

  EXPECT_EQ(Json::parse(rig.wire->await(R"("id":3)"))["result"]["tools"][0]["name"], name);
  for (auto const& each : rig.daemon.seen()) {
    if (each.method == "POST") {
      EXPECT_EQ(Json::parse(each.body)["tool"], slug);
    }
  }
}

}  // namespace
}  // namespace agenta::mcp::test
