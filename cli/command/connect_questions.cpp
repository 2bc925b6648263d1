#include "cli/command/connect_questions.hpp"

#include <algorithm>
#include <utility>

#include "cli/command/field_question.hpp"
#include "cli/command/own_app.hpp"
#include "cli/terminal/sanitize.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

auto find_value(Fields& fields, std::string const& name) {
  return std::ranges::find_if(fields, [&](auto const& pair) { return pair.first == name; });
}

}  // namespace

ConnectQuestions::ConnectQuestions(Context& context, ConnectDraft& draft) : context_(context), draft_(draft) {
  if (draft.scheme) fields_ = draft.scheme->connection_fields;
}

std::vector<AuthField const*> ConnectQuestions::missing(bool even_with_default) const {
  std::vector<AuthField const*> missing;
  for (AuthField const& field : fields_) {
    bool const is_given =
        find_value(draft_.request.credentials, field.name) != draft_.request.credentials.end();
    if (!field.required || is_given) continue;
    if (even_with_default || !field.default_value) missing.push_back(&field);
  }
  return missing;
}

Error ConnectQuestions::fields_needed() const {
  std::string const& integration = draft_.detail.integration.slug.text;
  Error error;
  error.code = ErrorCode::input_needed;
  error.next_step = {"agenta-tools", "connect", integration};
  std::vector<std::string> names;
  std::string list;
  for (AuthField const* field : missing(false)) {
    names.push_back(field->name);
    list.append(list.empty() ? "" : ",").append(protocol::write_string(field->name));
    error.next_step.insert(error.next_step.end(), {"--field", field->name + "=@FILE"});
  }
  error.message =
      "connecting " + integration + " needs " + join(names, " and ") + ", and there is nobody to ask";
  error.context.text = "{\"fields\":[" + list + "]}";
  return error;
}

void ConnectQuestions::introduce() const {
  if (!draft_.scheme) return;
  AuthScheme const& scheme = *draft_.scheme;
  std::string line = "To connect " + title_of(draft_.detail.integration) + " (" + scheme.mode + ")";
  line += scheme.help_url.empty() ? ":" : ", find what is asked for at " + scheme.help_url + ":";
  context_.say(line);
}

Result<void> ConnectQuestions::ask_missing() {
  Error const instead = fields_needed();
  if (!context_.prompt().may_ask()) {
    if (missing(false).empty()) return {};
    return fail(instead);
  }
  auto const open = missing(true);
  if (!open.empty() && !before_) introduce();
  for (AuthField const* field : open) {
    std::optional<Secret> offered;
    if (field->default_value) offered = Secret{*field->default_value};
    if (before_) {
      if (auto const typed = find_value(*before_, field->name); typed != before_->end())
        offered = typed->second;
    }
    auto const file = takes_file(draft_.scheme ? draft_.scheme->mode : "", *field);
    AGENTA_TRY(auto value, ask_field(context_, *field, offered, file, instead));
    draft_.request.credentials.emplace_back(field->name, std::move(value));
    typed_.push_back(field->name);
  }
  return {};
}

/// Where the scheme is one that only the daemon knows, it says which fields are missing. Whether it does.
bool ConnectQuestions::learn_fields(Error const& refusal) {
  if (!fields_.empty() || refusal.context.text.empty()) return false;
  auto const names =
      protocol::elements_of(protocol::find_member(refusal.context.text, "fields").value_or("null"));
  if (!names) return false;
  for (std::string_view const name : *names) {
    auto text = protocol::read_string(name);
    if (!text) return false;
    fields_.push_back(describe_field(draft_.detail, &AuthScheme::connection_fields, std::move(*text)));
    fields_.back().required = true;
  }
  return !fields_.empty();
}

void ConnectQuestions::take_back() {
  Fields& given = draft_.request.credentials;
  before_.emplace();
  for (std::string const& name : std::exchange(typed_, {})) {
    auto const field = std::ranges::find(fields_, name, &AuthField::name);
    auto const at = find_value(given, name);
    if (!is_secret(*field)) before_->push_back(*at);
    given.erase(at);
  }
}

Result<bool> ConnectQuestions::ask_about(Error const& refusal) {
  if (!context_.prompt().may_ask()) return false;
  if (auto const app = find_own_app(refusal, draft_.detail)) {
    if (std::exchange(has_asked_for_app_, true)) return false;
    AGENTA_CHECK(ask_own_app(context_, draft_.detail.integration, *app, draft_.request.auth_config_fields));
    return true;
  }
  if (refusal.code != ErrorCode::invalid_credentials) return false;
  if (!learn_fields(refusal)) {
    constexpr int kMostRefusals = 3;
    // What came from a file or a variable cannot be mended by asking.
    if (typed_.empty() || ++refusals_ >= kMostRefusals) return false;
    context_.terminal.err(visible(refusal.message) + "\n");
    take_back();
  }
  AGENTA_CHECK(ask_missing());
  return true;
}

}  // namespace agenta::cli
