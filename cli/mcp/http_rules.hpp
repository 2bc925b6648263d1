#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/mcp/http_wire.hpp"
#include "cli/mcp/json_rpc.hpp"

/// Who may come in by the HTTP door, and what the headers of the protocol must say.
namespace agenta::mcp {

/// A page that a browser shows may not reach this server by a name of its own, nor a program that mistook it.
/// `Host` is this server's address on loopback; `Origin`, where there is one, too.
bool comes_from_here(HttpRequest const& request, std::uint16_t port);

/// `Authorization: Bearer TOKEN`, compared in constant time.
bool has_token(HttpRequest const& request, std::string_view token);

/// Whether the client takes what it calls `type` (`application/json`); one that says nothing takes all.
bool accepts(HttpRequest const& request, std::string_view type);

/// What of the headers contradicts the message; none: nothing does. Modern: `MCP-Protocol-Version`,
/// `Mcp-Method` and, where something is named, `Mcp-Name` repeat what the body says. Legacy: a version that
/// is stated is one of ours.
std::optional<RpcError> find_header_fault(HttpRequest const& request, Message const& message, bool modern);

/// The status of a reply that is an error.
unsigned status_of(int error_code, bool modern);

}  // namespace agenta::mcp
