#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cli/mcp/peer.hpp"

namespace agenta::mcp {

/// Who wants to know that the list of tools has changed: modern clients by a `subscriptions/listen` that
/// stays open, legacy ones by their connection. Any thread.
class Subscriptions {
 public:
  /// Takes a `subscriptions/listen` request, says what of it is served, and keeps it open.
  void listen(std::shared_ptr<Request> request, Speech const& speech, std::string_view params);
  /// A legacy client that can be told at any time, over `channel`.
  void add(std::weak_ptr<Peer> peer, std::shared_ptr<Channel> channel);
  /// Tells all of them.
  void tools_changed();
  /// Ends the open requests with their answers.
  void end();

 private:
  struct Listener {
    std::shared_ptr<Request> request{};
    Speech speech{};
    bool wants_tools = false;
  };
  struct Legacy {
    std::weak_ptr<Peer> peer{};
    std::shared_ptr<Channel> channel{};
  };

  std::mutex mutex_{};
  std::vector<Listener> listeners_{};
  std::vector<Legacy> legacy_{};
};

}  // namespace agenta::mcp
