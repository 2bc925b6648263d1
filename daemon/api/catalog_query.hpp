#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/api/router.hpp"
#include "daemon/core/catalog.hpp"
#include "daemon/core/definitions.hpp"
#include "daemon/core/tool_search.hpp"
#include "shared/schema/tool_format.hpp"

/// The query parameters of the catalogue's resources. What is malformed or unknown is `INVALID_REQUEST`, with
/// the nearest right word.
namespace agenta::daemon::api {

/// `true` or `false`; nothing where the parameter is not given.
Result<std::optional<bool>> read_flag(Call const& call, std::string_view name);
/// `offline=true` forbids the network.
Result<Network> read_network(Call const& call);
/// `search`, `category`, `auth`, `cursor`, `limit`.
Result<store::IntegrationListFilter> read_integration_filter(Call const& call);
/// `search`, `read_only`, `cursor`, `limit`.
Result<store::ToolListFilter> read_tool_filter(Call const& call);
/// `q`, `kind`, `integration`, `read_only`, `connected`, `remote`, `limit`.
Result<SearchRequest> read_search(Call const& call);
/// `format`, `strict`, `compat`; nothing where no format is asked for.
Result<std::optional<schema::FormatOptions>> read_format_options(Call const& call);
/// The same, and `tools`, `integration`, `version`.
Result<DefinitionRequest> read_definitions(Call const& call);

/// The category's slug, for its slug or name in whatever case; empty stays empty.
Result<std::string> known_category(std::string const& wanted, std::vector<Category> const& categories);
Result<std::string> known_scheme(std::string const& wanted, std::vector<std::string> const& schemes);

}  // namespace agenta::daemon::api
