#pragma once

#include <array>
#include <string>
#include <string_view>

#include "cli/mcp/json_object.hpp"
#include "cli/mcp/json_rpc.hpp"

/// How one request is spoken: the era and revision of the protocol, and what its client can do.
namespace agenta::mcp {

/// Modern is 2026-07-28 and later: no `initialize`, everything a request needs stands in its `_meta`, and a
/// server sends no requests. Both are served at once by one process.
enum class Era { legacy, modern };

inline constexpr std::string_view kModernRevision = "2026-07-28";
/// Oldest first.
inline constexpr std::array<std::string_view, 4> kLegacyRevisions{"2024-11-05", "2025-03-26", "2025-06-18",
                                                                  "2025-11-25"};
/// What is spoken with a client that says nothing of itself.
inline constexpr std::string_view kSilentRevision = "2025-03-26";

inline constexpr std::string_view kVersionKey = "io.modelcontextprotocol/protocolVersion";
inline constexpr std::string_view kCapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";
inline constexpr std::string_view kClientInfoKey = "io.modelcontextprotocol/clientInfo";
inline constexpr std::string_view kLogLevelKey = "io.modelcontextprotocol/logLevel";
inline constexpr std::string_view kServerInfoKey = "io.modelcontextprotocol/serverInfo";
inline constexpr std::string_view kSubscriptionKey = "io.modelcontextprotocol/subscriptionId";

/// What a client says it can be asked.
struct ClientCapabilities {
  bool form = false;  ///< elicitation: a form to fill in
  bool url = false;   ///< elicitation: a link to open
  bool sampling = false;
  bool roots = false;
};
/// From the raw JSON of its capabilities. `elicitation:{}` means forms alone.
ClientCapabilities read_capabilities(std::string_view json);

struct Speech {
  Era era = Era::legacy;
  std::string revision{kSilentRevision};
  ClientCapabilities client{};
  std::string log_level{};       ///< least level that is to be sent; empty: nothing is
  std::string progress_token{};  ///< raw JSON; empty: none was sent
  std::string trace_id{};        ///< of W3C trace context, 32 hex digits; empty: none

  /// Revisions are dates: later ones compare greater.
  bool at_least(std::string_view wanted) const { return revision >= wanted; }
};

/// Whether the message claims to be modern: by its `_meta`, or by a method that only modern clients know.
bool is_modern(Message const& message);
/// Of a modern request; the error where what it must say is missing, or of an unknown version.
expected<Speech, RpcError> read_modern(Message const& message);
/// Of a legacy request: what was agreed on by `initialize`, and what this request says beyond.
Speech read_legacy(Message const& message, Speech agreed);

/// The revision to answer an `initialize` with.
std::string_view agree_on(std::string_view requested);

/// Whether `level` is one of the protocol's, `debug` to `emergency`; and whether it is at least `least`.
bool is_log_level(std::string_view level);
bool is_logged(std::string_view level, std::string_view least);

/// `{"name":"agenta-tools","version":…}`, with a title where the revision knows titles.
std::string server_info(Speech const& speech);
/// The beginning of a result: what modern results always carry, or nothing.
JsonObject begin_result(Speech const& speech, std::string_view type = "complete");
/// The same for lists, which say how long they may be kept.
JsonObject begin_list(Speech const& speech);

}  // namespace agenta::mcp
