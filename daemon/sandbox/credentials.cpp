#include "daemon/sandbox/credentials.hpp"

#include <algorithm>
#include <array>

namespace agenta::daemon::sandbox {
namespace {

constexpr std::size_t kShown = 4;  // characters of a secret

}  // namespace

bool is_redirect_scheme(std::string_view scheme) {
  return scheme == "OAUTH2" || scheme == "OAUTH1" || scheme == "DCR_OAUTH";
}

bool is_revocable_scheme(std::string_view scheme) { return is_redirect_scheme(scheme); }

std::vector<std::string> missing_fields(std::vector<CredentialField> const& fields,
                                        FieldValues const& given) {
  std::vector<std::string> missing;
  for (auto const& field : fields) {
    auto const value = given.find(field.name);
    bool const has_value = field.default_value || (value != given.end() && !value->second.empty());
    if (field.required && !has_value) missing.push_back(field.name);
  }
  return missing;
}

void fill_defaults(std::vector<CredentialField> const& fields, FieldValues& given) {
  for (auto const& field : fields) {
    if (!field.default_value) continue;
    auto& value = given[field.name];
    if (value.empty()) value = *field.default_value;
  }
}

std::optional<std::string> credential_complaint(AuthScheme const* scheme, FieldValues const& given) {
  if (scheme == nullptr) return std::nullopt;
  for (auto const& field : scheme->connection) {
    auto const value = given.find(field.name);
    if (value == given.end() || value->second.starts_with(field.must_begin_with)) continue;
    if (!scheme->refusal.empty()) return scheme->refusal;
    return "Invalid " + field.label + " provided: " + masked(value->second);
  }
  return std::nullopt;
}

bool is_secret_field(std::vector<CredentialField> const* fields, std::string_view name) {
  if (fields != nullptr) {
    auto const field = std::ranges::find(*fields, name, &CredentialField::name);
    if (field != fields->end()) return field->secret;
  }
  return std::ranges::any_of(
      std::array{"key", "secret", "token", "password", "credentials"},
      [&](std::string_view part) { return name.find(part) != std::string_view::npos; });
}

std::string sample_value(CredentialField const& field) {
  return field.default_value.value_or(field.must_begin_with + "sandbox_" + field.name);
}

FieldValues without_secrets(AuthScheme const* scheme, FieldValues given) {
  auto const* fields = scheme == nullptr ? nullptr : &scheme->connection;
  for (auto& [name, value] : given) {
    if (!is_secret_field(fields, name)) continue;
    std::size_t kept = kShown;
    if (fields != nullptr) {
      auto const field = std::ranges::find(*fields, name, &CredentialField::name);
      if (field != fields->end()) kept = std::max(kept, field->must_begin_with.size());
    }
    value.resize(std::min(value.size(), kept));
  }
  return given;
}

std::string masked(std::string_view secret) { return std::string{secret.substr(0, kShown)} + "..."; }

}  // namespace agenta::daemon::sandbox
