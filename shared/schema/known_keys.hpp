#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shared/schema/document.hpp"
#include "shared/schema/schema_index.hpp"

namespace agenta::schema {

/// The names that a schema gives the members of its root, wherever in it; nothing where it takes any. Private
/// to `shared/schema`.
std::optional<std::vector<std::string>> find_known_keys(Json const& root, SchemaIndex const& index);

}  // namespace agenta::schema
