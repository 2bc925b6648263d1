#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/sandbox/catalog.hpp"

namespace agenta::daemon::sandbox {

/// Values by the names of their fields.
using FieldValues = std::map<std::string, std::string>;

/// Whether a user connects by agreeing on the provider's page, so that an account begins with a link.
bool is_redirect_scheme(std::string_view scheme);
/// Whether the provider takes back what it has given out.
bool is_revocable_scheme(std::string_view scheme);

/// The names of the required fields that are neither given nor have a default.
std::vector<std::string> missing_fields(std::vector<CredentialField> const& fields, FieldValues const& given);
/// Gives every field that has a default and no value that default.
void fill_defaults(std::vector<CredentialField> const& fields, FieldValues& given);
/// What the provider would say to these credentials; nothing where it takes them. `scheme` may be null.
std::optional<std::string> credential_complaint(AuthScheme const* scheme, FieldValues const& given);
/// Whether what is given as `name` is never to be shown.
bool is_secret_field(std::vector<CredentialField> const* fields, std::string_view name);
/// A value that the provider takes, for links that nobody is there to answer.
std::string sample_value(CredentialField const& field);

/// As much of the values as is ever checked or shown: of a secret, its beginning. Nothing else is kept.
FieldValues without_secrets(AuthScheme const* scheme, FieldValues given);
/// The first four characters, the rest hidden.
std::string masked(std::string_view secret);

/// The fields that a scheme asks a user for, where a toolkit says nothing of its own.
std::vector<CredentialField> standard_fields(std::string_view scheme);
/// The same for the owner of a project; `scopes` are those of the toolkit.
std::vector<CredentialField> standard_creation_fields(std::string_view scheme,
                                                      std::vector<std::string> const& scopes);
/// A scheme as most toolkits have it.
AuthScheme standard_scheme(std::string mode, bool managed, std::vector<std::string> const& scopes);

}  // namespace agenta::daemon::sandbox
