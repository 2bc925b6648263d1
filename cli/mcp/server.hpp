#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "cli/mcp/change_watch.hpp"
#include "cli/mcp/peer.hpp"
#include "cli/mcp/progress_ticker.hpp"
#include "cli/mcp/request_state.hpp"
#include "cli/mcp/subscriptions.hpp"
#include "cli/mcp/toolbox.hpp"
#include "cli/mcp/worker_pool.hpp"

namespace agenta::mcp {

/// What a server has beside tools: nothing, but for the fixtures of the conformance suite.
class Extras {
 public:
  virtual ~Extras() = default;
  /// More members of the capabilities, as JSON members; may be empty.
  virtual std::string capabilities() const = 0;
  /// The end of a request that is none of tools; none: there is no such method.
  virtual std::optional<CallEnd> answer(std::string_view method, std::string_view params, Turn& turn) = 0;
};

struct ServerOptions {
  MakeService make_service{};
  /// Whose changes are followed: empty for the one whose own socket is spoken to; none: the list of tools
  /// never changes.
  std::optional<std::string> session{};
  std::string instructions{};  ///< for the model, in the words of a person
  Extras* extras = nullptr;
};

/// The Model Context Protocol, both eras, over whatever transport hands in messages. Any thread.
class Server {
 public:
  /// `tools` outlives it.
  Server(ServerOptions options, Toolbox& tools);
  ~Server();
  Server(Server const&) = delete;
  Server& operator=(Server const&) = delete;

  /// One message of a client, as text, and where what belongs to it goes. Never waits for a tool.
  void take(std::shared_ptr<Peer> const& peer, std::string_view text,
            std::shared_ptr<Channel> const& channel);
  void take(std::shared_ptr<Peer> const& peer, Message message, std::shared_ptr<Channel> const& channel);
  /// A legacy client that can be told of changes at any time.
  void subscribe(std::weak_ptr<Peer> peer, std::shared_ptr<Channel> channel);
  /// The list of tools is another.
  void tools_changed() { subscriptions_.tools_changed(); }
  /// Takes no more work: answers the subscriptions, and for at most `patience` what is no call of a tool.
  void end(std::chrono::milliseconds patience = std::chrono::milliseconds{0});

 private:
  struct Job;
  void take_notification(Peer& peer, Message const& message);
  void take_request(std::shared_ptr<Peer> const& peer, Message message,
                    std::shared_ptr<Channel> const& channel);
  void take_modern(Job job);
  void take_legacy(Job job);
  void initialize(Job const& job);
  void list(Job job);
  void call(Job job);
  void extra(Job job);
  void run_call(Job const& job, ToolService& service, std::string const& tool, std::string const& arguments);
  void answer(Job const& job, CallEnd const& end) const;
  void follow_changes();
  std::string capabilities(Speech const& speech) const;

  ServerOptions options_;
  Toolbox& tools_;
  StateSeal seal_;
  Subscriptions subscriptions_{};
  ProgressTicker ticker_;
  WorkerPool calls_;
  WorkerPool questions_;
  std::mutex mutex_{};
  std::unique_ptr<ChangeWatch> changes_{};
};

}  // namespace agenta::mcp
