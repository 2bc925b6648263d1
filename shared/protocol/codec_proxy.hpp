#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "shared/domain/proxy.hpp"

/// Requests through a connection as the JSON of `POST /api/tools/proxy`, and their answers.
namespace agenta::protocol {

std::string encode_proxy_call(ProxyCall const& call);
Result<ProxyCall> decode_proxy_call(std::string_view body);

/// The answer with its body as the member `body`.
std::string encode_proxy_answer(ProxyAnswer const& answer);
Result<ProxyAnswer> decode_proxy_answer(std::string_view body);

/// An answer whose body is bytes is as long as they are, and is not held in memory: this head, their base64,
/// and `kProxyTail`.
std::string encode_proxy_head(ProxyAnswer const& answer);
inline constexpr std::string_view kProxyTail = "\"}";
/// Where the base64 begins in the beginning of an answer; nothing where its body is no bytes.
std::optional<std::size_t> find_proxy_bytes(std::string_view beginning);
/// Reads a head, which is all that comes before the base64.
Result<ProxyAnswer> decode_proxy_head(std::string_view head);

}  // namespace agenta::protocol
