#pragma once

#include <string>
#include <string_view>

#include "cli/command/view.hpp"

namespace agenta::cli {

/// Whose schema a tree is of: what a caller must give is `required`, what a tool always gives back `always
/// there`.
enum class SchemaSide { input, output };

/// The properties of an object schema as a tree a person can read: what is required first; types, defaults,
/// limits and choices in words; descriptions in the width of the page. A place that refers back to one above
/// it says so, and what is too deep or too much is cut with `…`. Empty where the schema has no properties.
/// `schema` must be JSON.
std::string render_schema(std::string_view schema, SchemaSide side, PageStyle const& style);

}  // namespace agenta::cli
