#include "cli/mcp/request_state.hpp"

#include <charconv>

#include "cli/mcp/hmac_sha256.hpp"
#include "shared/base/base64.hpp"
#include "shared/base/id.hpp"
#include "shared/protocol/exact_json.hpp"

namespace agenta::mcp {
namespace {

constexpr std::size_t kKeyBytes = 32;

std::int64_t milliseconds_of(SteadyTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace

StateSeal::StateSeal(std::chrono::milliseconds life) : life_(life), key_(random_hex(kKeyBytes)) {}

std::string StateSeal::sign(std::string_view tool, std::string_view arguments,
                            std::string_view payload) const {
  std::string signed_text{tool};
  signed_text.append("\n").append(arguments_digest(arguments)).append("\n").append(payload);
  return to_hex(hmac_sha256(key_.reveal(), signed_text));
}

std::string StateSeal::seal(std::string_view tool, std::string_view arguments, std::string_view note,
                            SteadyTime now) const {
  std::string const payload = std::to_string(milliseconds_of(now + life_)) + ":" + std::string{note};
  return base64_encode(payload) + "." + sign(tool, arguments, payload);
}

std::optional<std::string> StateSeal::open(std::string_view state, std::string_view tool,
                                           std::string_view arguments, SteadyTime now) const {
  constexpr std::size_t kLongest = 4096;
  std::size_t const dot = state.find('.');
  if (state.size() > kLongest || dot == std::string_view::npos) return std::nullopt;
  auto const payload = base64_decode(state.substr(0, dot));
  if (!payload) return std::nullopt;
  if (!equal_in_constant_time(sign(tool, arguments, *payload), state.substr(dot + 1))) return std::nullopt;

  std::size_t const colon = payload->find(':');
  std::int64_t until = 0;
  std::from_chars(payload->data(), payload->data() + colon, until);
  if (until < milliseconds_of(now)) return std::nullopt;
  return payload->substr(colon + 1);
}

std::string canonical_arguments(std::string_view json) { return protocol::canonical_json(json); }

std::string arguments_digest(std::string_view json) { return to_hex(sha256(canonical_arguments(json))); }

}  // namespace agenta::mcp
