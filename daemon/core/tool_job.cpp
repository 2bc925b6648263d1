#include "daemon/core/tool_job.hpp"

#include <utility>

#include "daemon/core/connection_choice.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/domain/belief.hpp"
#include "shared/protocol/exact_json.hpp"
#include "shared/schema/redact.hpp"
#include "shared/schema/tool_format.hpp"

namespace agenta::daemon {
namespace {

/// The connection that a call names: beside its tool, or within its name.
Result<std::string> named_connection(ToolCall const& call, ToolReference const& reference) {
  if (!reference.connection) return call.connection;
  if (!call.connection.empty() && !equal_ignoring_case(call.connection, *reference.connection)) {
    return fail(ErrorCode::invalid_request, call.tool + " names the connection " + *reference.connection +
                                                ", and the request names " + call.connection +
                                                ": give one of them");
  }
  return *reference.connection;
}

}  // namespace

Executions::Frame Executions::ToolJob::frame_of(ToolCall const& call) {
  Frame frame;
  frame.id = call.id;
  frame.idempotency_key = call.idempotency_key;
  frame.batch = call.batch;
  frame.session = call.session;
  frame.trace_id = call.trace_id;
  frame.approval = call.approval;
  frame.on_ask = call.on_ask;
  frame.retry = call.retry;
  frame.dry_run = call.dry_run;
  return frame;
}

Result<Executions::Plan> Executions::ToolJob::plan(Caller const& caller, Execution& record) {
  Plan plan;
  auto reference = parse_tool_reference(call_.tool);
  if (!reference) {
    return fail(ErrorCode::invalid_request,
                call_.tool +
                    " is no tool's name: it is GITHUB_CREATE_AN_ISSUE, or "
                    "tools.composio.github.CREATE_AN_ISSUE.CONNECTION",
                {"agenta-tools", "tools", "list"});
  }
  record.tool = reference->slug;
  AGENTA_TRY(std::string named, named_connection(call_, *reference));
  if (!is_custom(reference->slug)) {
    AGENTA_TRY(plan.access, owner_.credentials_.access_for(caller));
  }
  AGENTA_TRY(plan.project, owner_.projects_.ensure(caller.project, owner_.clock_.wall()));
  record.project = plan.project.id;
  AGENTA_CHECK(owner_.enter_session(caller, call_, plan, record));
  ProviderCall const provider_call{plan.access, caller.deadline, {}};
  AGENTA_TRY(auto const known, owner_.find_tool(caller, provider_call, call_, reference->slug, plan));
  tool_ = known.value;
  Tool const& tool = tool_->tool;
  plan.hints = hints_of(tool);
  plan.subject = tool.slug.text;
  record.tool = tool.slug;
  record.integration = tool.integration;
  record.tool_version = call_.tool_version.empty() ? tool.version : call_.tool_version;
  // What is declared here changes with its file, and no name of a version would tell.
  plan.version = is_custom(tool.slug) ? tool.version : call_.tool_version;
  record.read_only = plan.hints.read_only;
  AGENTA_CHECK(read_arguments(caller, record));
  if (plan.session) {
    plan.judged = arguments_;
    plan.judged_hints = believed(plan.hints);
    AGENTA_CHECK(judge_outright(plan, tool, record));
  }
  AGENTA_CHECK(validate());
  if (!tool.no_auth) {
    if (plan.session) {
      AGENTA_TRY(named, plan.session->connection_for(tool.integration, named));
    }
    AGENTA_TRY(plan.connection, choose(plan, named));
    record.connection = ConnectionReference{plan.connection->id, plan.connection->slug};
  }
  record.arguments_digest =
      owner_.options_.digest(record.tool.text + "\n" + (plan.connection ? plan.connection->id.text : "") +
                             "\n" + call_.tool_version + "\n" + protocol::canonical_json(arguments_.text));
  if (plan.session) AGENTA_CHECK(judge(plan, record));
  if (call_.dry_run) record.arguments = arguments_;
  return plan;
}

/// What runs here has no service that would judge its arguments: they are checked whatever the call says.
bool Executions::ToolJob::is_validated() const { return call_.validate || is_custom(tool_->tool.slug); }

Result<void> Executions::ToolJob::validate() const {
  if (!is_validated() || !tool_->schema) return {};
  using Doubt = schema::Schema::Doubt;
  ToolSlug const& slug = tool_->tool.slug;
  return tool_->schema->validate(arguments_, slug.text,
                                 is_custom(slug) ? Doubt::counts_against : Doubt::passes);
}

Result<void> Executions::ToolJob::read_arguments(Caller const& caller, Execution& record) {
  Tool const& tool = tool_->tool;
  auto const& redaction = owner_.options_.redaction;
  // A model was shown the tool under other names, and says null for what it leaves out. Where the schema is
  // not to be trusted, it does not say which null means that.
  schema::Arguments given;
  given.json = call_.arguments;
  given.text_paths = call_.text_paths;
  auto const nulls = is_validated() ? schema::Nulls::leave_out : schema::Nulls::keep;
  given = schema::restore_arguments(tool.input_schema, std::move(given), nulls);
  arguments_ = std::move(given.json);
  if (!call_.files.empty()) {
    if (owner_.options_.files == nullptr)
      return fail(ErrorCode::unsupported, "this daemon takes no files for arguments");
    AGENTA_TRY(arguments_, owner_.options_.files->describe(caller.project, tool, arguments_, call_.files));
  }
  if (!tool_->schema) {
    record.arguments = redaction.arguments(tool.slug.text, nullptr, arguments_);
    if (is_validated()) {
      record.notice =
          "the input schema of " + tool.slug.text + " cannot be read: the service judges the arguments";
    }
    return {};
  }
  arguments_ = tool_->schema->coerce(arguments_, given.text_paths);
  record.arguments = redaction.arguments(tool.slug.text, &*tool_->schema, arguments_);
  return {};
}

Result<Connection> Executions::ToolJob::choose(Plan const& plan, std::string const& named) const {
  IntegrationSlug const& integration = tool_->tool.integration;
  AGENTA_TRY(auto rows, connection_candidates(owner_.connections_, plan.project.id, integration, named));
  Connection chosen;
  if (call_.is_probe && rows.size() == 1 && belongs_to(rows.front(), plan.access)) {
    chosen = std::move(rows.front());
  } else {
    AGENTA_TRY(chosen, choose_connection(rows, plan.access, integration, named));
  }
  // While it is renewed for other scopes what worked works on.
  if (chosen.renewal) chosen.account = chosen.renewal->account;
  return chosen;
}

/// Files are handed over once, and are then where the provider finds them.
Result<void> Executions::ToolJob::prepare(ProviderCall const& call, Plan const& plan,
                                          Execution const& record) {
  request_.tool = tool_->tool.slug;
  request_.version = call_.tool_version.empty() ? tool_->tool.version : call_.tool_version;
  request_.user_id = user_id_of(plan.project.id);
  if (plan.connection) request_.account = plan.connection->account;
  if (owner_.options_.results != nullptr) {
    request_.result_file = owner_.options_.results->path_of(record.id).string();
    request_.most_result_bytes = static_cast<std::size_t>(owner_.options_.results->most_bytes());
  }
  request_.arguments = arguments_;
  if (call_.files.empty()) return {};
  AGENTA_TRY(request_.arguments, owner_.options_.files->stage(call, tool_->tool, arguments_, call_.files));
  return {};
}

ExecuteOutcome Executions::ToolJob::send(ProviderCall const& call, Patience const& patience) {
  request_.answer_by = patience.answer_by;
  request_.on_written = patience.on_written;
  bool const is_own = is_custom(request_.tool) && owner_.options_.run_custom;
  return is_own ? owner_.options_.run_custom(call, request_) : owner_.provider_.execute(call, request_);
}

}  // namespace agenta::daemon
