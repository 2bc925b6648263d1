#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "shared/client/daemon_client.hpp"
#include "shared/config/paths.hpp"
#include "shared/domain/error.hpp"

namespace agenta::client {

enum class Autostart : bool { no, yes };

struct LaunchOptions {
  config::Paths paths{};
  config::Sandboxed sandboxed = config::Sandboxed::no;
  Autostart autostart = Autostart::yes;
  /// Where to look for `agenta-toolsd`: beside this program, then PATH, then AGENTA_TOOLSD.
  std::filesystem::path own_program{};
  std::chrono::milliseconds deadline{10'000};
};

/// Makes sure that a daemon serves, and that `client` is connected to it (architecture §7): connect, else
/// under the start lock connect again, remove a socket proven stale by ECONNREFUSED, spawn, and wait for the
/// daemon's own `ready` or its typed reason. Without autostart: `DAEMON_UNAVAILABLE`, and nothing is spawned.
/// `CANCELLED` soon after `stop` is requested; a daemon spawned by then goes on starting.
Result<void> ensure_daemon(DaemonClient& client, LaunchOptions const& options, std::stop_token stop = {});

/// Drains and stops a running daemon that is older than this program, then starts this program's; once.
/// `VERSION_SKEW`, naming both programs, where the daemon started is still not this version.
Result<void> replace_older_daemon(DaemonClient& client, LaunchOptions const& options,
                                  std::stop_token stop = {});

/// A client that starts the daemon when the first call needs it, replaces an older daemon once when it says
/// so, and then repeats the call: nothing of it had run.
class LaunchingClient final : public ToolService {
 public:
  LaunchingClient(ClientIdentity identity, LaunchOptions options);
  Result<ServiceReply> call(ServiceRequest const& request, std::stop_token stop) override;
  Result<ServiceReply> call_streaming(ServiceRequest const& request, BodySink const& sink,
                                      std::stop_token stop) override;
  DaemonClient& daemon() { return client_; }

 private:
  Result<ServiceReply> launch(std::stop_token const& stop, std::function<Result<ServiceReply>()> const& ask);

  LaunchOptions options_;
  DaemonClient client_;
  bool replaced_ = false;
};

/// What the lock file beside the socket records of the daemon that holds it: a JSON object with these members
/// (`{"pid":1,"start_time":2,"version":"0.1.0","socket":"…","program":"…"}`; more are ignored).
struct LockRecord {
  int pid = 0;
  unsigned long long start_time = 0;  ///< field 22 of /proc/PID/stat: tells a reused pid
  std::string version{};
  std::string socket{};
  std::string program{};
};
/// Reads it; nothing where there is none or it is not whole.
std::optional<LockRecord> read_lock_record(std::filesystem::path const& lock_file);
/// Whether the recorded process still is that process.
bool is_alive(LockRecord const& record);
/// The start time of a process, or nothing where there is none.
std::optional<unsigned long long> process_start_time(int pid);

}  // namespace agenta::client
