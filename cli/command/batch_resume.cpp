#include "cli/command/batch_resume.hpp"

#include "shared/base/try.hpp"

namespace agenta::cli {

Result<void> BatchResume::fetch(std::int64_t after) {
  constexpr std::chrono::seconds kPatience{30};
  ServiceRequest request = protocol::list_batch_lines(batch_.text, after, std::nullopt);
  request.timeout = kPatience;
  // Not by the context, which may speak to the person: others write by now.
  auto reply = context_.tools.call(request, context_.stop);
  if (!reply && context_.lost_reply()) reply = context_.tools.call(request, context_.stop);
  if (!reply) return fail(std::move(reply).error());
  AGENTA_TRY(page_, protocol::decode_batch_lines(reply->body));
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
