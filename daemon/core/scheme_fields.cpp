#include "daemon/core/scheme_fields.hpp"

#include <algorithm>

#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon {
namespace {

using Fields = std::vector<std::pair<std::string, Secret>>;

bool has(Fields const& given, std::string const& name) {
  return std::ranges::any_of(given, [&](auto const& pair) { return pair.first == name; });
}

std::string names_of(std::vector<AuthScheme> const& schemes) {
  std::vector<std::string> modes;
  for (AuthScheme const& scheme : schemes) modes.push_back(scheme.mode);
  return join(modes, ", ");
}

unexpected<Error> unknown_field(std::vector<AuthField> const& declared, std::string const& name,
                                FieldUse const& use) {
  std::vector<std::string> names;
  for (AuthField const& field : declared) names.push_back(field.name);
  if (names.empty()) {
    return fail(ErrorCode::invalid_request,
                use.integration + " takes no field " + use.purpose + ", and " + name + " was given",
                {"agenta-tools", "integrations", "show", use.integration});
  }
  auto const suggestion = nearest(name, names);
  return fail(ErrorCode::invalid_request, use.integration + " has no field " + name + " " + use.purpose +
                                              "; it takes " + join(names, ", ") +
                                              (suggestion ? "; did you mean " + *suggestion + "?" : ""));
}

unexpected<Error> missing_fields(std::vector<std::string> const& names, FieldUse const& use) {
  Error error;
  error.code = ErrorCode::invalid_credentials;
  error.message = use.integration + " needs " + join(names, ", ") + " " + use.purpose;
  error.next_step = {"agenta-tools", "connect", use.integration};
  std::string list;
  for (std::string const& name : names) {
    list.append(list.empty() ? "" : ",").append(protocol::write_string(name));
    error.next_step.insert(error.next_step.end(), {use.option, name + "=@FILE"});
  }
  error.context.text = "{\"fields\":[" + list + "]}";
  return fail(std::move(error));
}

}  // namespace

Result<void> check_fields(std::vector<AuthField> const& declared, Fields const& given, FieldUse const& use) {
  for (auto const& [name, value] : given) {
    bool const known = std::ranges::find(declared, name, &AuthField::name) != declared.end();
    if (!known) return unknown_field(declared, name, use);
  }
  std::vector<std::string> missing;
  for (AuthField const& field : declared) {
    if (field.required && !field.default_value && !has(given, field.name)) missing.push_back(field.name);
  }
  if (missing.empty()) return {};
  return missing_fields(missing, use);
}

Fields with_defaults(std::vector<AuthField> const& declared, Fields given) {
  for (AuthField const& field : declared) {
    if (field.required && field.default_value && !has(given, field.name))
      given.emplace_back(field.name, Secret{*field.default_value});
  }
  return given;
}

Result<AuthScheme> choose_scheme(IntegrationDetail const& detail, std::string const& wanted,
                                 Fields const& given) {
  auto const& schemes = detail.auth;
  std::string const& slug = detail.integration.slug.text;
  if (!wanted.empty()) {
    auto const found = std::ranges::find_if(
        schemes, [&](AuthScheme const& s) { return equal_ignoring_case(s.mode, wanted); });
    if (found != schemes.end()) return *found;
    return fail(ErrorCode::invalid_request,
                slug + " cannot be connected by " + wanted +
                    (schemes.empty() ? "" : "; it knows " + names_of(schemes)),
                {"agenta-tools", "integrations", "show", slug});
  }
  if (schemes.empty()) {
    return fail(ErrorCode::unsupported,
                "Composio does not say how " + slug + " is connected: give an auth config with --auth-config",
                {"agenta-tools", "integrations", "show", slug});
  }
  auto const declares_all = [&](AuthScheme const& scheme) {
    return std::ranges::all_of(given, [&](auto const& pair) {
      return std::ranges::find(scheme.connection_fields, pair.first, &AuthField::name) !=
             scheme.connection_fields.end();
    });
  };
  if (!given.empty()) {
    auto const found = std::ranges::find_if(schemes, declares_all);
    if (found != schemes.end()) return *found;
  }
  for (AuthScheme const& scheme : schemes) {
    if (scheme.managed) return scheme;
  }
  for (AuthScheme const& scheme : schemes) {
    if (!needs_browser(scheme) && is_ready_made(scheme)) return scheme;
  }
  return schemes.front();
}

}  // namespace agenta::daemon
