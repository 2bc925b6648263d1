#include "daemon/composio/proxy_fate.hpp"

#include <utility>

#include "daemon/composio/composio_codec.hpp"
#include "daemon/composio/execute_fate.hpp"

namespace agenta::daemon {
namespace {

bool is_success(HttpOutcome const& outcome) {
  return outcome.progress == HttpProgress::replied && outcome.reply.status >= 200 &&
         outcome.reply.status < 300;
}

void scrub(ProxyReply& reply, Scrubber const& scrubber) {
  // Escapes in the JSON may have hidden it from a search of the bytes.
  if (!scrubber.is_clean(reply.body)) reply.body = scrubber.scrub(reply.body);
  for (auto& each : reply.headers) each.value = scrubber.scrub(each.value);
}

}  // namespace

ProxyOutcome proxy_outcome(HttpOutcome const& outcome, Asked const& asked, Scrubber const& scrubber) {
  auto judged = ProxyOutcome{};
  if (is_success(outcome)) {
    auto const& body = outcome.reply.body;
    auto reply = scrubber.is_clean(body) ? parse_proxy(body) : parse_proxy(scrubber.scrub(body));
    if (reply) {
      scrub(*reply, scrubber);
      judged.fate = Fate::answered;
      judged.reply = *std::move(reply);
      return judged;
    }
    judged.fate = Fate::unknown;
    judged.error.emplace();
    judged.error->code = ErrorCode::outcome_unknown;
    judged.error->message = asked.subject + ": the reply cannot be read; it may have been done";
    judged.error->request_id = scrubber.scrub(request_id_of(outcome.reply, std::nullopt));
    return judged;
  }
  auto executed = execute_outcome(outcome, asked, scrubber);
  judged.fate = executed.fate;
  judged.error = std::move(executed.error);
  judged.rate = executed.rate;
  return judged;
}

}  // namespace agenta::daemon
