#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shared/base/secret.hpp"
#include "shared/domain/tool_service.hpp"

namespace agenta::client {

/// What every request of one client carries (contract §6 and `protocol/api.hpp`).
struct ClientIdentity {
  std::string project = "default";
  std::optional<Secret> api_key{};  ///< of the caller's environment
  std::string base_url{};           ///< the endpoint the caller's settings name; empty: the daemon's own
  std::string session_bus{};        ///< the address of the caller's session bus; empty: there is none
};

/// A failure to reach the daemon, before any byte of a request left: what the launcher decides on.
enum class Reach {
  refused,       ///< ECONNREFUSED: nobody listens; only under the start lock does it prove the socket stale
  absent,        ///< ENOENT: no socket, or no home
  blocked,       ///< EPERM, EACCES
  unresponsive,  ///< EAGAIN, or no answer in time
  foreign,       ///< the listener belongs to another user, or its directory does
  other,
};
struct ReachError {
  Reach reach = Reach::other;
  Error error{};
};

/// Why what listens at a socket is believed to be the daemon: it is in the user's own home, and theirs; or
/// the user named the socket, which may come from another's home, and nothing secret is sent there.
enum class SocketTrust : bool { own, named };

/// The port over the daemon's Unix socket: one HTTP/1.1 keep-alive connection, made at the first call.
/// Verifies the directory (owner, mode) and the listener's uid before it sends, unless the socket is named.
/// One thread at a time.
class DaemonClient final : public ToolService {
 public:
  DaemonClient(std::filesystem::path socket, ClientIdentity identity, SocketTrust trust = SocketTrust::own);
  ~DaemonClient() override;

  /// Connects now. What a failure means is the caller's to decide; nothing was sent.
  expected<void, ReachError> connect(std::chrono::milliseconds timeout, std::stop_token stop = {});

  /// Closes the connection; the next call makes a new one.
  void disconnect();

  /// Connects where not yet connected. `DAEMON_UNAVAILABLE` where nobody answers; `OUTCOME_UNKNOWN` never
  /// comes from here: a lost reply is `DAEMON_UNAVAILABLE` with `lost_reply()` true, and the caller asks the
  /// journal. A 426 of the daemon is `VERSION_SKEW` with the daemon's version in the context.
  Result<ServiceReply> call(ServiceRequest const& request, std::stop_token stop) override;

  /// The deadline holds until the body begins; from then on only a silence of half a minute ends the call.
  Result<ServiceReply> call_streaming(ServiceRequest const& request, BodySink const& sink,
                                      std::stop_token stop) override;

  /// Whether the last failed call had been written to the socket: it may have been carried out.
  bool lost_reply() const;
  /// The daemon's own version, once a reply came.
  std::string const& daemon_version() const;

 private:
  struct State;
  Result<ServiceReply> exchange(ServiceRequest const& request, BodySink const* sink, std::stop_token stop);
  std::unique_ptr<State> state_;
};

/// The port over a session's socket, which the user named (`AGENTA_TOOLS_SOCKET`). Starts nothing, sends no
/// key, and needs no home.
class SessionClient final : public ToolService {
 public:
  SessionClient(std::filesystem::path socket, ClientIdentity identity)
      : path_(socket), client_(std::move(socket), std::move(identity), SocketTrust::named) {}

  Result<ServiceReply> call(ServiceRequest const& request, std::stop_token stop) override;
  Result<ServiceReply> call_streaming(ServiceRequest const& request, BodySink const& sink,
                                      std::stop_token stop) override;
  bool lost_reply() const { return client_.lost_reply(); }

 private:
  Result<ServiceReply> explained(Result<ServiceReply> reply) const;
  std::filesystem::path path_;
  DaemonClient client_;
};

}  // namespace agenta::client
