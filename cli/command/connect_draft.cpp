#include "cli/command/connect_draft.hpp"

#include <algorithm>
#include <utility>

#include "cli/command/field_question.hpp"
#include "cli/command/own_app.hpp"
#include "cli/terminal/sanitize.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

constexpr int kMostTries = 3;

bool is_given(Fields const& fields, std::string const& name) {
  return std::ranges::any_of(fields, [&](auto const& pair) { return pair.first == name; });
}

std::optional<Secret> find_value(Fields const& fields, std::string const& name) {
  for (auto const& [each, value] : fields) {
    if (each == name) return value;
  }
  return std::nullopt;
}

/// What the scheme requires and is not given, in its order; without a default alone where `bare`.
std::vector<AuthField const*> missing_of(ConnectDraft const& draft, bool bare) {
  std::vector<AuthField const*> missing;
  for (AuthField const& field : draft.scheme->connection_fields) {
    if (!field.required || is_given(draft.request.credentials, field.name)) continue;
    if (!bare || !field.default_value) missing.push_back(&field);
  }
  return missing;
}

Error fields_needed(ConnectDraft const& draft, std::vector<AuthField const*> const& missing) {
  std::string const& integration = draft.detail.integration.slug.text;
  Error error;
  error.code = ErrorCode::input_needed;
  error.next_step = {"agenta-tools", "connect", integration};
  std::vector<std::string> names;
  std::string list;
  for (AuthField const* field : missing) {
    names.push_back(field->name);
    list.append(list.empty() ? "" : ",").append(protocol::write_string(field->name));
    error.next_step.insert(error.next_step.end(), {"--field", field->name + "=@FILE"});
  }
  error.message =
      "connecting " + integration + " needs " + join(names, " and ") + ", and there is nobody to ask";
  error.context.text = "{\"fields\":[" + list + "]}";
  return error;
}

void introduce(Context& context, ConnectDraft const& draft) {
  std::string line = title_of(draft.detail.integration) + " is connected by " + draft.scheme->mode + ".";
  if (!draft.scheme->help_url.empty()) line += " Where to find what is asked for: " + draft.scheme->help_url;
  context.say(line);
}

/// `before`: what was typed the time before and is no secret, offered again; nothing the first time.
Result<void> ask_missing(Context& context, ConnectDraft& draft, std::optional<Fields> const& before) {
  Error const instead = fields_needed(draft, missing_of(draft, true));
  if (!context.prompt().may_ask()) {
    if (missing_of(draft, true).empty()) return {};
    return fail(instead);
  }
  auto const missing = missing_of(draft, false);
  if (!missing.empty() && !before) introduce(context, draft);
  for (AuthField const* field : missing) {
    auto offered = before ? find_value(*before, field->name) : std::nullopt;
    if (!offered && field->default_value) offered = Secret{*field->default_value};
    auto const file = takes_file(draft.scheme->mode, *field);
    AGENTA_TRY(auto value, ask_field(context, *field, offered, file, instead));
    draft.request.credentials.emplace_back(field->name, std::move(value));
    draft.typed.push_back(field->name);
  }
  return {};
}

/// Takes what was typed out of the request: what of it is no secret, to be offered again.
Fields take_back(ConnectDraft& draft) {
  Fields shown;
  for (std::string const& name : std::exchange(draft.typed, {})) {
    auto const field = std::ranges::find(draft.scheme->connection_fields, name, &AuthField::name);
    auto const at =
        std::ranges::find_if(draft.request.credentials, [&](auto const& pair) { return pair.first == name; });
    if (!field->secret) shown.push_back(*at);
    draft.request.credentials.erase(at);
  }
  return shown;
}

}  // namespace

Result<ConnectAnswer> post_draft(Context& context, ConnectDraft& draft) {
  bool has_asked_for_app = false;
  std::optional<Fields> before;
  for (int tries = 1;; ++tries) {
    if (draft.scheme) AGENTA_CHECK(ask_missing(context, draft, before));
    auto posted = context.call_far(protocol::connect(draft.request));
    if (posted) {
      AGENTA_TRY(auto reply, protocol::decode_connect_reply(posted->body));
      return ConnectAnswer{.document = std::move(posted->body), .reply = std::move(reply)};
    }
    Error const& refusal = posted.error();
    auto const app = find_own_app(refusal);
    if (app && !has_asked_for_app && context.prompt().may_ask()) {
      has_asked_for_app = true;
      AGENTA_CHECK(ask_own_app(context, draft.detail.integration, *app, draft.request.auth_config_fields));
      continue;
    }
    bool const was_typed = refusal.code == ErrorCode::invalid_credentials && !draft.typed.empty();
    if (!was_typed || tries >= kMostTries) return fail(refusal);
    context.terminal.err(visible(refusal.message) + "\n");
    before = take_back(draft);
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
  if (auto const* fields = first([](AuthScheme const& each) { return !needs_browser(each.mode); }))
    return fields;
  return detail.auth.empty() ? nullptr : &detail.auth.front();
}

std::string const& title_of(Integration const& integration) {
  return integration.name.empty() ? integration.slug.text : integration.name;
}

}  // namespace agenta::cli
