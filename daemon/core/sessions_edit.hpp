#pragma once

#include <string>
#include <vector>

#include "shared/domain/error.hpp"
#include "shared/domain/session.hpp"
#include "shared/domain/tool.hpp"

namespace agenta::daemon {

/// Puts tools into a session and takes them out, by the names that people give: of an integration, of a tool,
/// or a pattern. What is cut out of something that was added whole is kept as an exclusion.
class SessionEdit {
 public:
  /// `known`: every tool that the session's selectors name, and those to be added, excluded or not. Both
  /// outlive the edit.
  SessionEdit(Session& session, std::vector<Tool> const& known) : session_(session), known_(known) {}

  /// `INVALID_REQUEST` where the session has nothing of that name.
  Result<void> remove(std::string const& name);
  /// What it was without comes back with it.
  void add(std::string const& name);

  std::vector<std::string> const& added() const { return added_; }
  std::vector<std::string> const& removed() const { return removed_; }

 private:
  std::vector<Tool> named(std::string const& name) const;
  bool has_some(std::vector<Tool> const& tools) const;

  Session& session_;
  std::vector<Tool> const& known_;
  std::vector<std::string> added_{};
  std::vector<std::string> removed_{};
};

/// Whether a name or a pattern is of raw requests: `PROXY_POST`, `PROXY_*`.
bool names_raw_request(std::string const& name);
/// Puts them among the tools, for each integration where the selectors let them in. No catalogue has them,
/// and they can be cut out like tools.
void add_raw_requests(std::vector<Tool>& known, std::vector<std::string> const& selectors);

}  // namespace agenta::daemon
