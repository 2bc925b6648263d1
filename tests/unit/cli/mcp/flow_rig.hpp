#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "shared/base/shell_words.hpp"
#include "tests/unit/cli/mcp/fake_daemon.hpp"

// What the tests of missing connections, approvals and lost replies share.
namespace agenta::mcp::test {

using Json = nlohmann::json;

inline constexpr std::string_view kAsks = R"({"elicitation":{"form":{},"url":{}}})";

inline FakeDaemon::Handler on(auto& behaviour) {
  return [&behaviour](ServiceRequest const& request, std::stop_token const& stop) {
    return behaviour(request, stop);
  };
}

/// As over a session's socket: what is somebody else's to do is told in words.
inline SessionUse use_inside() {
  SessionUse use;
  use.complete = [](Error error) {
    error.message += "; ask the owner: " + shell_words(error.next_step);
    error.next_step.clear();
    return error;
  };
  return use;
}

inline Json told_inside(FakeDaemon::Handler handler) {
  FakeDaemon daemon{std::move(handler)};
  SessionTools tools{use_inside()};
  Server server{{.make_service = daemon.maker()}, tools};
  auto const peer = std::make_shared<Peer>();
  auto const wire = std::make_shared<Wire>();
  server.subscribe(peer, wire);
  server.take(peer, modern("1", "tools/call", R"("name":"T_RUN")"), wire);
  auto result = Json::parse(wire->await(R"("id":1)"))["result"];
  server.end();
  peer->cancel_all();
  return result;
}

}  // namespace agenta::mcp::test
