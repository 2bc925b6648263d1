#include <gtest/gtest.h>

#include <random>

#include "shared/protocol/json_slice.hpp"
#include "tests/unit/cli/mcp/fake_daemon.hpp"

namespace agenta::mcp::test {
namespace {

using namespace std::literals;

constexpr int kLines = 20'000;

std::vector<std::string> const& seeds() {
  static std::vector<std::string> const kSeeds{
      modern("1", "server/discover"),
      modern("2", "tools/list", R"("cursor":"")"),
      modern(
          "\"3\"", "tools/call",
          R"("name":"T_RUN","arguments":{"a":"x"},"requestState":"MTp4.ff","inputResponses":{"connect":{"action":"accept"}})",
          R"({"elicitation":{"form":{},"url":{}}})", R"(,"progressToken":0)"),
      modern("4", "subscriptions/listen", R"("notifications":{"toolsListChanged":true})"),
      legacy("5", "initialize", R"({"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}}})"),
      legacy("6", "tools/call", R"({"name":"T_READ","arguments":{},"_meta":{"progressToken":"p"}})"),
      legacy("7", "logging/setLevel", R"({"level":"debug"})"),
      legacy("8", "ping", "{}"),
      R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
      R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":6}})",
      R"({"jsonrpc":"2.0","id":"agenta-1","result":{"action":"accept","content":{"decision":"once"}}})",
      R"([{"jsonrpc":"2.0","id":9,"method":"ping"}])",
      std::string(400, '[') + std::string(400, ']'),
  };
  return kSeeds;
}

std::string mutate(std::string line, std::mt19937& random) {
  constexpr std::string_view kBytes = "{}[]\",:0-9eE.\\u\x00\xff\xc3tfn \t";
  auto const below = [&](std::size_t n) { return random() % std::max<std::size_t>(n, 1); };
  for (std::size_t edits = below(4); edits > 0 && !line.empty(); --edits) {
    std::size_t const at = below(line.size());
    switch (below(6)) {
      case 0: line[at] = kBytes[below(kBytes.size())]; break;
      case 1: line.insert(at, 1, kBytes[below(kBytes.size())]); break;
      case 2: line.erase(at, 1 + below(8)); break;
      case 3: line.insert(at, line.substr(below(line.size()), below(24))); break;
      case 4: line.resize(at); break;
      default: {
        std::string const& other = seeds()[below(seeds().size())];
        line = line.substr(0, at) + other.substr(below(other.size()));
      }
    }
  }
  return line;
}

// One seed: the same lines each time. Whatever comes, what goes out is JSON-RPC, and the server goes on.
TEST(Fuzz, WhateverComesIsAnsweredInTheProtocol) {
  Rig rig{[](ServiceRequest const& request, std::stop_token const&) -> Result<ServiceReply> {
    if (request.target.find("/sessions/") != std::string::npos)
      return reply_of(session_page({{.tool = make_tool("T_RUN", "t"), .verdict = Verdict::ask}}));
    if (request.target == "/api/tools/executions") return reply_of(execution_document("1"));
    return fail(ErrorCode::not_connected, "t is not connected", {"agenta-tools", "connect", "t"});
  }};
  std::mt19937 random{20'260'728};

  for (int i = 0; i < kLines; ++i) {
    std::string const line = mutate(seeds()[random() % seeds().size()], random);
    rig.say(line);
    if (i % 100 == 0) rig.peer->cancel_all();
  }
  rig.peer->cancel_all();
  rig.say(modern("\"last\"", "server/discover"));

  EXPECT_NE(rig.wire->await(R"("id":"last")"), "");
  for (std::string const& each : rig.wire->all()) {
    ASSERT_TRUE(protocol::is_json(each)) << each;
    ASSERT_EQ(protocol::find_member(each, "jsonrpc"), R"("2.0")") << each;
    ASSERT_EQ(each.find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace agenta::mcp::test
