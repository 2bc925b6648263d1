#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "daemon/core/connection_choice.hpp"
#include "daemon/core/sessions.hpp"
#include "daemon/core/sessions_asked.hpp"
#include "daemon/core/sessions_edit.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

// On which connections a session's tools run, and how that follows what becomes of them.
namespace agenta::daemon {
namespace {

std::string text(std::string_view value) { return protocol::write_string(value); }

store::SessionNote note_of(SessionChange change, WallTime at, SessionBinding const& binding,
                           std::string_view reason = {}) {
  store::SessionNote note;
  note.change = change;
  note.at = at;
  note.detail.text = "{\"integration_slug\":" + text(binding.integration.text) +
                     ",\"connection_slug\":" + text(binding.slug);
  if (!reason.empty()) note.detail.text += ",\"reason\":" + text(reason);
  note.detail.text += "}";
  return note;
}

store::SessionNote note_of(SessionChange change, WallTime at, std::vector<std::string> const& selectors) {
  store::SessionNote note;
  note.change = change;
  note.at = at;
  note.detail.text = "{\"tools\":[";
  for (std::size_t i = 0; i < selectors.size(); ++i)
    note.detail.text += (i == 0 ? "" : ",") + text(selectors[i]);
  note.detail.text += "]}";
  return note;
}

/// A session that runs an integration's tools nowhere because it is not said where. `slugs`: empty where
/// they are not to be told.
Error unclear_connection(Session const& session, std::string const& integration,
                         std::vector<std::string> slugs) {
  std::ranges::sort(slugs);
  Error error;
  error.code = ErrorCode::connection_ambiguous;
  error.message = integration + " has more than one connection" +
                  (slugs.empty() ? "" : " (" + join(slugs, ", ") + ")") + ", and the session " +
                  session.name + " is bound to none of them";
  if (!slugs.empty()) {
    error.message += ": --connection " + integration + "=" + slugs.front() + ", for one, chooses";
    // Slugs are of a-z 0-9 - _ only: they need no escaping.
    error.context.text = "{\"choices\":[\"" + join(slugs, "\",\"") + "\"]}";
  }
  error.next_step = {"agenta-tools", "session", "add", session.name, "--connection", integration + "=SLUG"};
  return error;
}

/// The one that is taken without being named; null where none is there, or nothing says which.
Connection const* only_usable(std::vector<Connection> const& rows, IntegrationSlug const& integration) {
  Connection const* found = nullptr;
  for (Connection const& each : rows) {
    if (!equal_ignoring_case(each.integration.text, integration.text) || !check_usable(each)) continue;
    if (each.is_default) return &each;
    if (found != nullptr) return nullptr;
    found = &each;
  }
  return found;
}

}  // namespace

Result<std::string> OpenSession::connection_for(IntegrationSlug const& integration,
                                                std::string const& named) const {
  SessionBinding const* const binding = binding_of(integration);
  if (binding == nullptr) {
    auto const several = choices.find(to_lower(integration.text));
    if (several != choices.end()) return fail(unclear_connection(session, integration.text, several->second));
    return fail(ErrorCode::not_connected,
                "the session " + session.name + " is bound to no connection of " + integration.text,
                {"agenta-tools", "connect", integration.text});
  }
  bool const is_another = !named.empty() && !equal_ignoring_case(named, binding->slug) &&
                          !equal_ignoring_case(named, binding->connection.text);
  if (is_another) {
    return fail(ErrorCode::policy_denied,
                "the session " + session.name + " runs tools of " + integration.text + " on the connection " +
                    binding->slug + ", not on " + named,
                {"agenta-tools", "session", "show", session.name});
  }
  if (binding->connection.empty()) {
    return fail(ErrorCode::not_connected,
                "the session " + session.name + " runs tools of " + integration.text + " on the connection " +
                    binding->slug + ", which was disconnected",
                {"agenta-tools", "connect", integration.text, "--as", binding->slug});
  }
  return binding->connection.text;
}

Result<SessionBinding> Sessions::bind_one(Asked const& asked, Session const& session,
                                          IntegrationSlug const& integration, std::string const& wanted,
                                          Unclear unclear) {
  SessionBinding binding;
  binding.integration = integration;
  binding.is_usable = false;
  std::vector<Connection> rows;
  if (wanted.empty()) {
    store::ConnectionFilter filter;
    filter.integration = integration;
    AGENTA_TRY(rows, connections_.list(session.project, filter));
  } else {
    AGENTA_TRY(auto found, connections_.find_by_name(session.project, wanted));
    if (found) {
      rows.push_back(*std::move(found));
    } else {
      AGENTA_TRY(rows, connections_.list(session.project, {}));  // somebody has to be told the nearest
    }
  }
  auto chosen = choose_connection(rows, asked.access, integration, wanted);
  if (chosen) {
    binding.connection = chosen->id;
    binding.slug = chosen->slug;
    binding.is_usable = true;
    return binding;
  }
  Error error = std::move(chosen).error();
  if (error.code == ErrorCode::connection_ambiguous && unclear == Unclear::refused) {
    error.message = replace_all(error.message, "name one with -c",
                                "name one with --connection " + integration.text + "=SLUG");
    return fail(std::move(error));
  }
  if (!wanted.empty()) return fail(std::move(error));
  return binding;
}

/// Gives every integration that needs one a binding; those that the session has already stay, unless another
/// connection is named.
Result<void> Sessions::bind(Asked const& asked, Session& session, std::vector<Tool> const& tools,
                            std::vector<std::pair<std::string, std::string>> const& wanted, Unclear unclear) {
  std::set<std::string> needed;
  for (Tool const& tool : tools) {
    if (!tool.no_auth) needed.insert(to_lower(tool.integration.text));
  }
  std::map<std::string, std::string> named;
  for (auto const& [integration, connection] : wanted) named[to_lower(integration)] = connection;
  for (std::string const& each : session.selectors) {
    auto const reference = parse_tool_reference(each);
    if (reference && reference->integration && reference->connection)
      named.emplace(reference->integration->text, *reference->connection);
  }
  for (auto const& [integration, connection] : named) {
    if (needed.contains(integration)) continue;
    return fail(ErrorCode::invalid_request, "the session has no tool of " + integration +
                                                " that needs a connection: " + connection +
                                                " cannot be bound");
  }
  std::vector<SessionBinding> bindings;
  for (std::string const& integration : needed) {
    auto const have = std::ranges::find_if(session.bindings, [&](SessionBinding const& each) {
      return equal_ignoring_case(each.integration.text, integration);
    });
    auto const name = named.find(integration);
    if (have != session.bindings.end() && (name == named.end() || wanted.empty())) {
      bindings.push_back(*have);
      continue;
    }
    AGENTA_TRY(auto binding, bind_one(asked, session, IntegrationSlug{integration},
                                      name == named.end() ? "" : name->second, unclear));
    bindings.push_back(std::move(binding));
  }
  session.bindings = std::move(bindings);
  return {};
}

Result<protocol::SessionView> Sessions::change(Caller const& caller, std::string const& name,
                                               protocol::SessionPatch const& patch) {
  AGENTA_TRY(auto session, find_open(caller, name));
  if (patch.add.empty() && patch.remove.empty() && patch.connections.empty())
    return fail(ErrorCode::invalid_request, "say what to add, to remove, or to bind");
  std::vector<std::string> mentioned = patch.add;
  std::erase_if(mentioned, [&](std::string const& each) {
    auto const is_it = [&](std::string const& other) { return equal_ignoring_case(each, other); };
    return names_raw_request(each) && std::ranges::any_of(session.excluded, is_it);
  });
  std::ranges::copy_if(patch.remove, std::back_inserter(mentioned), [&](std::string const& each) {
    auto const is_it = [&](std::string const& other) { return equal_ignoring_case(each, other); };
    return !names_raw_request(each) && std::ranges::none_of(session.selectors, is_it);
  });
  AGENTA_TRY(Asked asked, ask(caller, mentioned));
  AGENTA_CHECK(check_selectors(asked, mentioned));

  std::lock_guard const guard{changing_};
  AGENTA_TRY(session, find(caller, session.id.text));
  if (session.state != SessionState::open) AGENTA_CHECK(find_open(caller, session.id.text));
  std::vector<std::string> all = session.selectors;
  all.insert(all.end(), patch.add.begin(), patch.add.end());
  AGENTA_TRY(asked, ask(caller, all));
  asked.network = Network::no;  // what is new is known by now, and the lock is held
  AGENTA_TRY(auto known, find_tools(asked, all));
  add_raw_requests(known, session.selectors);
  SessionEdit edit{session, known};
  for (std::string const& each : patch.remove) AGENTA_CHECK(edit.remove(each));
  std::ranges::for_each(patch.add, [&](std::string const& each) { edit.add(each); });
  if (session.selectors.empty()) {
    return fail(ErrorCode::invalid_request, "a session without tools is of no use: close it",
                {"agenta-tools", "session", "close", session.name});
  }
  AGENTA_TRY(auto const tools, find_tools(asked, session));
  AGENTA_CHECK(bind(asked, session, tools, patch.connections, Unclear::refused));
  std::vector<store::SessionNote> notes;
  if (!edit.added().empty())
    notes.push_back(note_of(SessionChange::tools_added, clock_.wall(), edit.added()));
  if (!edit.removed().empty())
    notes.push_back(note_of(SessionChange::tools_removed, clock_.wall(), edit.removed()));
  for (auto const& [integration, connection] : patch.connections) {
    for (SessionBinding const& each : session.bindings) {
      if (equal_ignoring_case(each.integration.text, integration))
        notes.push_back(note_of(SessionChange::connection_restored, clock_.wall(), each, "bound"));
    }
  }
  AGENTA_TRY(bool const is_open, store_.update(session, notes));
  if (!is_open) AGENTA_CHECK(find_open(caller, session.id.text));
  return view_of(caller, std::move(session));
}

/// Brings the bindings up to how the connections are now, and records what changed. A session never moves to
/// another connection by itself: only where none was ever bound the one that leaves no choice is taken, and
/// where one was disconnected only that of the same name takes its place.
Result<Session> Sessions::follow(Session given) {
  std::lock_guard const guard{changing_};
  std::uint64_t const changes = connection_changes_;  // before they are looked at
  AGENTA_TRY(auto fresh, store_.find(given.id));
  if (!fresh || fresh->state != SessionState::open) return given;
  Session session = std::move(*fresh);
  if (session.bindings.empty()) return session;
  AGENTA_TRY(auto const rows, connections_.list(session.project, {}));
  std::vector<store::SessionNote> notes;
  auto const before = session.bindings;
  WallTime const now = clock_.wall();
  for (SessionBinding& each : session.bindings) {
    bool const was_usable = each.is_usable;
    auto const place = std::ranges::find_if(rows, [&](Connection const& row) {
      if (!each.connection.empty()) return row.id == each.connection;
      return equal_ignoring_case(row.slug, each.slug) && row.integration == each.integration;
    });
    Connection const* row = place == rows.end() ? nullptr : &*place;
    if (each.is_unbound()) row = only_usable(rows, each.integration);
    if (row == nullptr) {
      each.connection = {};
      each.is_usable = false;
      if (was_usable)
        notes.push_back(note_of(SessionChange::connection_lost, now, each, "it was disconnected"));
      continue;
    }
    auto const usable = check_usable(*row);
    if (each.connection.empty() && !usable) continue;
    each.connection = row->id;
    each.slug = row->slug;
    each.is_usable = usable.has_value();
    if (was_usable && !each.is_usable)
      notes.push_back(note_of(SessionChange::connection_lost, now, each, usable.error().message));
    if (!was_usable && each.is_usable)
      notes.push_back(note_of(SessionChange::connection_restored, now, each));
  }
  if (session.bindings != before) AGENTA_CHECK(store_.update(session, notes));
  followed_.with([&](auto& followed) { followed[session.id.text] = changes; });
  return session;
}

Result<void> Sessions::follow_connections() {
  AGENTA_TRY(auto open, store_.list_open());
  for (Session& each : open) AGENTA_CHECK(follow(std::move(each)));
  return {};
}

/// Why an integration's tools cannot be run now, and what brings them back.
Error Sessions::why_missing(Asked const& asked, Session const& session, IntegrationSlug const& integration) {
  auto const binding = std::ranges::find_if(session.bindings, [&](SessionBinding const& each) {
    return equal_ignoring_case(each.integration.text, integration.text);
  });
  bool const is_bound = binding != session.bindings.end() && !binding->is_unbound();
  if (is_bound && binding->connection.empty()) {
    return fail(ErrorCode::not_connected,
                "the session " + session.name + " runs tools of " + integration.text + " on the connection " +
                    binding->slug + ", which was disconnected",
                {"agenta-tools", "connect", integration.text, "--as", binding->slug})
        .error();
  }
  std::vector<Connection> rows;
  if (is_bound) {
    auto row = connections_.find(binding->connection);
    if (row && *row) rows.push_back(**row);
  } else {
    store::ConnectionFilter filter;
    filter.integration = integration;
    if (auto some = connections_.list(session.project, filter)) rows = std::move(*some);
  }
  auto const chosen =
      choose_connection(rows, asked.access, integration, is_bound ? binding->connection.text : "");
  if (!chosen && chosen.error().code != ErrorCode::connection_ambiguous) return chosen.error();
  std::vector<std::string> slugs;
  for (Connection const& row : rows) {
    if (belongs_to(row, asked.access) && check_usable(row)) slugs.push_back(row.slug);
  }
  return unclear_connection(session, integration.text,
                            asked.tells_choices ? std::move(slugs) : std::vector<std::string>{});
}

/// What nothing is bound to because there are several. Asked of few sessions: most bind all they need.
Result<void> Sessions::find_choices(Caller const& caller, OpenSession& open) {
  Session const& session = open.session;
  if (std::ranges::none_of(session.bindings, &SessionBinding::is_unbound)) return {};
  auto const access = credentials_.access_for(caller);
  if (!access) return {};  // without a key nothing runs on any of them, and whoever tries is told
  AGENTA_TRY(auto const rows, connections_.list(session.project, {}));
  std::map<std::string, std::vector<std::string>> usable;
  for (Connection const& row : rows) {
    if (belongs_to(row, *access) && check_usable(row))
      usable[to_lower(row.integration.text)].push_back(row.slug);
  }
  for (SessionBinding const& each : session.bindings) {
    auto const found = usable.find(to_lower(each.integration.text));
    if (!each.is_unbound() || found == usable.end() || found->second.size() < 2) continue;
    open.choices.emplace(found->first, caller.session.empty() ? found->second : std::vector<std::string>{});
  }
  return {};
}

}  // namespace agenta::daemon
