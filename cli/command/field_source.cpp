#include "cli/command/field_source.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "shared/base/private_dir.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kMostField = 64 << 10;

std::string alternatives(std::string const& name) {
  return "give " + name + "=@FILE, " + name + "=- for stdin or " + name + "=env:VAR";
}

unexpected<Error> refused_literal(std::string const& name) {
  return fail(ErrorCode::usage, "the secret " + name +
                                    " is not taken from the command line, where others can read it: " +
                                    alternatives(name) + ", or leave it out and be asked");
}

/// Nobody says that the field is none.
unexpected<Error> refused_unknown(std::string const& name, std::vector<AuthField> const& declared) {
  std::vector<std::string> names;
  for (AuthField const& field : declared) names.push_back(field.name);
  auto const meant = nearest(name, names);
  return fail(ErrorCode::usage, "nothing is known of a field " + name + (meant ? " (" + *meant + "?)" : "") +
                                    ", so it may be a secret: " + alternatives(name));
}

/// Whatever it is, nobody would take it.
unexpected<Error> refused_reference(std::string const& name, std::vector<AuthField> const& declared) {
  std::vector<std::string> names;
  for (AuthField const& field : declared) {
    if (std::ranges::find(names, field.name) == names.end()) names.push_back(field.name);
  }
  auto const meant = nearest(name, names);
  return fail(ErrorCode::usage, "there is no field " + name + (meant ? " (" + *meant + "?)" : "") +
                                    "; the fields are " + join(names, ", "));
}

/// What ends a file or a line is no part of a credential.
Secret without_line_end(std::string text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return Secret{std::move(text)};
}

Result<FieldSource> parse_field(std::string_view flag, std::string const& text) {
  std::size_t const at = text.find('=');
  if (at == 0 || at == std::string::npos) {
    return fail(ErrorCode::usage, std::string{flag} +
                                      " takes NAME=@FILE, NAME=- for stdin, NAME=env:VAR, or NAME=text for "
                                      "what is no secret");
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

bool is_declared(FieldSource const& source, std::vector<AuthField> const& declared) {
  return std::ranges::find(declared, source.name, &AuthField::name) != declared.end();
}

/// Whether any way to connect calls it secret, or none says what it is.
bool may_be_secret(FieldSource const& source, std::vector<AuthField> const& declared) {
  return !is_declared(source, declared) || std::ranges::any_of(declared, [&](AuthField const& field) {
    return field.name == source.name && is_secret(field);
  });
}

Result<void> check_source(FieldSource const& source, std::vector<AuthField> const& declared,
                          Undeclared undeclared) {
  bool const is_known = is_declared(source, declared);
  if (source.kind != FieldSource::Kind::literal) {
    bool const is_refused = !is_known && !declared.empty() && undeclared == Undeclared::refused;
    return is_refused ? refused_reference(source.name, declared) : Result<void>{};
  }
  if (is_known && may_be_secret(source, declared)) return refused_literal(source.name);
  if (!is_known && undeclared != Undeclared::by_name) return refused_unknown(source.name, declared);
  return {};
}

Result<Secret> read_open_file(std::filesystem::path const& path) {
  auto content = read_file(path, kMostField);
  if (!content) return fail(error_from(content.error(), ErrorCode::usage));
  return without_line_end(std::move(*content));
}

}  // namespace

bool is_named_secret(std::string_view name) {
  std::string const lower = to_lower(name);
  constexpr std::array<std::string_view, 6> kWords{"key",      "secret", "token",
                                                   "password", "passwd", "credential"};
  return std::ranges::any_of(kWords,
                             [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

bool is_secret(AuthField const& field) { return field.secret || is_named_secret(field.display_name); }

Result<std::vector<FieldSource>> parse_fields(std::string_view flag, std::vector<std::string> const& texts) {
  std::vector<FieldSource> sources;
  for (std::string const& text : texts) {
    AGENTA_TRY(auto source, parse_field(flag, text));
    bool const is_twice = std::ranges::find(sources, source.name, &FieldSource::name) != sources.end();
    if (is_twice) {
      return fail(ErrorCode::usage, std::string{flag} + " gives " + source.name + " more than once");
    }
    sources.push_back(std::move(source));
  }
  return sources;
}

Result<Secret> read_secret_file(std::filesystem::path const& path) {
  if (auto checked = check_private_file(path); !checked) {
    return fail(error_from(checked.error(), ErrorCode::usage));
  }
  return read_open_file(path);
}

Result<Secret> FieldReader::read_one(FieldSource const& source, bool may_be_secret) {
  switch (source.kind) {
    case FieldSource::Kind::file:
      return may_be_secret ? read_secret_file(source.value) : read_open_file(source.value);
    case FieldSource::Kind::input: {
      if (std::exchange(has_read_input_, true)) {
        return fail(ErrorCode::usage, "stdin can be given to one field only");
      }
      AGENTA_TRY(auto content, context_.terminal.read_all(kMostField, context_.stop));
      return without_line_end(std::move(content));
    }
    case FieldSource::Kind::variable: {
      auto value = context_.environment(source.value);
      if (!value) {
        return fail(ErrorCode::usage,
                    "the variable " + source.value + " for the field " + source.name + " is not set");
      }
      return Secret{std::move(*value)};
    }
    case FieldSource::Kind::literal: return Secret{source.value};
  }
  __builtin_unreachable();
}

Result<Fields> FieldReader::read(std::vector<FieldSource> const& sources,
                                 std::vector<AuthField> const& declared, Undeclared undeclared) {
  for (FieldSource const& source : sources) {
    AGENTA_CHECK(check_source(source, declared, undeclared));
  }
  Fields fields;
  for (FieldSource const& source : sources) {
    AGENTA_TRY(auto value, read_one(source, may_be_secret(source, declared)));
    fields.emplace_back(source.name, std::move(value));
  }
  return fields;
}

}  // namespace agenta::cli
