#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/mcp/peer.hpp"
#include "cli/mcp/turn.hpp"
#include "cli/mcp/worker_pool.hpp"

namespace agenta::mcp {

/// Tells clients that asked for it that their calls are still being worked on, and what they wait for: a
/// notification a second for each, growing, until the call is over. Its thread is made when it is first
/// needed.
class ProgressTicker {
 public:
  explicit ProgressTicker(MakeService make_service);
  ~ProgressTicker();
  ProgressTicker(ProgressTicker const&) = delete;
  ProgressTicker& operator=(ProgressTicker const&) = delete;

  /// Watches a call as long as what comes back is held.
  std::shared_ptr<CallWatch> watch(std::shared_ptr<Request> request, Speech const& speech, std::string tool);
  void close();

 private:
  class Watched;
  void run();
  void tick(ToolService& service, std::vector<std::shared_ptr<Watched>> const& all) const;

  MakeService make_service_;
  std::stop_source stop_{};
  std::mutex mutex_{};
  std::condition_variable_any changed_{};
  std::vector<std::weak_ptr<Watched>> watched_{};
  std::thread thread_{};
};

}  // namespace agenta::mcp
