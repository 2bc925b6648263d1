#include <algorithm>
#include <utility>

#include "daemon/core/custom_tools.hpp"
#include "daemon/core/execution_flight.hpp"
#include "daemon/core/execution_job.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/custom/declaration.hpp"

// What a session allows before its policy is asked: which tools are in it, on which connection they run, and
// what of the journal is seen by those who came by its socket.
namespace agenta::daemon {
namespace {

/// The context says it to programs: over a session's socket the step is in the message alone.
unexpected<Error> not_in(Session const& session, ToolSlug const& tool) {
  Error error;
  error.code = ErrorCode::policy_denied;
  error.message = tool.text + " is not in the session " + session.name;
  error.context.text = R"({"reason":"not_in_session"})";
  error.next_step = {"agenta-tools", "session", "add", session.name, tool.text};
  return fail(std::move(error));
}

/// Before what a caller calls a key: keys of a session are its own. No name of a session: those come again.
std::string key_prefix(Session const& session) { return session.id.text + "/"; }

}  // namespace

Result<void> Executions::enter_session(Caller const& caller, ToolCall const& call, Plan& plan,
                                       Execution& record) {
  bool const is_confined = !caller.session.empty();
  if (!is_confined && call.session.empty()) return {};
  if (options_.sessions == nullptr) return fail(ErrorCode::unsupported, "this daemon has no sessions");
  AGENTA_TRY(plan.session,
             options_.sessions->open_session(caller, is_confined ? caller.session : call.session));
  Session const& session = plan.session->session;
  record.session = session.name;
  bool const is_meant = call.session.empty() || equal_ignoring_case(call.session, session.name) ||
                        equal_ignoring_case(call.session, session.id.text);
  if (!is_meant) {
    return fail(ErrorCode::forbidden,
                "this is the socket of the session " + session.name + ": nothing runs in another one here");
  }
  if (!record.idempotency_key.empty()) record.idempotency_key = key_prefix(session) + record.idempotency_key;
  if (is_confined && call.batch) {
    record.batch.reset();
    return fail(ErrorCode::forbidden, "batches are not run by a session's socket: run them with --session");
  }
  if (is_confined && !call.validate) {
    return fail(
        ErrorCode::forbidden,
        "a session's socket checks the arguments of every call: \"validate\": false is for the owner's "
        "own socket");
  }
  if (is_confined && !call.files.empty())
    return fail(ErrorCode::forbidden, "a session's socket takes no files for arguments");
  return {};
}

/// A tool that is not in the session is told as such, whether or not there is one of that name.
Result<Known<std::shared_ptr<CatalogTool const>>> Executions::find_tool(Caller const& caller,
                                                                        ProviderCall const& asking,
                                                                        ToolCall const& call,
                                                                        ToolSlug const& slug,
                                                                        Plan const& plan) {
  if (!plan.session) return catalog_.tool(asking, slug, call.tool_version);
  Session const& session = plan.session->session;
  IntegrationSlug const own{std::string{custom::kIntegration}};
  if (is_custom(slug) && !Sessions::has(session, slug, own)) return not_in(session, slug);
  auto known = catalog_.tool(asking, slug, call.tool_version);
  if (!known) {
    bool const is_hidden = !caller.session.empty() && known.error().code == ErrorCode::tool_not_found;
    if (is_hidden) return not_in(session, slug);
    return known;
  }
  Tool const& tool = known->value->tool;
  if (!Sessions::has(session, tool.slug, tool.integration)) return not_in(session, tool.slug);
  return known;
}

/// The id under which a call is kept that came with this one. Ids are everybody's, and whether one is taken
/// tells what others ran: over a session's socket what is given only names the call within the session.
ExecutionId Executions::own_id(Caller const& caller, ExecutionId const& given) const {
  if (given.empty()) return {make_uuid_v7()};
  ExecutionId id{to_lower(given.text)};
  if (caller.session.empty() || !is_uuid(id.text)) return id;
  std::string const hex = options_.digest(caller.session + "\n" + id.text);
  // A UUID of version 8, whose bits are one's own.
  id.text = hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-8" + hex.substr(13, 3) + "-8" + hex.substr(17, 3) +
            "-" + hex.substr(20, 12);
  return id;
}

/// By its id, or by the one that its caller gave it.
Result<std::optional<Execution>> Executions::find_visible(Caller const& caller, ExecutionId const& id) {
  AGENTA_TRY(auto const project, projects_.find(caller.project));
  if (!project) return std::optional<Execution>{};
  for (ExecutionId const& each : {id, own_id(caller, id)}) {
    AGENTA_TRY(auto found, journal_.find(each));
    if (!found || found->project != project->id) continue;
    AGENTA_TRY(bool const is_there, is_visible(caller, *found));
    if (is_there) return found;
  }
  return std::optional<Execution>{};
}

/// As its caller called it.
void Executions::tell_own_key(Execution& execution) {
  constexpr std::size_t kId = 36;
  std::string& key = execution.idempotency_key;
  if (key.size() > kId && key[kId] == '/' && is_uuid(std::string_view{key}.substr(0, kId)))
    key.erase(0, kId + 1);
}

Result<bool> Executions::is_visible(Caller const& caller, Execution const& execution) {
  if (caller.session.empty()) return true;
  if (options_.sessions == nullptr) return false;
  AGENTA_TRY(auto const open, options_.sessions->open_session(caller, caller.session));
  return belongs_to(execution, open->session);
}

Result<store::ExecutionFilter> Executions::confine(Caller const& caller, store::ExecutionFilter filter) {
  if (caller.session.empty()) return filter;
  if (options_.sessions == nullptr) return fail(ErrorCode::unsupported, "this daemon has no sessions");
  AGENTA_TRY(auto const open, options_.sessions->open_session(caller, caller.session));
  filter.session = open->session.name;
  filter.since = std::max(filter.since.value_or(open->session.created_at), open->session.created_at);
  return filter;
}

std::optional<Approval> Executions::find_approval(Caller const& caller, Execution const& execution) const {
  bool const is_told = caller.session.empty() && !execution.approval.empty() && options_.approvals != nullptr;
  if (!is_told) return std::nullopt;
  auto found = options_.approvals->get(execution.approval);
  return found ? std::optional{*std::move(found)} : std::nullopt;
}

/// Nothing found is nothing run only where there is such a session. Asked afterwards: what has rows is
/// listed, whatever became of its session.
Result<void> Executions::check_session(Caller const& caller, store::ExecutionFilter const& filter,
                                       Page<Execution> const& page) const {
  bool const is_in_doubt =
      page.items.empty() && filter.cursor.empty() && !filter.session.empty() && caller.session.empty();
  if (!is_in_doubt || options_.sessions == nullptr) return {};
  return options_.sessions->check_known(caller, filter.session);
}

}  // namespace agenta::daemon
