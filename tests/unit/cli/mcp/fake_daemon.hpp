#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cli/mcp/server.hpp"
#include "cli/mcp/session_tools.hpp"
#include "shared/protocol/codec_session.hpp"

namespace agenta::mcp::test {

/// The daemon's side of the port: answers by a function, and remembers what was asked.
class FakeDaemon {
 public:
  using Handler = std::function<Result<ServiceReply>(ServiceRequest const&, std::stop_token)>;

  explicit FakeDaemon(Handler handler) : handler_(std::move(handler)) {}

  MakeService maker() {
    return [this] { return std::make_unique<Port>(*this); };
  }
  std::vector<ServiceRequest> seen() const {
    std::lock_guard const guard{mutex_};
    return seen_;
  }
  std::size_t count(std::string_view part) const {
    std::size_t found = 0;
    for (auto const& each : seen()) found += each.target.find(part) != std::string::npos ? 1 : 0;
    return found;
  }

 private:
  class Port final : public ToolService {
   public:
    explicit Port(FakeDaemon& daemon) : daemon_(daemon) {}
    Result<ServiceReply> call(ServiceRequest const& request, std::stop_token stop) override {
      {
        std::lock_guard const guard{daemon_.mutex_};
        daemon_.seen_.push_back(request);
      }
      return daemon_.handler_(request, std::move(stop));
    }

   private:
    FakeDaemon& daemon_;
  };

  Handler handler_;
  mutable std::mutex mutex_{};
  std::vector<ServiceRequest> seen_{};
};

inline ServiceReply reply_of(std::string body) {
  ServiceReply reply;
  reply.body = std::move(body);
  return reply;
}

/// The other end of a channel: what the server said, in its order.
class Wire final : public Channel {
 public:
  void send(std::string message) override { add(std::move(message)); }
  void finish(std::string message, int) override { add(std::move(message)); }
  void drop() override {}

  std::vector<std::string> all() const {
    std::lock_guard const guard{mutex_};
    return messages_;
  }
  /// The first message that holds `part`, once it is there; empty where it does not come.
  std::string await(std::string_view part) {
    std::unique_lock lock{mutex_};
    std::string found;
    changed_.wait_for(lock, std::chrono::seconds{20}, [&] {
      for (auto const& each : messages_) {
        if (each.find(part) == std::string::npos) continue;
        found = each;
        return true;
      }
      return false;
    });
    return found;
  }

 private:
  void add(std::string message) {
    std::lock_guard const guard{mutex_};
    messages_.push_back(std::move(message));
    changed_.notify_all();
  }

  mutable std::mutex mutex_{};
  std::condition_variable changed_{};
  std::vector<std::string> messages_{};
};

inline Tool make_tool(std::string slug, std::string integration, bool read_only = false) {
  Tool tool;
  tool.slug.text = std::move(slug);
  tool.name = "A tool";
  tool.description = "Does something.";
  tool.integration.text = std::move(integration);
  if (read_only) tool.tags = {"readOnlyHint"};
  tool.input_schema.text = R"({"type":"object","properties":{"a":{"type":"string"}}})";
  return tool;
}

inline std::string session_page(std::vector<protocol::SessionTool> tools,
                                std::vector<protocol::MissingTools> missing = {}) {
  protocol::SessionTools out;
  out.page.items = std::move(tools);
  out.page.total = static_cast<std::int64_t>(out.page.items.size());
  out.unavailable = std::move(missing);
  return protocol::encode_session_tools(out);
}

inline std::string execution_document(std::string_view data) {
  return R"({"id":"e1","execution_id":"e1","tool":"T_RUN","state":"succeeded","successful":true,"data":)" +
         std::string{data} + R"(,"error":null,"connection":{"id":"c1","slug":"work"}})";
}

inline SessionUse use_of(std::string name) {
  SessionUse use;
  use.name = std::move(name);
  return use;
}

/// A server on a fake daemon, with one client.
struct Rig {
  explicit Rig(FakeDaemon::Handler handler, SessionUse use = use_of("s"))
      : daemon(std::move(handler)), tools(std::move(use)), server({.make_service = daemon.maker()}, tools) {
    server.subscribe(peer, wire);
  }
  ~Rig() {
    server.end();
    peer->cancel_all();
  }

  void say(std::string_view text) { server.take(peer, text, wire); }
  /// Legacy `initialize`, through to `initialized`.
  void begin(std::string_view revision, std::string_view capabilities = "{}") {
    say(R"({"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":")" +
        std::string{revision} + R"(","capabilities":)" + std::string{capabilities} +
        R"(,"clientInfo":{"name":"t","version":"1"}}})");
    wire->await(R"("id":"init")");
    say(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  }

  FakeDaemon daemon;
  SessionTools tools;
  std::shared_ptr<Peer> peer = std::make_shared<Peer>();
  std::shared_ptr<Wire> wire = std::make_shared<Wire>();
  Server server;
};

inline std::string modern(std::string_view id, std::string_view method, std::string_view members = "",
                          std::string_view capabilities = "{}", std::string_view meta = "") {
  return R"({"jsonrpc":"2.0","id":)" + std::string{id} + R"(,"method":")" + std::string{method} +
         R"(","params":{)" + std::string{members} + (members.empty() ? "" : ",") +
         R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)" +
         R"("io.modelcontextprotocol/clientCapabilities":)" + std::string{capabilities} + std::string{meta} +
         "}}}";
}

inline std::string legacy(std::string_view id, std::string_view method, std::string_view params) {
  return R"({"jsonrpc":"2.0","id":)" + std::string{id} + R"(,"method":")" + std::string{method} +
         R"(","params":)" + std::string{params} + "}";
}

}  // namespace agenta::mcp::test
