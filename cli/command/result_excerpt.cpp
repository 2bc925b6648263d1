#include "cli/command/result_excerpt.hpp"

#include <algorithm>

namespace agenta::cli {
namespace {

using protocol::JsonKind;

constexpr std::size_t kMostElements = 3;
constexpr std::size_t kDeepest = 6;
constexpr std::size_t kLongestName = 100;
constexpr std::size_t kLongestText = 160;

/// The length of what stands for one character at the beginning of a raw string's content.
std::size_t unit_at(std::string_view raw, std::size_t at) {
  auto const first = static_cast<unsigned char>(raw[at]);
  if (first == '\\') return at + 1 < raw.size() && raw[at + 1] == 'u' ? 6 : 2;
  if (first < 0xC0) return 1;
  return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/// A scalar as it stands in the document, or the beginning of a string.
std::string shortened(std::string const& raw) {
  if (raw.size() <= kLongestText) return raw;
  if (raw.front() != '"') return "null";  // a number that long is none to anyone
  std::size_t end = 1;
  for (std::size_t next = end; (next = end + unit_at(raw, end)) <= kLongestText;) end = next;
  return raw.substr(0, end) + "…\"";
}

}  // namespace

/// Whether so many bytes more leave room for the brackets that have to be closed.
bool ResultExcerpt::fits(std::size_t size) const {
  auto const open = static_cast<std::size_t>(
      std::ranges::count_if(levels_, [](Level const& each) { return each.is_shown && each.close != 0; }));
  return out_.size() + size + open <= budget_;
}

/// Whether the value that comes next is to be told, as far as its place goes.
bool ResultExcerpt::may_show() const {
  if (is_full_) return false;
  if (levels_.empty()) return true;
  Level const& parent = levels_.back();
  if (!parent.is_shown) return false;
  return parent.close == ']' ? parent.shown < kMostElements : !name_.empty();
}

/// One value, or its opening bracket, with the comma and the name before it.
void ResultExcerpt::put(std::string_view json) {
  if (!levels_.empty()) {
    Level& parent = levels_.back();
    if (parent.shown++ > 0) out_ += ',';
    if (parent.close == '}') out_.append(name_).append(":");
  }
  out_.append(json);
}

void ResultExcerpt::begin(JsonKind kind, std::int64_t) {
  Level level;
  level.is_shown = may_show();
  scalar_.clear();
  bool const is_container = kind == JsonKind::object || kind == JsonKind::array;
  if (is_container) level.close = kind == JsonKind::object ? '}' : ']';
  if (is_container && level.is_shown) {
    bool const is_deep = levels_.size() >= kDeepest;
    std::string_view const opening = kind == JsonKind::object ? "{" : "[";
    std::string_view const deep = kind == JsonKind::object ? "\"{…}\"" : "\"[…]\"";
    std::size_t const around = name_.size() + 3;
    is_full_ = !fits(around + (is_deep ? deep.size() : 1));
    if (!is_full_) put(is_deep ? deep : opening);
    level.is_shown = !is_full_ && !is_deep;
  }
  levels_.push_back(level);
}

void ResultExcerpt::text(std::string_view raw) {
  if (!levels_.back().is_shown || scalar_.size() > kLongestText) return;
  scalar_.append(raw.substr(0, kLongestText + 8));
}

void ResultExcerpt::end(std::int64_t) {
  Level const level = levels_.back();
  levels_.pop_back();
  if (!level.is_shown) return;
  if (level.close != 0) {
    out_ += level.close;
    return;
  }
  std::string const value = shortened(scalar_);
  is_full_ = !fits(value.size() + name_.size() + 2);
  if (!is_full_) put(value);
}

void ResultExcerpt::name(std::string_view raw) {
  name_ = raw.size() > kLongestName ? std::string_view{} : raw;
}

}  // namespace agenta::cli
