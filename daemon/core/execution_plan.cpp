#include <utility>

#include "daemon/core/connection_choice.hpp"
#include "daemon/core/execution_flight.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/schema/redact.hpp"
#include "shared/schema/tool_format.hpp"

// What is settled before anything is journaled as queued or sent.
namespace agenta::daemon {

Result<Executions::Plan> Executions::plan(Caller const& caller, ToolCall const& call, Execution& record) {
  Plan plan;
  auto reference = parse_tool_reference(call.tool);
  if (!reference) {
    return fail(ErrorCode::invalid_request,
                call.tool +
                    " is no tool's name: it is GITHUB_CREATE_AN_ISSUE, or "
                    "tools.composio.github.CREATE_AN_ISSUE.CONNECTION",
                {"agenta-tools", "tools", "list"});
  }
  record.tool = reference->slug;
  std::string named = call.connection;
  if (reference->connection) {
    if (!named.empty() && !equal_ignoring_case(named, *reference->connection)) {
      return fail(ErrorCode::invalid_request, call.tool + " names the connection " + *reference->connection +
                                                  ", and the request names " + named + ": give one of them");
    }
    named = *reference->connection;
  }
  if (!is_custom(reference->slug)) {
    AGENTA_TRY(plan.access, credentials_.access_for(caller));
  }
  AGENTA_TRY(plan.project, projects_.ensure(caller.project, clock_.wall()));
  record.project = plan.project.id;
  AGENTA_CHECK(enter_session(caller, call, plan, record));
  ProviderCall const provider_call{plan.access, caller.deadline, {}};
  AGENTA_TRY(auto const known, find_tool(caller, provider_call, call, reference->slug, plan));
  plan.tool = known.value;
  Tool const& tool = plan.tool->tool;
  record.tool = tool.slug;
  record.integration = tool.integration;
  record.tool_version = call.tool_version.empty() ? tool.version : call.tool_version;
  record.read_only = hints_of(tool).read_only;

  // A model was shown the tool under other names, and says null for what it leaves out. Where the schema is
  // not to be trusted, it does not say which null means that.
  schema::Arguments given;
  given.json = call.arguments;
  given.text_paths = call.text_paths;
  auto const nulls = call.validate ? schema::Nulls::leave_out : schema::Nulls::keep;
  given = schema::restore_arguments(tool.input_schema, std::move(given), nulls);
  plan.arguments = std::move(given.json);
  if (!call.files.empty()) {
    if (options_.files == nullptr)
      return fail(ErrorCode::unsupported, "this daemon takes no files for arguments");
    AGENTA_TRY(plan.arguments, options_.files->describe(caller.project, tool, plan.arguments, call.files));
  }
  if (plan.tool->schema) {
    plan.arguments = plan.tool->schema->coerce(plan.arguments, given.text_paths);
    record.arguments = options_.redaction.arguments(tool.slug.text, &*plan.tool->schema, plan.arguments);
    if (call.validate) AGENTA_CHECK(plan.tool->schema->validate(plan.arguments, tool.slug.text));
  } else {
    record.arguments = options_.redaction.arguments(tool.slug.text, nullptr, plan.arguments);
    if (call.validate) {
      record.notice =
          "the input schema of " + tool.slug.text + " cannot be read: the service judges the arguments";
    }
  }
  if (!tool.no_auth) {
    if (plan.session) {
      AGENTA_TRY(named, plan.session->connection_for(tool.integration, named));
    }
    AGENTA_TRY(auto const rows, candidates(plan.project.id, tool.integration, named));
    if (call.is_probe && rows.size() == 1 && belongs_to(rows.front(), plan.access)) {
      plan.connection = rows.front();
    } else {
      AGENTA_TRY(plan.connection, choose_connection(rows, plan.access, tool.integration, named));
    }
    // While it is renewed for other scopes what worked works on.
    if (plan.connection->renewal) plan.connection->account = plan.connection->renewal->account;
    ConnectionReference chosen;
    chosen.id = plan.connection->id;
    chosen.slug = plan.connection->slug;
    record.connection = std::move(chosen);
  }
  AGENTA_CHECK(judge(plan, record));
  return plan;
}

/// The rows to choose from: the named one alone, of whatever integration, else the integration's. Where there
/// is none of that name, all of them: somebody has to be told the nearest.
Result<std::vector<Connection>> Executions::candidates(ProjectId const& project,
                                                       IntegrationSlug const& integration,
                                                       std::string const& named) {
  store::ConnectionFilter filter;
  if (named.empty()) {
    filter.integration = integration;
    return connections_.list(project, filter);
  }
  AGENTA_TRY(auto found, connections_.find_by_name(project, named));
  if (!found) return connections_.list(project, filter);
  std::vector<Connection> one;
  one.push_back(*std::move(found));
  return one;
}

}  // namespace agenta::daemon
