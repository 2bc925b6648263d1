#include "cli/mcp/session_caller.hpp"

#include <algorithm>

#include "shared/base/text.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/codec_session.hpp"

namespace agenta::mcp {
namespace {

using std::chrono::milliseconds;

/// Of one result. Models read a fraction of it; a client has to hold it, and so do we, for every call.
constexpr std::size_t kMostResult = std::size_t{4} << 20;
/// A local question.
constexpr milliseconds kPatience{2'000};
/// A call may need a connection, and an approval, and meet each again while people are at it.
constexpr int kMostRounds = 4;

/// Whether the step has these words side by side: before them there may be flags that say where it is taken.
bool has_words(std::vector<std::string> const& step, std::vector<std::string> const& words) {
  return !std::ranges::search(step, words).empty();
}

/// The approval that came with a call was not taken.
bool is_about_approval(Error const& error) {
  return error.code == ErrorCode::forbidden && has_words(error.next_step, {"approvals", "list"});
}

/// The session does not have the tool: the way on is to add it, which over its own socket no step says.
bool is_outside(Error const& error) {
  return error.code == ErrorCode::policy_denied &&
         (has_words(error.next_step, {"session", "add"}) ||
          protocol::read_string(protocol::find_member(error.context.text, "reason").value_or("")) ==
              "not_in_session");
}

}  // namespace

RpcError unknown_tool(std::string_view name) {
  return {.code = kInvalidParams, .message = "Unknown tool: " + std::string{name}};
}

SessionCaller::SessionCaller(SessionUse use)
    : use_(std::move(use)), connecting_(use_.complete), approving_(use_.complete, !use_.name.empty()) {}

/// What a refusal means for the one who called: an unknown tool is an error of the protocol, what people can
/// mend is offered to them, and the rest the model is told.
SessionCaller::Ran SessionCaller::judge(std::string const& tool, Error error) const {
  bool const is_unknown = error.code == ErrorCode::tool_not_found || is_outside(error);
  if (is_unknown) return {.end = unknown_tool(tool)};
  bool const can_mend =
      error.code == ErrorCode::approval_required || ConnectFlow::find_wish(error).has_value();
  if (can_mend) return {.error = std::move(error)};
  return {.end = result_of_error(error, use_.complete)};
}

/// The daemon took the request and its answer was lost: the journal knows what became of it. What it does not
/// know may still come to it, out of the socket of a daemon that stood still: that is called off, and only
/// then has nothing run.
SessionCaller::Ran SessionCaller::recover(Turn& turn, std::string const& execution_id, Error error) const {
  auto const is_missing = [](Result<ServiceReply> const& reply) {
    return !reply && reply.error().code == ErrorCode::execution_not_found;
  };
  ServiceRequest request = protocol::get_execution(execution_id);
  request.timeout = kPatience;
  auto reply = turn.service().call(request, turn.stop());
  if (is_missing(reply)) {
    request = protocol::cancel_execution(execution_id);
    request.timeout = kPatience;
    reply = turn.service().call(request, turn.stop());
  }
  if (is_missing(reply)) {
    error.message += "; nothing ran";
    return {.end = result_of_error(error, use_.complete)};
  }
  if (reply) {
    auto const execution = protocol::decode_execution(reply->body);
    bool const has_answer = execution && (execution->state == ExecutionState::succeeded ||
                                          execution->state == ExecutionState::failed);
    if (has_answer) return {.end = result_of_execution(reply->body, use_.complete)};
    bool const never_left = execution && (execution->state == ExecutionState::cancelled ||
                                          execution->state == ExecutionState::refused);
    if (never_left) {
      error.message += "; nothing was sent";
      return {.end = result_of_error(error, use_.complete)};
    }
  }
  Error unknown;
  unknown.code = ErrorCode::outcome_unknown;
  unknown.message = error.message + ", so the tool may have run: do not repeat a call that writes";
  unknown.execution_id = execution_id;
  unknown.next_step = {"agenta-tools", "history", "show", execution_id};
  return {.end = result_of_error(unknown, use_.complete)};
}

/// The client does not want it any more: what was not sent yet never is.
void SessionCaller::withdraw(Turn& turn, std::string const& execution_id) const {
  ServiceRequest request = protocol::cancel_execution(execution_id);
  request.timeout = kPatience;
  (void)turn.service().call(request, std::stop_token{});
}

SessionCaller::Ran SessionCaller::run_once(Turn& turn, std::string const& tool, std::string const& arguments,
                                           std::string const& approval) {
  ToolCall call;
  call.id.text = make_uuid_v7();
  call.tool = tool;
  call.arguments.text = arguments;
  call.session = use_.name;
  call.approval.text = approval;
  call.on_ask = OnAsk::come_back;
  call.trace_id = turn.speech().trace_id;
  turn.tell_execution(call.id.text);

  std::string body;
  bool too_large = false;
  BodySink const sink = [&](std::string_view bytes) {
    too_large = body.size() + bytes.size() > kMostResult;
    if (!too_large) body += bytes;
    return !too_large;
  };
  ServiceRequest request = protocol::execute(call, protocol::ExecuteOutput::envelope);
  request.timeout = use_.timeout;
  auto reply = turn.service().call_streaming(request, sink, turn.stop());
  if (too_large) return {.end = result_too_large(call.id.text, kMostResult, use_.complete)};
  if (reply) return {.end = result_of_execution(body, use_.complete)};
  if (turn.stop().stop_requested()) {
    withdraw(turn, call.id.text);
    return {.end = result_of_error(reply.error(), use_.complete)};
  }
  if (use_.lost_reply(turn.service())) return recover(turn, call.id.text, std::move(reply).error());
  return judge(turn.tool(), std::move(reply).error());
}

CallEnd SessionCaller::run(Turn& turn, std::string const& tool, std::string const& arguments) {
  std::string approval;
  auto const connected = turn.resumed(ConnectFlow::kKey);
  if (!connected) return connected.error();
  if (*connected) {
    if (auto end = connecting_.resume(turn, **connected)) return *std::move(end);
  }
  auto const approved = turn.resumed(ApprovalFlow::kKey);
  if (!approved) return approved.error();
  if (*approved) {
    if (auto end = approving_.resume(turn, **approved, tool, approval)) return *std::move(end);
  }
  for (int round = 1;; ++round) {
    Ran ran = run_once(turn, tool, arguments, approval);
    if (ran.end) return *std::move(ran.end);
    auto wish = ConnectFlow::find_wish(ran.error);
    if (is_about_approval(ran.error) && !approval.empty() && round < kMostRounds) {
      approval.clear();
      continue;
    }
    if (round == kMostRounds) return result_of_error(ran.error, use_.complete);
    auto end =
        wish ? connecting_.offer(turn, *std::move(wish)) : approving_.offer(turn, ran.error, tool, approval);
    if (end) return *std::move(end);
  }
}

std::optional<Error> SessionCaller::find_unclear(Turn& turn, std::string const& integration) const {
  // Over the session's own socket nobody is told which accounts there are; its list of tools says enough.
  if (use_.name.empty()) return std::nullopt;
  protocol::ConnectionQuery query;
  query.integration = integration;
  auto const reply = turn.service().call(protocol::list_connections(query), turn.stop());
  auto const rows =
      reply ? protocol::decode_connections(reply->body) : Result<Page<Connection>>{fail(reply.error())};
  if (!rows) return std::nullopt;
  std::vector<std::string> slugs;
  for (Connection const& row : rows->items) {
    if (row.status == ConnectionStatus::active) slugs.push_back(row.slug);
  }
  if (slugs.size() < 2) return std::nullopt;
  auto const seen = turn.service().call(protocol::get_session(use_.name), turn.stop());
  auto const view =
      seen ? protocol::decode_session(seen->body) : Result<protocol::SessionView>{fail(seen.error())};
  if (!view) return std::nullopt;
  bool const is_unbound = std::ranges::any_of(view->session.bindings, [&](SessionBinding const& each) {
    return each.is_unbound() && equal_ignoring_case(each.integration.text, integration);
  });
  if (!is_unbound) return std::nullopt;
  std::ranges::sort(slugs);
  return fail(
             ErrorCode::connection_ambiguous,
             integration + " has more than one connection (" + join(slugs, ", ") +
                 "), and this session is bound to none of them: start `agenta-tools mcp` with --connection " +
                 integration + "=" + slugs.front() + ", for one, or bind one now",
             {"agenta-tools", "session", "add", use_.name, "--connection", integration + "=SLUG"})
      .error();
}

/// What connecting an integration comes to here: nothing where its tools run already, a refusal where the
/// session has none of them.
expected<SessionCaller::Need, Error> SessionCaller::find_need(Turn& turn,
                                                              std::string const& integration) const {
  protocol::SessionToolQuery query;
  query.integration = integration;
  query.limit = 1;
  auto request = use_.name.empty() ? protocol::list_own_session_tools(query)
                                   : protocol::list_session_tools(use_.name, query);
  auto const reply = turn.service().call(request, turn.stop());
  if (!reply) return unexpected(reply.error());
  auto const found = protocol::decode_session_tools(reply->body);
  if (!found) return unexpected(found.error());
  auto const gap = std::ranges::find_if(found->unavailable, [&](protocol::MissingTools const& each) {
    return equal_ignoring_case(each.integration.text, integration);
  });
  Need need;
  if (gap != found->unavailable.end()) {
    need.wish.message = gap->reason;
    need.wish.command = gap->next_step;
  } else if (found->page.total > 0) {
    need.is_met = true;
  } else if (!use_.has_everything) {
    return unexpected(fail(ErrorCode::forbidden,
                           "this session has no tools of " + integration +
                               ", and connects only what it has tools of; its owner can add them",
                           {"agenta-tools", "session", "add", use_.name, integration})
                          .error());
  }
  bool const is_one = std::ranges::find(need.wish.command, "connect") != need.wish.command.end();
  if (!is_one) need.wish.command = {"agenta-tools", "connect", integration};
  if (need.wish.message.empty()) need.wish.message = integration + " is not connected yet";
  need.wish.integration = integration;
  need.wish.reason = "NOT_CONNECTED";
  return need;
}

CallEnd SessionCaller::connect(Turn& turn, std::string const& integration) {
  auto const connected = turn.resumed(ConnectFlow::kKey);
  if (!connected) return connected.error();
  std::optional<CallEnd> end;
  if (auto const unclear = find_unclear(turn, integration)) return result_of_error(*unclear, use_.complete);
  if (*connected) {
    end = connecting_.resume(turn, **connected);
  } else {
    auto need = find_need(turn, integration);
    if (!need) return result_of_error(need.error(), use_.complete);
    if (!need->is_met) end = connecting_.offer(turn, std::move(need->wish));
  }
  if (end) return *std::move(end);
  return result_of_document(JsonObject{}.boolean("connected", true).text("integration", integration).done());
}

}  // namespace agenta::mcp
