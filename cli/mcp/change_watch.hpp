#pragma once

#include <functional>
#include <string>
#include <thread>

#include "cli/mcp/worker_pool.hpp"

namespace agenta::mcp {

/// Follows the changes of a session on a thread of its own, and says when its tools are others.
class ChangeWatch {
 public:
  ChangeWatch(MakeService make_service, std::string session, std::function<void()> on_change);
  ~ChangeWatch();
  ChangeWatch(ChangeWatch const&) = delete;
  ChangeWatch& operator=(ChangeWatch const&) = delete;

 private:
  void run(std::stop_token const& stop);

  MakeService make_service_;
  std::string session_;
  std::function<void()> on_change_;
  std::jthread thread_{};
};

}  // namespace agenta::mcp
