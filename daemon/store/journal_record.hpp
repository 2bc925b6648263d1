#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/domain/execution.hpp"

namespace agenta::daemon::store {

/// One link of the journal's chain. `hash` is the SHA-256 of `record`, whose first member, `prev`, is the
/// hash of the link before.
struct ChainLink {
  std::int64_t seq = 0;
  std::string record{};
  std::string hash{};
};

/// The `prev` of the first link.
inline constexpr std::string_view kNoHash =
    "0000000000000000000000000000000000000000000000000000000000000000";

// What a link records: an execution's row as it was written first, and as it was settled; the rows that were
// there before the chain began; and rows whose arguments and results were dropped.
inline constexpr std::string_view kBegun = "begun";
inline constexpr std::string_view kSettled = "settled";
inline constexpr std::string_view kGenesis = "genesis";
inline constexpr std::string_view kForgotten = "forgotten";
// And a large result's file that was dropped, while the rest of the row stays.
inline constexpr std::string_view kFileDropped = "file_dropped";

// The facts that tell of a large result's file: where it lies, and the SHA-256 of all of it. Records of
// before there were such facts have neither.
inline constexpr std::string_view kResultFile = "result_file";
inline constexpr std::string_view kResultFileDigest = "result_file_sha256";

/// One thing that a record says; `json` is its value.
struct Fact {
  std::string_view name{};
  std::string json{};
};

/// A row's data as digests: `nullopt` in place of what is not there.
struct PayloadDigests {
  std::optional<std::string> arguments{};
  std::optional<std::string> result{};
  std::optional<std::string> file{};  ///< of the file of a large result
};
PayloadDigests digests_of(Execution const& row);

/// What is recorded of an execution's row, in its order. What has no member of its own is covered by
/// `rest_sha256`. `data` and `arguments` of the row are not read: `digests` stand for them. Of a file without
/// a digest there is no fact of one.
std::vector<Fact> facts_of(std::int64_t seq, Execution const& row, PayloadDigests const& digests);

/// Compact JSON: `{"prev":…,"event":…,` and the facts.
std::string write_record(std::string_view prev, std::string_view event, std::vector<Fact> const& facts);

/// The names of the facts that the record tells otherwise, `except` left out.
std::vector<std::string> differences(std::string_view record, std::vector<Fact> const& facts,
                                     std::vector<std::string_view> const& except);

/// A member of a record as text; empty where it has none, or null.
std::string member_text(std::string_view record, std::string_view name);
/// The same as a number; 0 where there is none.
std::int64_t member_number(std::string_view record, std::string_view name);

}  // namespace agenta::daemon::store
