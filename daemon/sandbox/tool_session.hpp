#pragma once

#include <string>
#include <vector>

#include "daemon/sandbox/catalog.hpp"

namespace agenta::daemon::sandbox {

/// A tool-router session: for whom, and among which toolkits, it searches.
struct ToolSession {
  std::string id{};
  std::string project{};  ///< of the API key that made it
  std::string user{};
  bool searches = true;
  bool only_named = false;              ///< whether `toolkits` are all it has, or those that it lacks
  std::vector<std::string> toolkits{};  ///< slugs
  std::string document{};               ///< as `GET /tool_router/session/{id}` gives it

  bool admits(Toolkit const& toolkit) const;
};

/// The tools that share most with `words`, best first, at most `most`, from toolkits that `session` admits
/// and, where it is not empty, `among` names. There are always some, as at Composio: where nothing is shared,
/// whichever come first.
std::vector<Tool const*> search_tools(Catalog const& catalog, ToolSession const& session,
                                      std::vector<std::string> const& among, std::string_view words,
                                      std::size_t most);

}  // namespace agenta::daemon::sandbox
