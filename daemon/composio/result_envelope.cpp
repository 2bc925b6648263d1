#include "daemon/composio/result_envelope.hpp"

#include <algorithm>

#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon {
namespace {

constexpr std::size_t kLongestKept = std::size_t{64} << 10;
/// Only an error is ever long, and what it says that far is no message any more.
constexpr std::string_view kTooLong = "\"the tool failed, and said more about it than is kept\"";

}  // namespace

void ResultEnvelope::Kept::append(std::string_view bytes) {
  is_too_long = is_too_long || raw.size() + bytes.size() > kLongestKept;
  if (is_too_long) {
    raw.clear();
  } else {
    raw.append(bytes);
  }
}

bool ResultEnvelope::feed(std::string_view bytes) {
  piece_ = bytes;
  bool const fits = scanner_.feed(bytes);
  base_ += static_cast<std::int64_t>(bytes.size());
  if (fits && keeping_ != nullptr) {
    auto const from = static_cast<std::size_t>(
        std::max<std::int64_t>(kept_to_ - (base_ - static_cast<std::int64_t>(bytes.size())), 0));
    keeping_->append(bytes.substr(from));
    kept_to_ = base_;
  }
  piece_ = {};
  return fits;
}

/// Takes the bytes before `offset` into the member that is kept.
void ResultEnvelope::keep_until(std::int64_t offset) {
  auto const from = static_cast<std::size_t>(kept_to_ - base_);
  auto const to = static_cast<std::size_t>(offset - base_);
  keeping_->append(piece_.substr(from, to - from));
  kept_to_ = offset;
}

void ResultEnvelope::begin(protocol::JsonKind kind, std::int64_t offset) {
  int const depth = depth_++;
  if (depth == 0) is_object_ = kind == protocol::JsonKind::object;
  if (depth != 1 || !is_object_) return;
  begun_ = offset;
  is_null_ = kind == protocol::JsonKind::null;
  auto const found = std::ranges::find(kept_, std::string_view{member_}, &Kept::name);
  if (found == kept_.end()) return;
  keeping_ = &*found;
  *keeping_ = Kept{.name = found->name, .raw = {}, .is_there = true};
  kept_to_ = offset;
}

void ResultEnvelope::end(std::int64_t offset) {
  if (--depth_ != 1 || !is_object_) return;
  if (member_ == "data") {
    data_.reset();
    if (!is_null_) data_ = Data{begun_, offset - begun_};
  }
  if (keeping_ == nullptr) return;
  keep_until(offset);
  keeping_ = nullptr;
}

void ResultEnvelope::name(std::string_view raw) {
  if (depth_ == 1) member_ = protocol::read_string(raw).value_or("");
}

std::string ResultEnvelope::summary() const {
  std::string out = "{\"data\":null";
  for (Kept const& each : kept_) {
    if (!each.is_there) continue;
    out.append(",\"").append(each.name).append("\":");
    out.append(each.is_too_long ? kTooLong : std::string_view{each.raw});
  }
  return out + "}";
}

}  // namespace agenta::daemon
