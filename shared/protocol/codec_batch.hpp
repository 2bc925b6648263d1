#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/domain/batch.hpp"
#include "shared/domain/page.hpp"
#include "shared/domain/tool_service.hpp"

/// Batches: their requests, and their documents as `codec.hpp` has those of the other resources.
namespace agenta::protocol {

/// `POST /api/tools/batches`; the document of a `Batch`.
ServiceRequest begin_batch(std::string_view source);
ServiceRequest list_batches(std::string_view cursor, std::optional<int> limit);
/// The batch with its counts.
ServiceRequest get_batch(std::string_view id);
/// The lines that may have run, in their order, of those after `after`.
ServiceRequest list_batch_lines(std::string_view id, std::int64_t after, std::optional<int> limit);
ServiceRequest finish_batch(std::string_view id);

std::string encode_begin_batch(std::string_view source);
Result<std::string> decode_begin_batch(std::string_view body);

/// With what became of its lines, where that was counted.
std::string encode_batch(Batch const& batch, std::optional<BatchCounts> const& counts = {});
std::string encode_batches(Page<Batch> const& page);
Result<Batch> decode_batch(std::string_view body);

/// One page of the lines; `next_after` where there are more.
struct BatchLines {
  std::vector<BatchLine> items{};
  std::optional<std::int64_t> next_after{};
};
std::string encode_batch_lines(BatchLines const& lines);
Result<BatchLines> decode_batch_lines(std::string_view body);

}  // namespace agenta::protocol
