#include "cli/mcp/speech.hpp"

#include <algorithm>
#include <optional>

#include "shared/base/version.hpp"

namespace agenta::mcp {
namespace {

using protocol::find_member;

constexpr std::array<std::string_view, 8> kLevels{"debug", "info",     "notice", "warning",
                                                  "error", "critical", "alert",  "emergency"};

bool is_object(std::optional<std::string_view> const& json) { return json && json->starts_with('{'); }

std::string text_of(std::string_view document, std::string_view name) {
  return protocol::read_string(find_member(document, name).value_or("")).value_or("");
}

/// A token is a string or an integer; 0 and "" are tokens too.
std::string read_token(std::string_view meta) {
  std::string const token{find_member(meta, "progressToken").value_or("")};
  bool const is_text = token.starts_with('"');
  bool const is_number = !token.empty() && token.find_first_not_of("-0123456789") == std::string::npos;
  return is_text || is_number ? token : std::string{};
}

/// `00-<trace id>-<span id>-<flags>`.
std::string read_trace(std::string_view meta) {
  constexpr std::size_t kBegin = 3;
  constexpr std::size_t kDigits = 32;
  std::string const parent = text_of(meta, "traceparent");
  if (parent.size() < kBegin + kDigits + 1 || parent[kBegin - 1] != '-' || parent[kBegin + kDigits] != '-')
    return {};
  std::string id = parent.substr(kBegin, kDigits);
  bool const is_hex = id.find_first_not_of("0123456789abcdef") == std::string::npos;
  bool const is_zero = id.find_first_not_of('0') == std::string::npos;
  return is_hex && !is_zero ? id : std::string{};
}

void read_common(std::string_view meta, Speech& speech) {
  speech.progress_token = read_token(meta);
  speech.trace_id = read_trace(meta);
}

RpcError unsupported_version(std::string_view requested) {
  // Those of this era alone, as `server/discover` tells them: the others are agreed on by `initialize`.
  std::string const supported = "[" + protocol::write_string(kModernRevision) + "]";
  RpcError error{.code = kUnsupportedVersion, .message = "Unsupported protocol version"};
  error.data = JsonObject{}.raw("supported", supported).text("requested", requested).done();
  return error;
}

RpcError missing(std::string_view key, std::string_view what) {
  return {.code = kInvalidParams,
          .message = "params._meta has no \"" + std::string{key} + "\", which is " + std::string{what}};
}

}  // namespace

ClientCapabilities read_capabilities(std::string_view json) {
  ClientCapabilities out;
  out.sampling = is_object(find_member(json, "sampling"));
  out.roots = is_object(find_member(json, "roots"));
  auto const elicitation = find_member(json, "elicitation");
  if (!is_object(elicitation)) return out;
  out.url = is_object(find_member(*elicitation, "url"));
  out.form = is_object(find_member(*elicitation, "form")) || !out.url;
  return out;
}

bool is_modern(Message const& message) {
  if (message.method == "server/discover" || message.method == "subscriptions/listen") return true;
  auto const meta = find_member(message.params, "_meta");
  if (!is_object(meta)) return false;
  return find_member(*meta, kVersionKey) || find_member(*meta, kCapabilitiesKey) ||
         find_member(*meta, kClientInfoKey);
}

expected<Speech, RpcError> read_modern(Message const& message) {
  Speech speech;
  speech.era = Era::modern;
  speech.revision = kModernRevision;
  std::string_view const meta = find_member(message.params, "_meta").value_or("{}");
  auto const version = protocol::read_string(find_member(meta, kVersionKey).value_or(""));
  if (!version) return unexpected(missing(kVersionKey, "a text"));
  if (*version != kModernRevision) return unexpected(unsupported_version(*version));
  auto const capabilities = find_member(meta, kCapabilitiesKey);
  if (!is_object(capabilities)) return unexpected(missing(kCapabilitiesKey, "an object"));
  speech.client = read_capabilities(*capabilities);
  if (auto const level = find_member(meta, kLogLevelKey)) {
    speech.log_level = protocol::read_string(*level).value_or("");
    if (!is_log_level(speech.log_level))
      return unexpected(RpcError{.code = kInvalidParams, .message = "there is no such log level"});
  }
  read_common(meta, speech);
  return speech;
}

Speech read_legacy(Message const& message, Speech agreed) {
  std::string_view const meta = find_member(message.params, "_meta").value_or("{}");
  if (meta.starts_with('{')) read_common(meta, agreed);
  return agreed;
}

std::string_view agree_on(std::string_view requested) {
  auto const found = std::ranges::find(kLegacyRevisions, requested);
  return found == kLegacyRevisions.end() ? kLegacyRevisions.back() : *found;
}

bool is_log_level(std::string_view level) { return std::ranges::find(kLevels, level) != kLevels.end(); }

bool is_logged(std::string_view level, std::string_view least) {
  return !least.empty() && std::ranges::find(kLevels, level) >= std::ranges::find(kLevels, least);
}

std::string server_info(Speech const& speech) {
  JsonObject out;
  out.text("name", "agenta-tools");
  if (speech.era == Era::legacy && speech.at_least("2025-06-18")) out.text("title", "agenta-tools");
  return out.text("version", product_version()).done();
}

JsonObject begin_result(Speech const& speech, std::string_view type) {
  JsonObject out;
  if (speech.era == Era::legacy) return out;
  out.text("resultType", type);
  out.raw("_meta", JsonObject{}.raw(kServerInfoKey, server_info(speech)).done());
  return out;
}

JsonObject begin_list(Speech const& speech) {
  JsonObject out = begin_result(speech);
  // What is listed depends on whose connections these are, and changes with them.
  if (speech.era == Era::modern) out.number("ttlMs", 0).text("cacheScope", "private");
  return out;
}

}  // namespace agenta::mcp
