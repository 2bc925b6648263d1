#pragma once

#include <filesystem>

#include "shared/base/secret.hpp"
#include "shared/base/unique_fd.hpp"
#include "shared/domain/error.hpp"

namespace agenta::cli {

/// The file with the token by which clients of the MCP server's HTTP door are known: made where it is not
/// there, and taken away when the last server that uses it ends. One that a person put there stays.
class McpToken {
 public:
  /// `USAGE` for a file that others may read, or whose token is too short.
  static Result<McpToken> open(std::filesystem::path file);
  McpToken(McpToken&&) = default;
  McpToken& operator=(McpToken&&) = delete;
  ~McpToken();

  Secret const& value() const { return value_; }
  std::filesystem::path const& file() const { return file_; }

 private:
  McpToken(std::filesystem::path file, UniqueFd held, Secret value, bool is_made);

  std::filesystem::path file_;
  UniqueFd held_;  ///< with a shared lock: that somebody uses it
  Secret value_;
  bool is_made_;
};

}  // namespace agenta::cli
