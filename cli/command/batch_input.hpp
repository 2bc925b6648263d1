#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "shared/base/unique_fd.hpp"
#include "shared/domain/error.hpp"

namespace agenta::cli {

/// A line of a batch's input that is not blank.
struct InputLine {
  std::int64_t number = 0;  ///< from 1, blank ones counted
  std::string text{};       ///< without its end; empty where it is too long
  bool is_too_long = false;
};

/// The lines of a file or of stdin, one at a time: no more than one line is held, however long the input is.
/// One thread at a time.
class BatchInput {
 public:
  /// The daemon takes no larger request; a line leaves room for what is said beside it.
  static constexpr std::size_t kLongestLine = (16 << 20) - (64 << 10);

  /// A file, or stdin where `path` is `-`. `USAGE` where it cannot be opened.
  static Result<BatchInput> open(std::string const& path);
  /// A text instead of a descriptor.
  explicit BatchInput(std::string text) : rest_(std::move(text)), is_at_end_(true) {}

  /// The next line; nothing at the end, or once `stop` is requested.
  Result<std::optional<InputLine>> next(std::stop_token const& stop);
  /// Bytes of a regular file.
  std::optional<std::int64_t> size() const { return size_; }
  /// How much of the input the lines so far are.
  std::int64_t bytes_taken() const { return bytes_taken_ + static_cast<std::int64_t>(at_); }

 private:
  BatchInput(UniqueFd file, int descriptor, std::optional<std::int64_t> size)
      : file_(std::move(file)), descriptor_(descriptor), size_(size) {}
  Result<bool> read_more(std::stop_token const& stop);

  UniqueFd file_{};      ///< none for stdin
  int descriptor_ = -1;  ///< none for a text
  std::optional<std::int64_t> size_{};
  std::string rest_{};  ///< read, and not taken yet, from `at_` on
  std::size_t at_ = 0;
  std::size_t searched_ = 0;  ///< up to where no line ends
  bool is_at_end_ = false;
  std::int64_t number_ = 0;
  std::int64_t bytes_taken_ = 0;
};

}  // namespace agenta::cli
