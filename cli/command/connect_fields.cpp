#include "cli/command/connect_fields.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "shared/base/private_dir.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kMostField = 64 << 10;

/// As the daemon tells secret fields by name (`AuthField::secret`); the scheme's own word comes later.
bool is_named_secret(std::string_view name) {
  std::string const lower = to_lower(name);
  constexpr std::array<std::string_view, 6> kWords{"key",      "secret", "token",
                                                   "password", "passwd", "credential"};
  return std::ranges::any_of(kWords,
                             [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

unexpected<Error> refused_literal(std::string const& name) {
  return fail(ErrorCode::usage, "the secret " + name +
                                    " is not taken from the command line, where others can read it: give " +
                                    name + "=@FILE, " + name + "=- for stdin or " + name +
                                    "=env:VAR, or leave it out and be asked");
}

/// What ends a file or a line is no part of a credential.
Secret without_line_end(std::string text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return Secret{std::move(text)};
}

AuthField const* find_field(AuthScheme const& scheme, std::string const& name) {
  auto const found = std::ranges::find(scheme.connection_fields, name, &AuthField::name);
  return found == scheme.connection_fields.end() ? nullptr : &*found;
}

Result<Secret> read_field(Context& context, FieldSource const& source, AuthScheme const& scheme) {
  switch (source.kind) {
    case FieldSource::Kind::file: {
      if (auto checked = check_private_file(source.value); !checked) {
        return fail(error_from(checked.error(), ErrorCode::usage));
      }
      auto content = read_file(source.value, kMostField);
      if (!content) return fail(error_from(content.error(), ErrorCode::usage));
      return without_line_end(std::move(*content));
    }
    case FieldSource::Kind::input: {
      AGENTA_TRY(auto content, context.terminal.read_all(kMostField, context.stop));
      return without_line_end(std::move(content));
    }
    case FieldSource::Kind::variable: {
      auto value = context.environment(source.value);
      if (!value) {
        return fail(ErrorCode::usage,
                    "the variable " + source.value + " for the field " + source.name + " is not set");
      }
      return Secret{std::move(*value)};
    }
    case FieldSource::Kind::literal: {
      auto const* field = find_field(scheme, source.name);
      if (field != nullptr && field->secret) return refused_literal(source.name);
      return Secret{source.value};
    }
  }
  __builtin_unreachable();
}

std::vector<AuthField const*> missing_of(AuthScheme const& scheme, Fields const& fields) {
  std::vector<AuthField const*> missing;
  for (AuthField const& field : scheme.connection_fields) {
    bool const is_given =
        std::ranges::any_of(fields, [&](auto const& pair) { return pair.first == field.name; });
    if (field.required && !field.default_value && !is_given) missing.push_back(&field);
  }
  return missing;
}

Error fields_needed(IntegrationSlug const& integration, std::vector<AuthField const*> const& missing) {
  Error error;
  error.code = ErrorCode::input_needed;
  error.next_step = {"agenta-tools", "connect", integration.text};
  std::vector<std::string> names;
  std::string list;
  for (AuthField const* field : missing) {
    names.push_back(field->name);
    list.append(list.empty() ? "" : ",").append(protocol::write_string(field->name));
    error.next_step.insert(error.next_step.end(), {"--field", field->name + "=@FILE"});
  }
  error.message =
      "connecting " + integration.text + " needs " + join(names, " and ") + ", and there is nobody to ask";
  error.context.text = "{\"fields\":[" + list + "]}";
  return error;
}

}  // namespace

Result<FieldSource> parse_field(std::string const& text) {
  std::size_t const at = text.find('=');
  if (at == 0 || at == std::string::npos) {
    return fail(
        ErrorCode::usage,
        "--field takes NAME=@FILE, NAME=- for stdin, NAME=env:VAR, or NAME=text for what is no secret");
  }
  constexpr std::string_view kVariable = "env:";
  FieldSource source;
  source.name = text.substr(0, at);
  source.value = text.substr(at + 1);
  if (source.value == "-") {
    source.kind = FieldSource::Kind::input;
  } else if (source.value.starts_with('@')) {
    source.kind = FieldSource::Kind::file;
    source.value.erase(0, 1);
  } else if (source.value.starts_with(kVariable)) {
    source.kind = FieldSource::Kind::variable;
    source.value.erase(0, kVariable.size());
  } else if (is_named_secret(source.name)) {
    return refused_literal(source.name);
  }
  return source;
}

Result<Fields> read_fields(Context& context, std::vector<FieldSource> const& sources,
                           AuthScheme const& scheme) {
  Fields fields;
  bool has_read_input = false;
  for (FieldSource const& source : sources) {
    if (source.kind == FieldSource::Kind::input && std::exchange(has_read_input, true)) {
      return fail(ErrorCode::usage, "stdin can be given to one field only");
    }
    AGENTA_TRY(auto value, read_field(context, source, scheme));
    fields.emplace_back(source.name, std::move(value));
  }
  return fields;
}

Result<void> ask_missing(Context& context, IntegrationSlug const& integration, AuthScheme const& scheme,
                         Fields& fields) {
  auto const missing = missing_of(scheme, fields);
  if (missing.empty()) return {};
  Error const instead = fields_needed(integration, missing);
  for (AuthField const* field : missing) {
    std::string const label = field->display_name.empty() ? field->name : field->display_name;
    std::string const about = field->description.empty() ? "" : " (" + field->description + ")";
    if (field->secret) {
      AGENTA_TRY(auto value, context.prompt().secret(label + about + ", not shown:", instead, context.stop));
      fields.emplace_back(field->name, std::move(value));
    } else {
      AGENTA_TRY(auto value, context.prompt().text(label + about + ":", instead, context.stop));
      fields.emplace_back(field->name, Secret{std::move(value)});
    }
  }
  return {};
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

}  // namespace agenta::cli
