#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "shared/domain/error.hpp"

namespace agenta::protocol {

/// What the rest of the world makes of an `ErrorCode`: one row a code, in the order of the enum.
struct ErrorRow {
  ErrorCode code;
  std::string_view name;  ///< on the wire and in `--json`
  unsigned http_status;
  int exit_code;
  Retryable retryable;
};

std::span<ErrorRow const> error_table();
ErrorRow const& row_of(ErrorCode code);
std::optional<ErrorCode> parse_error_code(std::string_view name);
std::string_view name_of(Retryable retryable);

/// The exit codes of contract §4, as `help exit-codes` prints them.
struct ExitCodeRow {
  int code;
  std::string_view meaning;
};
std::span<ExitCodeRow const> exit_code_table();

}  // namespace agenta::protocol
