#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/tool_provider.hpp"
#include "shared/domain/proxy.hpp"

namespace agenta::daemon {

/// `INVALID_REQUEST` for what no service is to be asked: a method that is none, an address with a user name
/// or with characters that no URL has, headers that Composio writes itself, two bodies. Never repeats a value
/// of the request.
Result<void> check_proxy_call(ProxyCall const& call);

/// `PROXY_GET`, …: what stands in the journal for the tool.
ToolSlug proxy_tool(std::string_view method);
/// The method of such a name; none: it is another tool's.
std::optional<std::string> proxy_method(ToolSlug const& slug);
/// The URL without its query, which may hold a secret.
std::string path_of(std::string_view url);

/// The request as the journal keeps it: values of secrets redacted, a body of bytes or of more than `most`
/// bytes as its size.
JsonText record_of(ProxyCall const& call, std::size_t most);
/// The answer as the journal keeps it, in the same way. Values that the request gave in secret, and that come
/// back in the answer, are redacted as well.
JsonText record_of(ProxyCall const& call, ProxyReply const& reply, std::size_t most);

/// What policies see of the request: the whole of it, with its URL in the one spelling that rules are written
/// for, whatever it is called and its connection.
JsonText judged_request(ProxyCall call);
/// Nothing promises that a raw request is harmless.
ToolHints proxy_hints();

/// What a service said, in few words: the `message` or `error` of a JSON object, else a text that is short.
std::string words_of(ProxyReply const& reply);
/// The words that may prove a dead grant: of a refusal, or of a `"ok": false` that comes with 200.
std::string refusal_of(ProxyReply const& reply);

}  // namespace agenta::daemon
