#include "cli/command/connect_draft.hpp"

#include <algorithm>
#include <utility>

#include "cli/command/connect_questions.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::cli {
namespace {

bool names_fields(std::string_view flag) { return flag == "--field" || flag == "--auth-config-field"; }

/// Whether the step says already what `flag` does; of a field, whether it gives that one.
bool says(std::vector<std::string> const& step, std::string const& flag, std::string const& value) {
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (step[i] != flag) continue;
    if (!names_fields(flag)) return true;
    std::string const name = value.substr(0, value.find('=') + 1);
    if (i + 1 < step.size() && step[i + 1].starts_with(name)) return true;
  }
  return false;
}

/// A step that asks for more about the same connection, with what was said about it.
void keep_typed(Error& error, ConnectDraft const& draft) {
  bool const asks_for_more = error.code == ErrorCode::input_needed ||
                             error.code == ErrorCode::invalid_credentials ||
                             error.code == ErrorCode::not_configured;
  auto& step = error.next_step;
  auto const verb = std::ranges::find(step, "connect");
  if (!asks_for_more || verb == step.end() || verb + 1 == step.end()) return;
  if (*(verb + 1) != draft.request.integration) return;
  std::vector<std::string> kept;
  for (std::size_t i = 0; i + 1 < draft.typed.size(); i += 2) {
    if (!says(step, draft.typed[i], draft.typed[i + 1]))
      kept.insert(kept.end(), {draft.typed[i], draft.typed[i + 1]});
  }
  step.insert(verb + 2, kept.begin(), kept.end());
}

Result<ConnectAnswer> ask_and_post(Context& context, ConnectDraft& draft) {
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

}  // namespace

Result<ConnectAnswer> post_draft(Context& context, ConnectDraft& draft) {
  auto answer = ask_and_post(context, draft);
  if (!answer) keep_typed(answer.error(), draft);
  return answer;
}

AuthScheme const* find_scheme(IntegrationDetail const& detail, std::string const& wanted,
                              std::vector<std::string> const& given) {
  auto const first = [&](auto is_it) -> AuthScheme const* {
    auto const found = std::ranges::find_if(detail.auth, is_it);
    return found == detail.auth.end() ? nullptr : &*found;
  };
  if (!wanted.empty())
    return first([&](AuthScheme const& each) { return equal_ignoring_case(each.mode, wanted); });
  auto const declares_all = [&](AuthScheme const& each) {
    return std::ranges::all_of(given, [&](std::string const& name) {
      return std::ranges::find(each.connection_fields, name, &AuthField::name) !=
             each.connection_fields.end();
    });
  };
  if (!given.empty()) {
    if (auto const* meant = first(declares_all)) return meant;
  }
  if (auto const* managed = first([](AuthScheme const& each) { return each.managed; })) return managed;
  auto const is_simple = [](AuthScheme const& each) { return !needs_browser(each) && is_ready_made(each); };
  if (auto const* fields = first(is_simple)) return fields;
  return detail.auth.empty() ? nullptr : &detail.auth.front();
}

std::string const& title_of(Integration const& integration) {
  return integration.name.empty() ? integration.slug.text : integration.name;
}

}  // namespace agenta::cli
