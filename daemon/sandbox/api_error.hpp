#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/expected.hpp"

namespace agenta::daemon::sandbox {

/// A refusal as Composio words it: the content of the error envelope.
struct ApiError {
  unsigned status = 500;
  std::optional<int> code{};
  std::string slug{};
  std::string message{};
  std::string suggested_fix{};
  std::vector<std::string> errors{};  ///< one sentence per failing field
};

template <class T>
using ApiResult = expected<T, ApiError>;

inline unexpected<ApiError> refuse(ApiError error) { return unexpected<ApiError>(std::move(error)); }

/// The refusals without a code of their own carry 10000 plus the HTTP status, as Composio's generic ones do.
ApiError generic_error(unsigned status, std::string message);
ApiError bad_request(std::string message);
ApiError account_not_found(std::string_view id);
ApiError account_bad_request(std::string message, std::string suggested_fix = {});
ApiError tool_not_found(std::string_view slug);

/// The envelope, as JSON text.
std::string error_document(ApiError const& error, std::string_view request_id);

}  // namespace agenta::daemon::sandbox
