#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/protocol/json_scanner.hpp"

namespace agenta::protocol {

/// Where in a document the value lies that an RFC 6901 pointer names, found while the document is scanned:
/// what `find_pointer` finds in one that is held.
class JsonPointerScan final : public JsonHandler {
 public:
  explicit JsonPointerScan(std::string_view pointer);

  struct Range {
    std::int64_t offset = 0;
    std::int64_t size = 0;
  };
  /// After the document's end. Of equal names the last wins.
  std::optional<Range> const& found() const { return found_; }

  void begin(JsonKind kind, std::int64_t offset) override;
  void text(std::string_view) override {}
  void end(std::int64_t offset) override;
  void name(std::string_view raw) override;

 private:
  /// A value that has begun and not ended.
  struct Level {
    bool on_path = false;  ///< what the pointer names is this, or in it
    bool is_array = false;
    std::int64_t begin = 0;
    std::size_t index = 0;      ///< of the next element
    bool name_matches = false;  ///< of the member that comes next
  };
  bool leads_on(Level& parent) const;

  bool is_pointer_ = true;
  std::vector<std::string> tokens_{};
  std::vector<Level> levels_{};
  std::optional<Range> found_{};
};

}  // namespace agenta::protocol
