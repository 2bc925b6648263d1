#pragma once

#include <cstdint>
#include <optional>

#include "cli/command/context.hpp"
#include "shared/domain/batch.hpp"
#include "shared/protocol/codec_batch.hpp"

namespace agenta::cli {

/// What the journal says of the lines of a batch that goes on, beside the input as it is read: a page at a
/// time, however many they are.
class BatchResume {
 public:
  BatchResume(Context& context, BatchId batch) : context_(context), batch_(std::move(batch)) {}

  /// Fetches the first page: an error where there is no such batch.
  Result<void> begin();
  /// What became of a line; nothing where it did not run. Asked for in the order of the lines.
  Result<std::optional<BatchLine>> find(std::int64_t line);

 private:
  Result<void> fetch(std::int64_t after);

  Context& context_;
  BatchId batch_;
  protocol::BatchLines page_{};
  std::size_t at_ = 0;
};

}  // namespace agenta::cli
