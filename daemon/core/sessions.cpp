#include "daemon/core/sessions.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "daemon/core/sessions_asked.hpp"
#include "shared/base/readable_time.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestEphemeral = std::chrono::hours{24};
constexpr milliseconds kShortest = std::chrono::seconds{1};
constexpr milliseconds kLongest = std::chrono::hours{24 * 3650};
constexpr std::size_t kMostSelectors = 500;
constexpr std::size_t kMostUids = 64;
constexpr std::size_t kMostPolicyBytes = 256 << 10;

/// What whoever works in it need not know of whoever owns it.
void withhold(Session& session) {
  // What a file is called may say where it is.
  bool const is_file = !session.policy.empty() && session.policy_source != "read-only";
  if (is_file) session.policy_source = "policy";
  session.policy.clear();
  session.socket_uids.clear();
  session.excluded.clear();
  session.created_by = {};
}

/// Makes the session again, with no more than it had. A policy that has no file is asked for.
std::vector<std::string> create_step(Session const& session) {
  std::vector<std::string> step{"agenta-tools", "session", "create",
                                session.name,   "--tools", join(session.selectors, ",")};
  auto const add = [&](std::string flag, std::string value) {
    step.insert(step.end(), {std::move(flag), std::move(value)});
  };
  for (SessionBinding const& each : session.bindings) {
    if (!each.connection.empty()) add("--connection", each.integration.text + "=" + each.slug);
  }
  bool const has_policy = !session.policy.empty();
  if (has_policy && session.policy_source == "read-only") step.emplace_back("--read-only");
  if (has_policy && session.policy_source != "read-only")
    add("--policy", session.policy_source == "policy" ? "-" : session.policy_source);
  if (session.expires_at) add("--ttl", format_duration(*session.expires_at - session.created_at));
  for (unsigned const uid : session.socket_uids) add("--allow-uid", std::to_string(uid));
  return step;
}

/// How a session came to its end, and what to do instead. Who came by its socket cannot do that, and is not
/// told what its policy's file is called.
unexpected<Error> ended(Caller const& caller, Session const& session) {
  std::string message = "the session " + session.name +
                        (session.state == SessionState::expired ? " has expired" : " was closed");
  if (session.ended_at) message += " (" + readable_time(*session.ended_at) + " UTC)";
  if (!caller.session.empty()) return fail(ErrorCode::forbidden, std::move(message));
  message += ": make a new one";
  if (!session.excluded.empty())
    message += ", and take out of it again what was taken out of this: " + join(session.excluded, ", ");
  return fail(ErrorCode::forbidden, std::move(message), create_step(session));
}

Result<std::string> name_for(protocol::SessionRequest const& request) {
  if (request.name.empty() && request.ephemeral) {
    constexpr std::size_t kBytes = 4;
    return "mcp-" + random_hex(kBytes);
  }
  std::string name = to_lower(request.name);
  if (is_valid_slug(name)) return name;
  return fail(ErrorCode::invalid_request,
              "a session's name is 1 to 64 of a-z, 0-9, - and _, beginning with a letter or digit");
}

Result<std::optional<WallTime>> end_for(protocol::SessionRequest const& request, WallTime now) {
  std::optional<milliseconds> ttl = request.ttl;
  if (ttl && (*ttl < kShortest || *ttl > kLongest))
    return fail(ErrorCode::invalid_request, "a session lives for a second at least, and ten years at most");
  if (request.ephemeral) ttl = std::min(ttl.value_or(kLongestEphemeral), kLongestEphemeral);
  if (!ttl) return std::optional<WallTime>{};
  return std::optional{now + *ttl};
}

}  // namespace

SessionBinding const* OpenSession::binding_of(IntegrationSlug const& integration) const {
  auto const found = std::ranges::find_if(session.bindings, [&](SessionBinding const& each) {
    return equal_ignoring_case(each.integration.text, integration.text);
  });
  return found == session.bindings.end() || found->is_unbound() ? nullptr : &*found;
}

bool belongs_to(Execution const& execution, Session const& session) {
  return equal_ignoring_case(execution.session, session.name) && execution.started_at >= session.created_at;
}

Sessions::Sessions(store::ProjectStore& projects, store::ConnectionStore& connections,
                   store::SessionStore& store, Catalog& catalog, Credentials& credentials, Clock const& clock,
                   Options options)
    : projects_(projects),
      connections_(connections),
      store_(store),
      catalog_(catalog),
      credentials_(credentials),
      clock_(clock),
      options_(std::move(options)) {}

bool Sessions::has(Session const& session, ToolSlug const& tool, IntegrationSlug const& integration) {
  return includes(session, tool, integration);
}

/// A dry run makes nothing, not even the project.
Result<store::Project> Sessions::project_for(Caller const& caller, protocol::SessionRequest const& request) {
  if (!request.dry_run) return projects_.ensure(caller.project, clock_.wall());
  AGENTA_TRY(auto const project, projects_.find(caller.project));
  return project.value_or(store::Project{});
}

Result<protocol::SessionView> Sessions::create(Caller const& caller,
                                               protocol::SessionRequest const& request) {
  Session session;
  AGENTA_TRY(session.name, name_for(request));
  if (request.tools.empty()) {
    return fail(ErrorCode::invalid_request,
                "a session needs tools: name integrations, tools, or patterns such as GITHUB_LIST_*");
  }
  if (request.tools.size() > kMostSelectors)
    return fail(ErrorCode::invalid_request, "a session takes at most 500 names of tools: use patterns");
  if (request.read_only && !request.policy.empty())
    return fail(ErrorCode::invalid_request, "read_only is a policy of its own: give one of the two");
  if (request.socket_uids.size() > kMostUids)
    return fail(ErrorCode::invalid_request, "a session's socket is for at most 64 other users");
  if (request.policy.size() > kMostPolicyBytes)
    return fail(ErrorCode::invalid_request, "a policy has at most 256 KiB");
  session.policy = request.read_only ? std::string{policy::read_only_policy_text()} : request.policy;
  session.policy_source = request.read_only               ? "read-only"
                          : request.policy.empty()        ? "default"
                          : request.policy_source.empty() ? "policy"
                                                          : request.policy_source;
  if (!request.policy.empty()) AGENTA_CHECK(policy::parse_policy(session.policy, session.policy_source));
  session.selectors = request.tools;
  session.socket_uids = request.socket_uids;
  session.created_by = caller.actor;

  AGENTA_TRY(Asked asked, ask(caller, session.selectors));
  AGENTA_CHECK(check_selectors(asked, session.selectors));
  AGENTA_TRY(auto const tools, find_tools(asked, session.selectors));
  AGENTA_TRY(auto const project, project_for(caller, request));
  asked.project = project;
  session.id.text = make_uuid_v7();
  session.project = project.id;
  AGENTA_CHECK(bind(asked, session, tools, request.connections,
                    request.ephemeral ? Unclear::left_unbound : Unclear::refused));
  session.created_at = clock_.wall();
  if (request.dry_run) return protocol::SessionView{.session = std::move(session)};
  // What ran under the name before is told from what runs in this one by time.
  AGENTA_TRY(auto const before, store_.find_by_name(project.id, session.name));
  if (before && before->ended_at && *before->ended_at >= session.created_at)
    session.created_at = *before->ended_at + milliseconds{1};
  AGENTA_TRY(session.expires_at, end_for(request, session.created_at));
  if (before && before->state == SessionState::open) AGENTA_CHECK(expire_if_due(*before));
  AGENTA_CHECK(store_.insert(session));
  if (options_.opened_or_ended) options_.opened_or_ended();
  return view_of(caller, std::move(session));
}

Result<Session> Sessions::expire_if_due(Session session) {
  bool const is_due =
      session.state == SessionState::open && session.expires_at && *session.expires_at <= clock_.wall();
  if (!is_due) return session;
  store::SessionNote note;
  note.change = SessionChange::expired;
  note.at = clock_.wall();
  AGENTA_TRY(bool const ended_now, store_.end(session.id, SessionState::expired, note));
  if (ended_now && options_.opened_or_ended) options_.opened_or_ended();
  forget(session.id);
  AGENTA_TRY(auto again, store_.find(session.id));
  return again ? std::move(*again) : std::move(session);
}

/// A caller that came by a session's socket finds that one, and no other.
Result<Session> Sessions::find(Caller const& caller, std::string const& name) {
  std::optional<Session> found;
  if (!caller.session.empty()) {
    AGENTA_TRY(found, store_.find({caller.session}));
  } else {
    AGENTA_TRY(auto const project, projects_.find(caller.project));
    if (project) {
      AGENTA_TRY(found, store_.find_by_name(project->id, name));
    }
    if (!found && project) {
      std::vector<std::string> names;
      AGENTA_TRY(auto const open, store_.list_open());
      for (Session const& each : open) {
        if (each.project == project->id) names.push_back(each.name);
      }
      auto const suggestion = nearest(name, names);
      return fail(ErrorCode::session_not_found,
                  "there is no session " + name + (suggestion ? "; did you mean " + *suggestion + "?" : ""),
                  {"agenta-tools", "session", "list"});
    }
  }
  if (!found)
    return fail(ErrorCode::session_not_found, "there is no session " + name,
                {"agenta-tools", "session", "list"});
  return expire_if_due(std::move(*found));
}

Result<void> Sessions::check_known(Caller const& caller, std::string const& name) {
  AGENTA_CHECK(find(caller, name));
  return {};
}

Result<Session> Sessions::find_open(Caller const& caller, std::string const& name) {
  AGENTA_TRY(auto session, find(caller, name));
  if (session.state != SessionState::open) return ended(caller, session);
  auto const is_followed = [&](auto const& followed) {
    auto const found = followed.find(session.id.text);
    return found != followed.end() && found->second == connection_changes_;
  };
  bool const is_whole = std::ranges::all_of(session.bindings, &SessionBinding::is_usable) &&
                        std::as_const(followed_).with(is_followed);
  return is_whole ? Result<Session>{std::move(session)} : follow(std::move(session));
}

/// What is only kept for open ones.
void Sessions::forget(SessionId const& id) {
  policies_.with([&](auto& known) { known.erase(id.text); });
  followed_.with([&](auto& known) { known.erase(id.text); });
}

Result<std::shared_ptr<policy::Policy const>> Sessions::policy_of(Session const& session) {
  auto policy = policies_.with([&](auto const& known) {
    auto const found = known.find(session.id.text);
    return found == known.end() ? nullptr : found->second;
  });
  if (policy) return policy;
  if (session.policy.empty()) {
    policy = std::make_shared<policy::Policy const>(policy::default_policy());
  } else {
    AGENTA_TRY(auto read, policy::parse_policy(session.policy, session.policy_source));
    policy = std::make_shared<policy::Policy const>(std::move(read));
  }
  policies_.with([&](auto& known) { known.emplace(session.id.text, policy); });
  return policy;
}

Result<std::shared_ptr<OpenSession const>> Sessions::open_session(Caller const& caller,
                                                                  std::string const& name) {
  auto open = std::make_shared<OpenSession>();
  AGENTA_TRY(open->session, find_open(caller, name));
  AGENTA_TRY(open->policy, policy_of(open->session));
  AGENTA_CHECK(find_choices(caller, *open));
  return std::shared_ptr<OpenSession const>{std::move(open)};
}

Result<std::shared_ptr<OpenSession const>> Sessions::confinement_of(Caller const& caller) {
  if (caller.session.empty()) return std::shared_ptr<OpenSession const>{};
  return open_session(caller, caller.session);
}

Result<protocol::SessionView> Sessions::get(Caller const& caller, std::string const& name) {
  AGENTA_TRY(auto session, find(caller, name));
  if (session.state == SessionState::open) {
    AGENTA_TRY(session, follow(std::move(session)));
  }
  return view_of(caller, std::move(session));
}

Result<Page<protocol::SessionView>> Sessions::list(Caller const& caller, std::optional<SessionState> state,
                                                   std::string const& cursor, int limit) {
  Page<protocol::SessionView> page;
  AGENTA_CHECK(expire_due());
  AGENTA_TRY(auto const project, projects_.find(caller.project));
  if (!project) return page;
  AGENTA_TRY(auto sessions, store_.list(project->id, state, cursor, limit));
  for (Session& each : sessions.items) page.items.push_back(view_of(caller, std::move(each)));
  page.total = sessions.total;
  page.next_cursor = std::move(sessions.next_cursor);
  return page;
}

Result<protocol::SessionView> Sessions::close(Caller const& caller, std::string const& name) {
  AGENTA_TRY(auto session, find(caller, name));
  if (session.state == SessionState::open) {
    store::SessionNote note;
    note.change = SessionChange::closed;
    note.at = std::max(clock_.wall(), session.created_at);
    AGENTA_TRY(bool const ended_now, store_.end(session.id, SessionState::closed, note));
    forget(session.id);
    if (ended_now && options_.opened_or_ended) options_.opened_or_ended();
    AGENTA_TRY(auto again, store_.find(session.id));
    if (again) session = std::move(*again);
  }
  return view_of(caller, std::move(session));
}

Result<Page<SessionEvent>> Sessions::changes(Caller const& caller, std::string const& name,
                                             std::string const& cursor) {
  constexpr int kMost = 1000;
  Page<SessionEvent> page;
  AGENTA_TRY(auto const session, find(caller, name));
  std::int64_t since = 0;
  if (cursor.empty()) {
    AGENTA_TRY(since, store_.last_change(session.id));
  } else {
    auto const [end, error] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), since);
    if (error != std::errc{} || end != cursor.data() + cursor.size() || since < 0)
      return fail(ErrorCode::invalid_request, "there is no change " + cursor);
    AGENTA_TRY(page.items, store_.changes_after(session.id, since, kMost));
  }
  page.total = static_cast<std::int64_t>(page.items.size());
  page.next_cursor = std::to_string(page.items.empty() ? since : page.items.back().sequence);
  return page;
}

Result<void> Sessions::expire_due() {
  AGENTA_TRY(auto open, store_.list_open());
  for (Session& each : open) AGENTA_CHECK(expire_if_due(std::move(each)));
  return {};
}

Result<std::vector<Sessions::Opened>> Sessions::list_open() {
  std::vector<Opened> all;
  AGENTA_TRY(auto open, store_.list_open());
  for (Session& each : open) {
    if (each.expires_at && *each.expires_at <= clock_.wall()) continue;
    AGENTA_TRY(auto const project, projects_.find_by_id(each.project));
    if (project) all.push_back({std::move(each), project->slug});
  }
  return all;
}

/// How many tools there are is told from what is known here: nobody waits for Composio to see a session.
protocol::SessionView Sessions::view_of(Caller const& caller, Session session) {
  protocol::SessionView view;
  view.session = session;
  bool const is_owners = caller.session.empty();
  if (!is_owners) withhold(view.session);
  if (view.session.state != SessionState::open) return view;
  if (is_owners && options_.socket_of) view.socket = options_.socket_of(caller.project, view.session);
  auto asked = ask(caller, view.session.selectors);
  if (!asked) return view;
  asked->network = Network::no;
  auto policy = policy_of(session);
  if (!policy) return view;
  count_tools(*asked, {.session = std::move(session), .policy = *std::move(policy)}, view);
  return view;
}

}  // namespace agenta::daemon
