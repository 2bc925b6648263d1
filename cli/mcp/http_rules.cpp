#include "cli/mcp/http_rules.hpp"

#include <algorithm>
#include <array>

#include "cli/mcp/speech.hpp"
#include "shared/base/base64.hpp"
#include "shared/base/id.hpp"
#include "shared/base/text.hpp"

namespace agenta::mcp {
namespace {

using protocol::find_member;

bool is_own_address(std::string_view address, std::uint16_t port) {
  constexpr std::array<std::string_view, 3> kHosts{"127.0.0.1", "localhost", "[::1]"};
  std::string const end = ":" + std::to_string(port);
  return std::ranges::any_of(
      kHosts, [&](std::string_view host) { return equal_ignoring_case(address, std::string{host} + end); });
}

/// A value that is not plain ASCII comes as `=?base64?…?=`.
std::string decoded(std::string const& value) {
  constexpr std::string_view kBegin = "=?base64?";
  constexpr std::string_view kEnd = "?=";
  if (!value.starts_with(kBegin) || !value.ends_with(kEnd) || value.size() < kBegin.size() + kEnd.size())
    return value;
  auto const inner = value.substr(kBegin.size(), value.size() - kBegin.size() - kEnd.size());
  return base64_decode(inner).value_or(value);
}

std::string text_of(std::string_view document, std::string_view name) {
  return protocol::read_string(find_member(document, name).value_or("")).value_or("");
}

RpcError mismatch(std::string_view header, std::string_view what) {
  return {
      .code = kHeaderMismatch,
      .message = "the header " + std::string{header} + " must say what the body says: " + std::string{what}};
}

/// Which member of the parameters `Mcp-Name` repeats.
std::string_view named_by(std::string_view method) {
  if (method == "tools/call" || method == "prompts/get") return "name";
  if (method == "resources/read") return "uri";
  return {};
}

}  // namespace

bool comes_from_here(HttpRequest const& request, std::uint16_t port) {
  auto const host = request.header("host");
  if (!host || !is_own_address(*host, port)) return false;
  if (!request.has("origin")) return true;
  constexpr std::string_view kScheme = "http://";
  auto const origin = request.header("origin").value_or("");
  return origin.starts_with(kScheme) && is_own_address(std::string_view{origin}.substr(kScheme.size()), port);
}

bool has_token(HttpRequest const& request, std::string_view token) {
  constexpr std::string_view kScheme = "bearer ";
  auto const given = request.header("authorization").value_or("");
  if (given.size() < kScheme.size() || !equal_ignoring_case(given.substr(0, kScheme.size()), kScheme))
    return false;
  return equal_in_constant_time(trim(std::string_view{given}.substr(kScheme.size())), token);
}

bool accepts(HttpRequest const& request, std::string_view type) {
  if (!request.has("accept")) return true;
  std::string const any = std::string{type.substr(0, type.find('/'))} + "/*";
  for (auto const& [name, value] : request.headers) {
    if (name != "accept") continue;
    for (std::string const& part : split(value, ',')) {
      std::string const range = to_lower(trim(std::string_view{part}.substr(0, part.find(';'))));
      if (range == type || range == any || range == "*/*") return true;
    }
  }
  return false;
}

std::optional<RpcError> find_header_fault(HttpRequest const& request, Message const& message, bool modern) {
  auto const version = request.header("mcp-protocol-version");
  if (!modern) {
    if (!version || std::ranges::find(kLegacyRevisions, *version) != kLegacyRevisions.end())
      return std::nullopt;
    return RpcError{.code = kInvalidRequest, .message = "MCP-Protocol-Version names no version of ours"};
  }
  std::string_view const meta = find_member(message.params, "_meta").value_or("{}");
  std::string const stated = meta.starts_with('{') ? text_of(meta, kVersionKey) : std::string{};
  if (!stated.empty() && version != stated) return mismatch("MCP-Protocol-Version", stated);
  auto const method = request.header("mcp-method");
  if (method != message.method) return mismatch("Mcp-Method", message.method);
  std::string_view const member = named_by(message.method);
  if (member.empty()) return std::nullopt;
  std::string const name = text_of(message.params, member);
  auto const given = request.header("mcp-name");
  if (!given || decoded(*given) != name) return mismatch("Mcp-Name", name);
  return std::nullopt;
}

unsigned status_of(int error_code, bool modern) {
  constexpr unsigned kOk = 200;
  constexpr unsigned kBad = 400;
  constexpr unsigned kNotFound = 404;
  if (error_code == 0) return kOk;
  if (error_code == kParseError || error_code == kInvalidRequest) return kBad;
  if (!modern) return kOk;
  if (error_code == kMethodNotFound) return kNotFound;
  bool const is_clients = error_code == kInvalidParams || error_code == kHeaderMismatch ||
                          error_code == kMissingCapability || error_code == kUnsupportedVersion;
  return is_clients ? kBad : kOk;
}

}  // namespace agenta::mcp
