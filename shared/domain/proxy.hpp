#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/json_text.hpp"
#include "shared/domain/error.hpp"
#include "shared/domain/execution.hpp"
#include "shared/domain/integration.hpp"

namespace agenta {

inline constexpr std::array<std::string_view, 6> kProxyMethods{"GET",    "POST",  "PUT",
                                                               "DELETE", "PATCH", "HEAD"};
constexpr bool is_proxy_method(std::string_view method) {
  return std::ranges::find(kProxyMethods, method) != kProxyMethods.end();
}
/// Whether a request of this method changes nothing, so that it may be sent again.
constexpr bool only_reads(std::string_view method) { return method == "GET" || method == "HEAD"; }

/// A header or a query parameter.
struct ProxyField {
  std::string name{};
  std::string value{};
  bool operator==(ProxyField const&) const = default;
};

/// Bytes as a body.
struct BinaryBody {
  std::string base64{};
  std::string content_type{};  ///< empty: not said
  bool operator==(BinaryBody const&) const = default;
};

/// A request to a service through one of its connections, as a client states it.
struct ProxyCall {
  ExecutionId id{};  ///< chosen by the client, so that it can ask what became of it; empty: the daemon's
  IntegrationSlug integration{};
  std::string method{};  ///< one of `kProxyMethods`
  std::string url{};     ///< below the service's base address, or an address of its domain
  std::vector<ProxyField> headers{};
  std::vector<ProxyField> query{};  ///< beside what the URL has
  std::optional<JsonText> body{};   ///< a JSON value; a text is sent as that text
  std::optional<BinaryBody> binary{};
  std::string connection{};  ///< slug or id; empty: by the rule of the contract, §7.4
  std::string session{};     ///< name of the session it belongs to; empty: none
  ApprovalId approval{};     ///< as of `ToolCall`
  OnAsk on_ask = OnAsk::wait;
  bool operator==(ProxyCall const&) const = default;
};

/// What the service answered. A body of bytes is not in here: it follows the document (`encode_proxy_head`).
struct ProxyAnswer {
  ExecutionId execution{};
  IntegrationSlug integration{};
  ConnectionReference connection{};
  std::string method{};
  std::string url{};  ///< without its query
  unsigned status = 0;
  std::vector<ProxyField> headers{};
  std::string content_type{};
  int attempts = 1;
  std::optional<Error> error{};    ///< what a status of 400 or more means, or words that prove a dead grant
  std::optional<JsonText> body{};  ///< a JSON value: a text is a JSON string
  bool operator==(ProxyAnswer const&) const = default;
};

}  // namespace agenta
