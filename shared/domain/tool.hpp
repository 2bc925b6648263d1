#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/id.hpp"
#include "shared/base/json_text.hpp"
#include "shared/domain/integration.hpp"

namespace agenta {

/// Upper case: `GITHUB_CREATE_AN_ISSUE`.
using ToolSlug = Id<struct ToolSlugTag>;

/// What a tool says of its effects (the four MCP tool annotations). Not read-only means that it writes: a
/// missing hint is never read as harmless.
struct ToolHints {
  bool read_only = false;
  bool destructive = false;
  bool idempotent = false;
  bool open_world = false;
  bool operator==(ToolHints const&) const = default;
};

/// One callable action, with its schemas.
struct Tool {
  ToolSlug slug{};
  std::string name{};
  std::string description{};
  IntegrationSlug integration{};
  std::vector<std::string> tags{};
  std::string version{};
  std::vector<std::string> available_versions{};
  JsonText input_schema{};
  JsonText output_schema{};
  std::vector<std::string> scopes{};
  bool no_auth = false;
  bool deprecated = false;
  bool operator==(Tool const&) const = default;
};

/// Read from `readOnlyHint`, `destructiveHint`, `idempotentHint` and `openWorldHint` among the tags.
ToolHints hints_of(Tool const& tool);

/// A tool as a user names it: plainly, or with its integration and connection.
struct ToolReference {
  ToolSlug slug{};  ///< `GITHUB_CREATE_AN_ISSUE`, or the action alone where `integration` is set
  std::optional<IntegrationSlug> integration{};
  std::optional<std::string> connection{};  ///< a connection's slug
  bool operator==(ToolReference const&) const = default;
};

/// Reads `GITHUB_CREATE_AN_ISSUE`, `tools.composio.github.CREATE_AN_ISSUE[.work]` and
/// `tools__composio__github__CREATE_AN_ISSUE[__work]`; case does not matter. Nothing where the text is none
/// of these. In the long forms the slug comes back whole (`GITHUB_CREATE_AN_ISSUE`), whether or not the text
/// repeated the integration in it.
std::optional<ToolReference> parse_tool_reference(std::string_view text);

/// Tools that a person declared in a file of their own, run here: no provider and no key is asked.
inline constexpr std::string_view kCustomToolPrefix = "CUSTOM_";
inline bool is_custom(ToolSlug const& slug) { return slug.text.starts_with(kCustomToolPrefix); }

}  // namespace agenta
