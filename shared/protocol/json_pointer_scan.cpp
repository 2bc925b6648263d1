#include "shared/protocol/json_pointer_scan.hpp"

#include <algorithm>

#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::protocol {

JsonPointerScan::JsonPointerScan(std::string_view pointer) {
  is_pointer_ = pointer.empty() || pointer.front() == '/';
  if (pointer.empty() || !is_pointer_) return;
  for (std::size_t at = 0; at < pointer.size();) {
    std::size_t const end = std::min(pointer.find('/', at + 1), pointer.size());
    tokens_.push_back(replace_all(replace_all(pointer.substr(at + 1, end - at - 1), "~1", "/"), "~0", "~"));
    at = end;
  }
}

/// Whether the value that begins in `parent` is on the pointer's path.
bool JsonPointerScan::leads_on(Level& parent) const {
  std::size_t const depth = levels_.size();
  if (!parent.is_array) return parent.on_path && parent.name_matches && depth <= tokens_.size();
  std::size_t const index = parent.index++;
  return parent.on_path && depth <= tokens_.size() && tokens_[depth - 1] == std::to_string(index);
}

void JsonPointerScan::begin(JsonKind kind, std::int64_t offset) {
  Level level;
  level.is_array = kind == JsonKind::array;
  level.begin = offset;
  level.on_path = levels_.empty() ? is_pointer_ : leads_on(levels_.back());
  // A later member of the same name replaces the earlier one with all that was in it.
  if (level.on_path) found_.reset();
  levels_.push_back(level);
}

void JsonPointerScan::end(std::int64_t offset) {
  Level const level = levels_.back();
  levels_.pop_back();
  if (level.on_path && levels_.size() == tokens_.size()) found_ = Range{level.begin, offset - level.begin};
}

void JsonPointerScan::name(std::string_view raw) {
  Level& level = levels_.back();
  std::size_t const depth = levels_.size();
  level.name_matches =
      level.on_path && depth <= tokens_.size() && read_string(raw) == std::optional{tokens_[depth - 1]};
}

}  // namespace agenta::protocol
