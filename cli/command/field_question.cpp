#include "cli/command/field_question.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "cli/command/field_source.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/width.hpp"
#include "cli/terminal/wrap.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::cli {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// Whether the field is an address, by its type or its name. Not where its default is none: some services
/// call a host name so.
bool is_address(AuthField const& field) {
  bool const has_other_default = field.default_value && !field.default_value->empty() &&
                                 field.default_value->find("://") == std::string::npos;
  if (has_other_default) return false;
  std::string const type = to_lower(field.type);
  std::string const name = to_lower(field.name);
  return type == "url" || type == "uri" || name == "url" || name.starts_with("url_") ||
         name.ends_with("_url") || name.ends_with("url") || name.ends_with("_uri");
}

bool is_web_address(std::string_view value) {
  std::string const lower = to_lower(value.substr(0, 8));
  std::size_t const host = lower.starts_with("https://") ? 8 : lower.starts_with("http://") ? 7 : 0;
  return host != 0 && value.size() > host && value[host] != '/' &&
         std::ranges::none_of(value, [](unsigned char c) { return c <= ' ' || c == 0x7F; });
}

bool is_number(std::string_view value, bool is_whole) {
  std::string_view digits = value;
  if (digits.starts_with('-') || digits.starts_with('+')) digits.remove_prefix(1);
  bool const has_digits = std::ranges::any_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  bool const is_plain =
      std::ranges::all_of(digits, [&](char c) { return (c >= '0' && c <= '9') || (c == '.' && !is_whole); });
  return has_digits && is_plain && std::ranges::count(digits, '.') <= 1;
}

/// `true` and `false` as they are sent; nothing for another word.
std::optional<std::string> parse_choice(std::string_view value) {
  std::string const word = to_lower(value);
  if (word == "true" || word == "yes" || word == "y") return "true";
  if (word == "false" || word == "no" || word == "n") return "false";
  return std::nullopt;
}

/// What a person calls the field.
std::string const& label_of(AuthField const& field) {
  return field.display_name.empty() ? field.name : field.display_name;
}

/// The question on one line; where the description would make it long, that stands above it.
std::string write_question(Context& context, AuthField const& field, std::optional<Secret> const& offered,
                           TakesFile takes_file) {
  constexpr int kShort = 48;
  std::string question = label_of(field);
  std::string const about = equal_ignoring_case(field.description, question) ? "" : field.description;
  if (display_width(about) > kShort || about.find('\n') != std::string::npos) {
    context.terminal.err(wrapped(about, 2, std::max(context.terminal.err_width(), 20)));
  } else if (!about.empty()) {
    question += " (" + about + ")";
  }
  if (takes_file == TakesFile::yes) question += ", or @FILE";
  if (field.secret) question += ", not shown";
  if (offered && !offered->empty()) question += field.secret ? " [default]" : " [" + offered->reveal() + "]";
  return question + ":";
}

/// The file that was named instead of the value; the value itself where none was.
Result<Secret> read_named_file(Context& context, Secret value) {
  if (!value.reveal().starts_with('@')) return value;
  std::string path = value.reveal().substr(1);
  if (path.starts_with("~/")) path.replace(0, 1, context.environment("HOME").value_or("~"));
  return read_secret_file(path);
}

std::optional<std::string> refuse_file_name(std::string_view value) {
  constexpr std::size_t kLongestPath = 4096;
  std::error_code ignored;
  if (value.empty() || value.size() > kLongestPath || !std::filesystem::is_regular_file(value, ignored))
    return std::nullopt;
  return "that is the name of a file: write @ before it, and what is in it is taken";
}

}  // namespace

AuthField describe_field(IntegrationDetail const& detail, std::vector<AuthField> AuthScheme::*which,
                         std::string name) {
  for (AuthScheme const& scheme : detail.auth) {
    auto const found = std::ranges::find(scheme.*which, name, &AuthField::name);
    if (found != (scheme.*which).end()) return *found;
  }
  AuthField field;
  field.name = std::move(name);
  field.secret = true;
  return field;
}

TakesFile takes_file(std::string_view scheme, AuthField const& field) {
  std::string const name = to_lower(field.name);
  constexpr std::array<std::string_view, 4> kDocuments{"private_key", "certificate", "credentials_json",
                                                       "service_account"};
  bool const is_document =
      std::ranges::any_of(kDocuments, [&](std::string_view word) { return contains(name, word); });
  bool const is_of_robot = contains(to_upper(scheme), "SERVICE_ACCOUNT") && field.secret;
  return is_document || is_of_robot ? TakesFile::yes : TakesFile::no;
}

std::optional<std::string> refuse_value(AuthField const& field, std::string_view value) {
  std::string const& label = label_of(field);
  std::string const type = to_lower(field.type);
  if (value.empty()) return label + " must not be empty";
  if ((type == "integer" || type == "int") && !is_number(value, true)) return label + " is a whole number";
  if ((type == "number" || type == "float") && !is_number(value, false)) return label + " is a number";
  if ((type == "boolean" || type == "bool") && !parse_choice(value)) return label + " is yes or no";
  if (!field.secret && is_address(field) && !is_web_address(value)) {
    return label + " is an address that begins with https:// (or http://)";
  }
  return std::nullopt;
}

Result<Secret> ask_field(Context& context, AuthField const& field, std::optional<Secret> const& offered,
                         TakesFile takes_file, Error const& instead) {
  for (;;) {
    std::string const question = write_question(context, field, offered, takes_file);
    Secret answer;
    if (field.secret) {
      AGENTA_TRY(answer, context.prompt().secret(question, instead, context.stop));
    } else {
      AGENTA_TRY(auto text, context.prompt().text(question, instead, context.stop));
      answer = Secret{std::move(text)};
    }
    if (answer.empty() && offered) answer = *offered;
    std::optional<std::string> problem;
    if (takes_file == TakesFile::yes) {
      if (auto read = read_named_file(context, std::move(answer))) {
        answer = std::move(*read);
        problem = refuse_file_name(answer.reveal());
      } else {
        problem = std::move(read).error().message;
      }
    }
    if (!problem) problem = refuse_value(field, answer.reveal());
    if (!problem) {
      bool const is_choice = to_lower(field.type).starts_with("bool");
      return is_choice ? Secret{parse_choice(answer.reveal()).value_or("")} : std::move(answer);
    }
    context.terminal.err("  " + visible(*problem) + ".\n");
  }
}

}  // namespace agenta::cli
