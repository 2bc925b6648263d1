#pragma once

#include <string>
#include <string_view>

#include "shared/base/expected.hpp"

/// JSON-RPC 2.0 as the Model Context Protocol speaks it: one object a message, no batches, ids that are
/// strings or integers. Everything here keeps raw JSON text: what is only passed on keeps its bytes.
namespace agenta::mcp {

inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kInternalError = -32603;
inline constexpr int kHeaderMismatch = -32020;      ///< modern, HTTP: a header says other than the body
inline constexpr int kMissingCapability = -32021;   ///< modern: the client did not declare what is needed
inline constexpr int kUnsupportedVersion = -32022;  ///< modern: no such protocol version here

struct RpcError {
  int code = kInternalError;
  std::string message{};
  std::string data{};  ///< JSON, or empty
};

/// One message of the other side.
struct Message {
  enum class Kind { request, notification, response };
  Kind kind = Kind::request;
  std::string id{};           ///< raw JSON, a string or an integer; empty: it has none
  std::string method{};       ///< of a request or notification
  std::string params = "{}";  ///< raw JSON, always an object
  std::string result{};       ///< raw JSON of a response; empty where that is an error
};

/// A message that cannot be taken: what to answer, and under which id (empty: none).
struct Refusal {
  RpcError error{};
  std::string id{};
};

/// Reads one message. Its id is told in the refusal wherever it can be read.
expected<Message, Refusal> read_message(std::string_view text);

std::string write_result(std::string_view id, std::string_view result);
/// `id` empty: the message has none.
std::string write_error(std::string_view id, RpcError const& error);
/// `params` empty: none.
std::string write_notification(std::string_view method, std::string_view params);
std::string write_request(std::string_view id, std::string_view method, std::string_view params);

}  // namespace agenta::mcp
