#include "cli/command/connect_draft.hpp"

#include <algorithm>
#include <utility>

#include "cli/command/connect_questions.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::cli {

Result<ConnectAnswer> post_draft(Context& context, ConnectDraft& draft) {
  ConnectQuestions questions{context, draft};
  AGENTA_CHECK(questions.ask_missing());
  for (;;) {
    auto posted = context.call_far(protocol::connect(draft.request));
    if (posted) {
      AGENTA_TRY(auto reply, protocol::decode_connect_reply(posted->body));
      return ConnectAnswer{.document = std::move(posted->body), .reply = std::move(reply)};
    }
    AGENTA_TRY(bool const is_otherwise, questions.ask_about(posted.error()));
    if (!is_otherwise) return fail(std::move(posted).error());
  }
}

AuthScheme const* find_scheme(IntegrationDetail const& detail, std::string const& wanted) {
  auto const first = [&](auto is_it) -> AuthScheme const* {
    auto const found = std::ranges::find_if(detail.auth, is_it);
    return found == detail.auth.end() ? nullptr : &*found;
  };
  if (!wanted.empty())
    return first([&](AuthScheme const& each) { return equal_ignoring_case(each.mode, wanted); });
  if (auto const* managed = first([](AuthScheme const& each) { return each.managed; })) return managed;
  auto const is_simple = [](AuthScheme const& each) { return !needs_browser(each) && is_ready_made(each); };
  if (auto const* fields = first(is_simple)) return fields;
  return detail.auth.empty() ? nullptr : &detail.auth.front();
}

std::string const& title_of(Integration const& integration) {
  return integration.name.empty() ? integration.slug.text : integration.name;
}

}  // namespace agenta::cli
