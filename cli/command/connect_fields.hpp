#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/command/context.hpp"
#include "shared/base/secret.hpp"
#include "shared/domain/integration.hpp"

namespace agenta::cli {

/// A `--field K=…` before its value is read.
struct FieldSource {
  enum class Kind { file, input, variable, literal };
  std::string name{};
  Kind kind = Kind::literal;
  std::string value{};  ///< the path, the variable's name, or the literal
};

/// Reads `K=@FILE`, `K=-`, `K=env:VAR` and `K=text`. `USAGE` where there is no `=`, or where a literal is
/// given to a field that is named like a secret: its value is not repeated.
Result<FieldSource> parse_field(std::string const& text);

using Fields = std::vector<std::pair<std::string, Secret>>;

/// The values of what `--field` named. A file must be closed to others. A literal is refused for a field that
/// the scheme calls secret.
Result<Fields> read_fields(Context& context, std::vector<FieldSource> const& sources,
                           AuthScheme const& scheme);

/// Asks for what the scheme requires and `fields` lacks; `INPUT_NEEDED` listing all of it where nobody can be
/// asked.
Result<void> ask_missing(Context& context, IntegrationSlug const& integration, AuthScheme const& scheme,
                         Fields& fields);

/// The scheme that a connection of this integration is made by: the one asked for, else as the daemon chooses
/// (one that Composio has an app for, else one to fill in, else the first). Nothing where the integration
/// declares none.
AuthScheme const* find_scheme(IntegrationDetail const& detail, std::string const& wanted);

}  // namespace agenta::cli
