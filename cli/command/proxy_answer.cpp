#include "cli/command/proxy_answer.hpp"

#include <algorithm>

#include "shared/base/base64.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_proxy.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kMostInMemory = 1 << 20;
constexpr std::size_t kPiece = 256 << 10;  // four characters are three bytes: a multiple of four
static_assert(kPiece % 4 == 0);

Error error_of_disk(OsError const& os) { return error_from(os, ErrorCode::storage_unavailable); }

}  // namespace

bool ReceivedAnswer::take(std::string_view bytes) {
  if (!spool_ && memory_.size() > kMostInMemory && protocol::find_proxy_bytes(memory_)) {
    auto made = SpoolFile::make(directory_);
    if (!made) {
      problem_ = error_of_disk(made.error());
      return false;
    }
    spool_.emplace(std::move(*made));
  }
  if (!spool_) {
    memory_.append(bytes);
    return true;
  }
  auto const written = spool_->append(bytes);
  if (!written) problem_ = error_of_disk(written.error());
  return written.has_value();
}

Result<void> ReceivedAnswer::finish() {
  if (problem_) return fail(*problem_);
  bytes_at_ = protocol::find_proxy_bytes(memory_);
  if (bytes_at_) {
    AGENTA_TRY(answer_, protocol::decode_proxy_head(std::string_view{memory_}.substr(0, *bytes_at_)));
  } else {
    AGENTA_TRY(answer_, protocol::decode_proxy_answer(memory_));
  }
  return {};
}

std::int64_t ReceivedAnswer::size() const {
  return static_cast<std::int64_t>(memory_.size()) + (spool_ ? spool_->size() : 0);
}

Result<std::string> ReceivedAnswer::read(std::int64_t offset, std::size_t most) const {
  auto const in_memory = static_cast<std::int64_t>(memory_.size());
  std::string bytes;
  if (offset < in_memory) bytes = memory_.substr(static_cast<std::size_t>(offset), most);
  if (bytes.size() == most || !spool_) return bytes;
  auto const rest = spool_->read(std::max<std::int64_t>(0, offset - in_memory), most - bytes.size());
  if (!rest) return fail(error_of_disk(rest.error()));
  return bytes + *rest;
}

Result<void> ReceivedAnswer::read_bytes(std::function<Result<void>(std::string_view)> const& sink) const {
  std::int64_t const end = size() - static_cast<std::int64_t>(protocol::kProxyTail.size());
  for (auto at = static_cast<std::int64_t>(bytes_at_.value_or(0)); at < end;) {
    auto const most = std::min<std::int64_t>(static_cast<std::int64_t>(kPiece), end - at);
    AGENTA_TRY(std::string const text, read(at, static_cast<std::size_t>(most)));
    auto const bytes = base64_decode(text);
    if (!bytes || text.empty()) return fail(ErrorCode::internal, "the daemon's answer is no base64");
    AGENTA_CHECK(sink(*bytes));
    at += most;
  }
  return {};
}

Result<void> ReceivedAnswer::read_document(std::function<Result<void>(std::string_view)> const& sink) const {
  for (std::int64_t at = 0; at < size(); at += static_cast<std::int64_t>(kPiece)) {
    AGENTA_TRY(std::string const text, read(at, kPiece));
    AGENTA_CHECK(sink(text));
  }
  return {};
}

}  // namespace agenta::cli
