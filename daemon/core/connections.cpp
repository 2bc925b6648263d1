#include "daemon/core/connections.hpp"

#include "daemon/core/connection_choice.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {

std::string user_id_of(ProjectId const& project) { return "agenta_project_" + project.text; }

Result<std::vector<Connection>> Connections::list(Caller const& caller,
                                                  store::ConnectionFilter const& filter) {
  AGENTA_TRY(auto project, projects_.find(caller.project));
  if (!project) return std::vector<Connection>{};
  return connections_.list(project->id, filter);
}

Result<std::string> Connections::user_id(Caller const& caller) {
  AGENTA_TRY(auto const project, projects_.find(caller.project));
  return project ? user_id_of(project->id) : "agenta_project_none";
}

Result<Connection> Connections::get(Caller const& caller, std::string const& slug_or_id) {
  AGENTA_TRY(auto project, projects_.find(caller.project));
  std::vector<std::string> slugs;
  if (project) {
    AGENTA_TRY(auto found, connections_.find_by_name(project->id, slug_or_id));
    if (found) return std::move(*found);
    AGENTA_TRY(auto all, connections_.list(project->id, {}));
    for (Connection const& connection : all) slugs.push_back(connection.slug);
  }
  auto const suggestion = nearest(slug_or_id, slugs);
  return fail(
      ErrorCode::connection_not_found,
      "there is no connection " + slug_or_id + (suggestion ? "; did you mean " + *suggestion + "?" : ""),
      {"agenta-tools", "connections", "list"});
}

Result<Connection> Connections::disconnect(Caller const& caller, std::string const& slug_or_id,
                                           Remote remote) {
  AGENTA_TRY(Connection connection, get(caller, slug_or_id));
  if (remote == Remote::revoke && !connection.account.empty()) {
    AGENTA_TRY(ProviderAccess access, credentials_.access_for(caller));
    if (!belongs_to(connection, access)) {
      return fail(ErrorCode::not_configured,
                  "the connection " + connection.slug +
                      " belongs to another Composio key: use that key to revoke it, or forget "
                      "it here and keep it there with --keep-remote",
                  {"agenta-tools", "disconnect", connection.slug, "--keep-remote"});
    }
    ProviderCall const call{access, caller.deadline, caller.stop};
    auto const deleted = provider_.delete_account(call, connection.account);
    if (!deleted && deleted.error().code != ErrorCode::connection_not_found) {
      Error error = deleted.error();
      error.message = "nothing was changed: the account behind " + connection.slug +
                      " could not be revoked: " + error.message;
      return fail(std::move(error));
    }
  }
  AGENTA_CHECK(connections_.erase(connection.id, store::Durability::full));
  return connection;
}

}  // namespace agenta::daemon
