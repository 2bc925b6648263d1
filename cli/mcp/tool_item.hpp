#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "cli/mcp/speech.hpp"
#include "shared/domain/tool.hpp"

/// Tools as items of `tools/list`.
namespace agenta::mcp {

/// The strictest client counts `mcp__agenta__` and the name together, and takes 60.
inline constexpr std::size_t kLongestName = 47;

/// A tool of the catalogue as the protocol lists it, for one revision. `hints` are what its service says of
/// its effects: what is not said is never read as harmless.
std::string write_tool(Tool const& tool, ToolHints const& hints, Speech const& speech);

/// A tool of the server's own.
struct OwnTool {
  std::string_view name;
  std::string_view title;
  std::string_view description;
  std::string_view input_schema;
  std::string_view annotations;  ///< all four hints, as members
};
std::string write_tool(OwnTool const& tool, Speech const& speech);

/// The names under which tools are offered that are too long for some client, and whose they are. Any thread.
class NameBook {
 public:
  /// The name of a tool; remembered where it is not the slug.
  std::string name_of(ToolSlug const& slug);
  /// The slug behind a name; nothing where it is none that was given.
  std::optional<std::string> find(std::string_view name) const;

 private:
  mutable std::mutex mutex_{};
  std::map<std::string, std::string, std::less<>> slugs_{};
};

}  // namespace agenta::mcp
