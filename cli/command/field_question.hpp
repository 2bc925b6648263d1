#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command/context.hpp"
#include "shared/base/secret.hpp"
#include "shared/domain/integration.hpp"

namespace agenta::cli {

/// What any way to connect says of a field in its list `which`. One of which nothing is said may be a secret.
AuthField describe_field(IntegrationDetail const& detail, std::vector<AuthField> AuthScheme::*which,
                         std::string name);

/// Whether a field may be given as `@FILE` where it is asked for: keys and documents of many lines, which
/// cannot be typed.
enum class TakesFile : bool { no, yes };
TakesFile takes_file(std::string_view scheme, AuthField const& field);

/// Why `value` cannot be the field's, for a person; nothing where it can. Never repeats the value.
std::optional<std::string> refuse_value(AuthField const& field, std::string_view value);

/// Asks for one field at the terminal, a secret without echo, until the answer can be its value: what is
/// wrong is said at once. `offered` is taken where nothing is typed; a secret one is not shown. Where nobody
/// can be asked: `instead`.
Result<Secret> ask_field(Context& context, AuthField const& field, std::optional<Secret> const& offered,
                         TakesFile takes_file, Error const& instead);

}  // namespace agenta::cli
