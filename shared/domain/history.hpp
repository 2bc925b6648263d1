#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace agenta {

/// One thing that is not as it was recorded.
struct JournalFinding {
  std::string execution{};  ///< its id; empty where none is known
  std::int64_t record = 0;  ///< the link of the chain it was seen at; 0: at none
  std::string what{};       ///< a sentence
  bool operator==(JournalFinding const&) const = default;
};

/// What came of going through the journal's chain of hashes.
struct JournalReport {
  std::int64_t records = 0;                ///< links of the chain
  std::int64_t executions = 0;             ///< rows that were compared
  std::int64_t uncovered = 0;              ///< rows older than the chain: counted, not compared
  std::string head{};                      ///< the last link's hash
  std::vector<JournalFinding> findings{};  ///< at most `kMostFindings`
  bool is_cut = false;                     ///< there were more
  bool operator==(JournalReport const&) const = default;
};
inline constexpr std::size_t kMostFindings = 1000;

/// What was dropped of the history, or would be.
struct HistoryCleaning {
  std::int64_t executions = 0;  ///< of which arguments and results were dropped
  std::int64_t bytes = 0;       ///< of their texts
  std::int64_t files = 0;       ///< results that lay in files
  bool dry_run = false;
  bool operator==(HistoryCleaning const&) const = default;
};

}  // namespace agenta
