#include "daemon/core/connections.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "daemon/core/connection_choice.hpp"
#include "daemon/core/sessions.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {

std::string user_id_of(ProjectId const& project) { return "agenta_project_" + project.text; }

Result<std::vector<Connection>> Connections::list(Caller const& caller,
                                                  store::ConnectionFilter const& filter) {
  AGENTA_TRY(auto project, projects_.find(caller.project));
  if (!project) return std::vector<Connection>{};
  AGENTA_TRY(auto rows, connections_.list(project->id, filter));
  AGENTA_CHECK(confine(caller, rows));
  return rows;
}

/// Leaves a session's caller those that the session is bound to, without what is their owner's alone.
Result<void> Connections::confine(Caller const& caller, std::vector<Connection>& rows) const {
  if (caller.session.empty()) return {};
  if (sessions_ == nullptr) return fail(ErrorCode::forbidden, "this daemon has no sessions");
  AGENTA_TRY(auto const open, sessions_->open_session(caller, caller.session));
  std::erase_if(rows, [&](Connection const& row) {
    SessionBinding const* const binding = open->binding_of(row.integration);
    return binding == nullptr || binding->connection != row.id;
  });
  for (Connection& row : rows) {
    row.account = {};
    row.auth_config = {};
    row.project = {};
    row.redirect_url.clear();
    row.created_by = row.changed_by = {};
    row.used_by.reset();
  }
  return {};
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
    std::vector<Connection> one;
    if (found) one.push_back(std::move(*found));
    AGENTA_CHECK(confine(caller, one));
    if (!one.empty()) return std::move(one.front());
    AGENTA_TRY(auto all, connections_.list(project->id, {}));
    AGENTA_CHECK(confine(caller, all));
    for (Connection const& connection : all) slugs.push_back(connection.slug);
  }
  auto const suggestion = nearest(slug_or_id, slugs);
  return fail(
      ErrorCode::connection_not_found,
      "there is no connection " + slug_or_id + (suggestion ? "; did you mean " + *suggestion + "?" : ""),
      {"agenta-tools", "connections", "list"});
}

Result<Page<Connection>> Connections::page(Caller const& caller, store::ConnectionFilter const& filter,
                                           std::string_view cursor, int limit) {
  AGENTA_TRY(auto project, projects_.find(caller.project));
  if (!project) return Page<Connection>{};
  if (caller.session.empty()) return connections_.page(project->id, filter, cursor, limit);
  Page<Connection> few;
  AGENTA_TRY(few.items, list(caller, filter));
  few.total = static_cast<std::int64_t>(few.items.size());
  return few;
}

/// Has an account revoked and deleted. Where the answer was lost, Composio is asked once whether it is there.
Result<Connections::Remote> Connections::revoke(ProviderCall const& call, Connection const& connection,
                                                AccountId const& account) {
  auto const deleted = provider_.delete_account(call, account);
  if (deleted) return Remote::revoked;
  Error error = deleted.error();
  if (error.code == ErrorCode::connection_not_found) return Remote::gone_before;
  std::string const said = ": " + error.message;
  if (error.code == ErrorCode::outcome_unknown || error.retryable == Retryable::unknown) {
    constexpr std::chrono::seconds kOnceMore{3};  // the deadline may be what was missed
    SteadyTime const until = std::max(call.deadline, clock_.steady() + kOnceMore);
    auto const there = provider_.get_account({call.access, until, {}}, account);
    if (!there && there.error().code == ErrorCode::connection_not_found) return Remote::revoked;
    if (!there) {
      return fail(ErrorCode::outcome_unknown,
                  "the account behind " + connection.slug + " may have been revoked, and is kept here" + said,
                  {"agenta-tools", "connections", "refresh", connection.slug});
    }
    if (error.code == ErrorCode::outcome_unknown) error.code = ErrorCode::provider_unavailable;
    error.retryable.reset();
  }
  error.message =
      "nothing was changed: the account behind " + connection.slug + " could not be revoked" + said;
  return fail(std::move(error));
}

/// A connection that is being renewed has two accounts: the one that worked goes first.
Result<Connections::Remote> Connections::revoke_all(Caller const& caller, Connection const& connection) {
  AGENTA_TRY(ProviderAccess const access, credentials_.access_for(caller));
  if (!belongs_to(connection, access)) {
    return fail(ErrorCode::not_configured,
                "the connection " + connection.slug +
                    " belongs to another Composio key: use that key to revoke it, or forget "
                    "it here and keep it there with --keep-remote",
                {"agenta-tools", "disconnect", connection.slug, "--keep-remote"});
  }
  ProviderCall const call{access, caller.deadline, caller.stop};
  Remote remote = Remote::never_made;
  for (AccountId const& account :
       {connection.renewal ? connection.renewal->account : AccountId{}, connection.account}) {
    if (account.empty()) continue;
    AGENTA_TRY(Remote const became, revoke(call, connection, account));
    if (remote != Remote::revoked) remote = became;
  }
  return remote;
}

Result<Connections::Disconnected> Connections::disconnect(Caller const& caller, std::string const& slug_or_id,
                                                          Keep keep) {
  Disconnected gone;
  AGENTA_TRY(gone.connection, get(caller, slug_or_id));
  auto const turn = turns_.enter(caller.project, gone.connection.integration.text);
  AGENTA_TRY(gone.connection, get(caller, gone.connection.id.text));  // as it is now that it is our turn
  gone.remote = Remote::kept;
  bool const has_account = !gone.connection.account.empty();
  if (!has_account) gone.remote = Remote::never_made;
  if (keep == Keep::no && has_account) {
    AGENTA_TRY(gone.remote, revoke_all(caller, gone.connection));
  }
  store::ChangeNote note{ConnectionChange::disconnected, caller.actor, clock_.wall(), ""};
  if (gone.remote == Remote::kept) note.detail = "the account stays at Composio";
  AGENTA_CHECK(connections_.erase(gone.connection, store::Durability::full, note));
  return gone;
}

Result<Connections::Updated> Connections::update(Caller const& caller, std::string const& slug_or_id,
                                                 protocol::ConnectionPatch const& patch) {
  Updated updated;
  AGENTA_TRY(updated.connection, get(caller, slug_or_id));
  Connection& row = updated.connection;
  store::ChangeNote note{ConnectionChange::renamed, caller.actor, clock_.wall(), "was " + row.slug};
  std::string const slug = patch.slug ? to_lower(*patch.slug) : row.slug;
  bool const moves = slug != row.slug;
  if (!is_valid_slug(slug)) {
    return fail(ErrorCode::invalid_request,
                "the slug " + slug +
                    " cannot be used: 1 to 64 of a-z, 0-9, - and _, beginning with a letter or digit");
  }
  if (moves || (patch.name && *patch.name != row.name)) {
    // A name that was the slug goes with it.
    if (moves && row.name == row.slug && !patch.name) row.name = slug;
    row.slug = slug;
    if (patch.name) row.name = patch.name->empty() ? slug : *patch.name;
    row.updated_at = note.at;
    row.changed_by = caller.actor;
    AGENTA_CHECK(connections_.update(row, store::Durability::full, note));
  }
  if (patch.make_default && !row.is_default) {
    row.is_default = true;
    note.change = ConnectionChange::made_default;
    note.detail.clear();
    AGENTA_CHECK(connections_.set_default(row, note));
  }
  if (moves && !row.account.empty()) updated.notice = carry_alias(caller, row);
  return updated;
}

/// What to say where Composio goes on calling the account what it was called.
std::string Connections::carry_alias(Caller const& caller, Connection const& row) {
  auto const access = credentials_.access_for(caller);
  if (!access || !belongs_to(row, *access)) {
    return "at Composio the account keeps its old name: it belongs to another key";
  }
  auto const carried = provider_.set_alias({*access, caller.deadline, caller.stop}, row.account, row.slug);
  return carried ? "" : "at Composio the account keeps its old name: " + carried.error().message;
}

Result<Page<ConnectionEvent>> Connections::changes(Caller const& caller, std::string const& cursor) {
  constexpr int kMost = 1000;
  Page<ConnectionEvent> page;
  std::int64_t since = 0;
  if (cursor.empty()) {
    AGENTA_TRY(since, connections_.last_change());
  } else {
    auto const [end, error] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), since);
    if (error != std::errc{} || end != cursor.data() + cursor.size() || since < 0)
      return fail(ErrorCode::invalid_request, "there is no change " + cursor);
    AGENTA_TRY(auto const project, projects_.find(caller.project));
    if (project) {
      AGENTA_TRY(page.items, connections_.changes_after(project->id, since, kMost));
    }
  }
  page.total = static_cast<std::int64_t>(page.items.size());
  page.next_cursor = std::to_string(page.items.empty() ? since : page.items.back().sequence);
  return page;
}

}  // namespace agenta::daemon
