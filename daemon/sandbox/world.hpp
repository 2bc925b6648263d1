#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "daemon/sandbox/accounts.hpp"
#include "daemon/sandbox/argument_check.hpp"
#include "daemon/sandbox/catalog.hpp"
#include "daemon/sandbox/cli_session.hpp"
#include "daemon/sandbox/faults.hpp"
#include "daemon/sandbox/rate_limit.hpp"
#include "daemon/sandbox/sandbox.hpp"
#include "daemon/sandbox/storage.hpp"
#include "daemon/sandbox/tool_session.hpp"
#include "shared/base/clock.hpp"

namespace agenta::daemon::sandbox {

/// How often something was asked for, and how often it then happened.
struct Count {
  std::uint64_t requests = 0;
  std::uint64_t effects = 0;
};

/// One request of the API, as it came.
struct SeenRequest {
  std::string method{};
  std::string target{};
};

/// Bytes that a service answered through the proxy, until enough others came after them.
struct KeptAnswer {
  std::string id{};
  std::string bytes{};
  std::string content_type{};
};

/// Settles new links by itself, for demonstrations without a browser.
struct AutoApproval {
  enum class Mode : std::uint8_t { off, approve, deny } mode = Mode::off;
  std::chrono::milliseconds delay{0};
};

/// What is not yet in the state file.
struct Unsaved {
  bool accounts = false;  ///< written before the request is answered
  bool tools = false;     ///< written with the next write, at most once a second
};

/// Everything that a request can see or change. Guarded by the sandbox's lock.
struct World {
  World(Options options, Clock const& clock, Catalog catalog);
  ~World();
  World(World const&) = delete;
  World& operator=(World const&) = delete;

  Options options;
  Clock const& clock;
  Catalog catalog;
  std::unique_ptr<Catalog const> original{};  ///< the catalogue before its first change while serving
  std::string base_url = "http://127.0.0.1";
  std::chrono::milliseconds advanced{0};  ///< how far its clock is ahead of the real one
  AccountBook book{};
  std::unique_ptr<nlohmann::json> tool_state;  ///< an object: one member for each toolkit
  ArgumentCheck arguments{};
  FaultPlan faults{};
  RateLimit rate_limit{};
  Storage storage{};
  AutoApproval auto_approval{};
  std::uint64_t requests = 0;
  std::map<std::string, Count, std::less<>> route_counts{};
  std::map<std::string, Count, std::less<>> tool_counts{};
  std::deque<SeenRequest> recent{};         ///< the last of them, oldest first
  std::deque<std::string> revoked{};        ///< ids of accounts whose grants were taken back, oldest first
  std::deque<ToolSession> tool_sessions{};  ///< oldest first; they end with the process
  std::deque<CliSession> cli_sessions{};    ///< the same
  std::deque<KeptAnswer> answers{};         ///< the same
  Unsaved unsaved{};

  /// The sandbox's own time.
  WallTime now() const { return clock.wall() + advanced; }
  /// As it was before the first request. Where it is reachable stays.
  void reset();
  /// Takes every change of the catalogue back.
  void restore_catalog();
  /// As if nothing had been asked so far.
  void forget_requests();
};

}  // namespace agenta::daemon::sandbox
