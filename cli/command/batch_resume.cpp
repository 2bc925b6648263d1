#include "cli/command/batch_resume.hpp"

#include "shared/base/try.hpp"

namespace agenta::cli {

Result<void> BatchResume::fetch(std::int64_t after) {
  AGENTA_TRY(auto const reply, context_.call(protocol::list_batch_lines(batch_.text, after, std::nullopt)));
  AGENTA_TRY(page_, protocol::decode_batch_lines(reply.body));
  at_ = 0;
  return {};
}

Result<void> BatchResume::begin() { return fetch(0); }

Result<std::optional<BatchLine>> BatchResume::find(std::int64_t line) {
  for (;;) {
    while (at_ < page_.items.size() && page_.items[at_].line < line) ++at_;
    if (at_ < page_.items.size() || !page_.next_after) break;
    AGENTA_CHECK(fetch(*page_.next_after));
  }
  if (at_ == page_.items.size() || page_.items[at_].line != line) return std::optional<BatchLine>{};
  return std::optional{page_.items[at_]};
}

}  // namespace agenta::cli
