#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/api/router.hpp"
#include "daemon/sandbox/sandbox.hpp"
#include "shared/domain/catalog.hpp"

namespace agenta::daemon {

/// What `daemon status` tells. Loop thread only.
struct DaemonStatus {
  int pid = 0;
  WallTime started_at{};
  std::string socket{};
  std::string home{};
  std::string database{};
  std::string log_file{};
  std::string base_url{};
  std::optional<std::string> sandbox_url{};
  std::size_t connections_open = 0;
  std::size_t executions_running = 0;
  std::size_t logins_pending = 0;
  std::uint16_t callback_port = 0;
  std::chrono::milliseconds idle_exit{0};
  CatalogStatus catalog{};                      ///< of the account that was last at work
  std::optional<std::string> custom_error{};    ///< why the file of the person's own tools is not in force
  std::optional<std::string> settings_error{};  ///< of the last reload: the settings before it are in force
};

/// The daemon's own controls, as functions of the daemon that has them.
struct Controls {
  std::function<DaemonStatus()> status{};
  std::function<void(std::optional<std::chrono::milliseconds> drain)> shut_down{};
  std::function<Result<void>()> reload{};
  std::function<void()> sandbox_changed{};  ///< told when somebody has changed how the sandbox behaves
  sandbox::Sandbox* sandbox = nullptr;      ///< where the daemon is the sandbox's
};

/// Status, shutdown, reload, the sandbox's controls, and the API's own description.
std::vector<api::Route> control_routes(Controls controls);

}  // namespace agenta::daemon
