#include "daemon/composio/composio_codec.hpp"
#include "daemon/composio/wire_json.hpp"
#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon {

std::string encode_input(InputRequest const& request) {
  auto json = "{\"text\":" + protocol::write_string(request.text);
  if (!request.version.empty()) json += ",\"version\":" + protocol::write_string(request.version);
  return json + '}';
}

Result<JsonText> parse_input(std::string_view body) {
  auto const slice = wire::Slice::parse(body);
  if (!slice) return wire::unreadable("no arguments");
  auto const words = wire::text_at(*slice, "error");
  auto const arguments = slice->raw("arguments");
  if (words.empty() && arguments.starts_with('{')) return JsonText{std::string{arguments}};
  if (words.empty()) return wire::unreadable("no arguments");
  constexpr std::size_t kMost = 500;
  return fail(ErrorCode::invalid_arguments,
              "Composio could not make arguments of these words: " + words.substr(0, kMost));
}

}  // namespace agenta::daemon
