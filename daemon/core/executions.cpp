#include "daemon/core/executions.hpp"

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

#include "daemon/core/canonical_json.hpp"
#include "daemon/core/connection_choice.hpp"
#include "daemon/core/connection_standing.hpp"
#include "daemon/core/execution_flight.hpp"
#include "daemon/core/next_step.hpp"
#include "daemon/core/retry_policy.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/schema/redact.hpp"
#include "shared/schema/tool_format.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;

std::vector<std::string> show_step(ExecutionId const& id) {
  return {"agenta-tools", "history", "show", id.text};
}

Error with_execution(Error error, ExecutionId const& id) {
  error.execution_id = id.text;
  return error;
}

milliseconds until(SteadyTime deadline, SteadyTime now) {
  return std::chrono::duration_cast<milliseconds>(deadline - now);
}

double random_fraction() {
  thread_local std::minstd_rand engine{std::random_device{}()};
  return std::uniform_real_distribution<double>{0.0, 1.0}(engine);
}

}  // namespace

/// What is settled before anything is written: which tool, as whom, with what.
struct Executions::Plan {
  ProviderAccess access{};
  store::Project project{};
  std::shared_ptr<CatalogTool const> tool{};
  std::optional<Connection> connection{};
  JsonText arguments{};  ///< as they are sent; the record holds them redacted
};

Executions::Executions(store::ProjectStore& projects, store::ConnectionStore& connections,
                       store::ExecutionJournal& journal, Catalog& catalog, Credentials& credentials,
                       ToolProvider& provider, Clock const& clock, Options options)
    : projects_(projects),
      connections_(connections),
      journal_(journal),
      catalog_(catalog),
      credentials_(credentials),
      provider_(provider),
      clock_(clock),
      options_(std::move(options)) {}

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
  ProviderCall const provider_call{plan.access, caller.deadline, {}};
  AGENTA_TRY(auto const known, catalog_.tool(provider_call, reference->slug, call.tool_version));
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
    record.arguments = schema::redact(*plan.tool->schema, plan.arguments);
    if (call.validate) AGENTA_CHECK(plan.tool->schema->validate(plan.arguments, tool.slug.text));
  } else {
    record.arguments = schema::redact(plan.arguments);
  }
  if (!tool.no_auth) {
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

/// Outcomes that a full disk did not take. Most often there are none.
void Executions::write_unsettled() {
  auto rows = unsettled_.with([](auto& waiting) { return std::exchange(waiting, {}); });
  for (Execution& row : rows) {
    if (journal_.settle(row, store::Durability::normal)) continue;
    unsettled_.with([&](auto& waiting) { waiting.push_back(std::move(row)); });
  }
}

Result<Execution> Executions::run(Caller const& caller, ToolCall const& call) {
  write_unsettled();
  Execution record;
  record.id.text = call.id.empty() ? make_uuid_v7() : to_lower(call.id.text);
  if (!is_uuid(record.id.text)) return fail(ErrorCode::invalid_request, "the execution id is not a UUID");
  constexpr std::size_t kLongestKey = 255;
  if (call.idempotency_key.size() > kLongestKey ||
      (!call.idempotency_key.empty() && trim(call.idempotency_key).empty())) {
    return fail(ErrorCode::invalid_request, "an idempotency key is 1 to 255 characters, and not all blank");
  }
  record.actor = caller.actor;
  record.batch = call.batch;
  record.session = call.session;
  record.trace_id = call.trace_id;
  record.started_at = clock_.wall();
  record.idempotency_key = call.idempotency_key;

  auto planned = plan(caller, call, record);
  if (!planned) {
    if (record.project.empty() || call.dry_run) return fail(std::move(planned).error());
    return fail(refuse(record, caller.project, std::move(planned).error()));
  }
  Plan const& plan = *planned;
  record.arguments_digest =
      options_.digest(record.tool.text + "\n" + (plan.connection ? plan.connection->id.text : "") + "\n" +
                      call.tool_version + "\n" + canonical_json(plan.arguments));
  if (call.dry_run) {
    record.dry_run = true;
    record.arguments = plan.arguments;
    return record;
  }
  AGENTA_TRY(auto earlier, recorded(plan, record, caller.deadline));
  if (earlier) return std::move(*earlier);
  return send(caller, plan, std::move(record), call);
}

/// The journal's answer to a repeated idempotency key; nothing where the key is new. Waits for a twin under
/// way.
Result<std::optional<Execution>> Executions::recorded(Plan const& plan, Execution const& record,
                                                      SteadyTime deadline) {
  if (record.idempotency_key.empty()) return std::optional<Execution>{};
  AGENTA_TRY(auto found, journal_.find_by_key(plan.project.id, record.idempotency_key));
  if (!found) return std::optional<Execution>{};
  if (found->arguments_digest != record.arguments_digest) {
    return fail(
        with_execution(fail(ErrorCode::idempotency_conflict,
                            "the idempotency key " + record.idempotency_key + " was used for another call (" +
                                found->id.text + "): take a new key for new arguments",
                            show_step(found->id))
                           .error(),
                       found->id));
  }
  if (!is_settled(found->state)) {
    std::unique_lock lock{mutex_};
    landed_.wait_until(lock, deadline, [&] { return !flights_.contains(found->id.text); });
    lock.unlock();
    AGENTA_TRY(found, journal_.find(found->id));
  }
  if (!found || !is_settled(found->state)) {
    return fail(
        with_execution(fail(ErrorCode::outcome_unknown,
                            "the first call with this idempotency key has no outcome yet: it may have run",
                            show_step(record.id))
                           .error(),
                       found ? found->id : record.id));
  }
  if (found->state == ExecutionState::succeeded && !found->data && !found->result_file) {
    return fail(with_execution(
        fail(ErrorCode::execution_not_found,
             "the first call with this idempotency key succeeded, and its result was too large to "
             "keep (history.keep_results)",
             show_step(found->id))
            .error(),
        found->id));
  }
  found->replayed = true;
  if (found->error && found->error->code != ErrorCode::tool_failed)
    return fail(with_execution(*found->error, found->id));
  return found;
}

/// Keeps the refusal in the journal: it is part of who tried what. A key is not spent on what never ran.
Error Executions::refuse(Execution& record, std::string const& project, Error error) {
  record.state = ExecutionState::refused;
  record.idempotency_key.clear();
  complete_next_step(error.next_step, options_.sandbox_flag, project);
  record.error = error;
  record.finished_at = clock_.wall();
  record.duration = *record.finished_at - record.started_at;
  auto const written = journal_.insert(record, store::Durability::normal);
  return written ? with_execution(std::move(error), record.id) : std::move(error);
}

Result<Execution> Executions::send(Caller const& caller, Plan const& plan, Execution record,
                                   ToolCall const& call) {
  auto const flight = std::make_shared<Flight>();
  flight->read_only = record.read_only;
  flight->project = record.project;
  switch (begin_flight(record.id, flight)) {
    case Start::flying: break;
    case Start::cancelled_before:
      return fail(refuse(record, caller.project,
                         fail(ErrorCode::cancelled, "cancelled before it was sent: nothing ran").error()));
    case Start::id_in_use:
      return fail(ErrorCode::idempotency_conflict, "the execution " + record.id.text + " is running already",
                  show_step(record.id));
  }
  // The intent of a write survives a power cut; a lost read is only a lost line.
  auto const durability = record.read_only ? store::Durability::normal : store::Durability::full;
  record.state = ExecutionState::sent;
  if (auto journaled = journal_.insert(record, durability); !journaled) {
    end_flight(record.id);
    if (journaled.error().code != ErrorCode::idempotency_conflict)
      return unexpected(std::move(journaled).error());
    AGENTA_TRY(auto twin, recorded(plan, record, caller.deadline));  // a twin was faster by a moment
    if (twin) return std::move(*twin);
    return unexpected(std::move(journaled).error());
  }
  ExecuteOutcome outcome;
  auto const staged = stage_files(caller, plan, call, *flight);
  if (staged) {
    Plan with_files = plan;
    with_files.arguments = *staged;
    outcome = attempt_until_settled(caller, with_files, record, call, *flight);
  } else {
    outcome.fate = Fate::nothing_ran;
    outcome.error = staged.error();
  }
  bool cancelled = false;
  {
    std::lock_guard const guard{flight->mutex};
    cancelled = flight->cancel_wanted && outcome.fate != Fate::answered &&
                (!flight->ever_written || record.read_only);
  }
  Execution settled = settle(plan, std::move(record), std::move(outcome), cancelled);
  end_flight(settled.id);
  if (settled.error && settled.error->code != ErrorCode::tool_failed)
    return fail(with_execution(*settled.error, settled.id));
  return settled;
}

/// The arguments with their files where the provider finds them. Nothing of the tool has run.
Result<JsonText> Executions::stage_files(Caller const& caller, Plan const& plan, ToolCall const& call,
                                         Flight const& flight) {
  if (call.files.empty()) return plan.arguments;
  ProviderCall const provider_call{plan.access, caller.deadline, flight.abort.get_token()};
  return options_.files->stage(provider_call, plan.tool->tool, plan.arguments, call.files);
}

ExecuteOutcome Executions::attempt_until_settled(Caller const& caller, Plan const& plan, Execution& record,
                                                 ToolCall const& call, Flight& flight) {
  ExecuteRequest request;
  request.tool = plan.tool->tool.slug;
  request.version = call.tool_version.empty() ? plan.tool->tool.version : call.tool_version;
  request.arguments = plan.arguments;
  request.user_id = user_id_of(plan.project.id);
  if (plan.connection) request.account = plan.connection->account;
  ProviderCall const provider_call{plan.access, caller.deadline, flight.abort.get_token()};
  ToolHints const hints = hints_of(plan.tool->tool);

  // Once an attempt may have had its effect, a later one that did not run changes nothing about that.
  std::optional<ExecuteOutcome> doubt;
  auto const worst = [&](ExecuteOutcome outcome) {
    return doubt && outcome.fate == Fate::nothing_ran ? std::move(*doubt) : std::move(outcome);
  };
  for (;;) {
    {
      std::lock_guard const guard{flight.mutex};
      if (flight.cancel_wanted) break;
      flight.on_the_wire = true;
    }
    ++record.attempts;
    ExecuteOutcome outcome = provider_.execute(provider_call, request);
    std::unique_lock lock{flight.mutex};
    flight.on_the_wire = false;
    flight.ever_written = flight.ever_written || outcome.fate != Fate::nothing_ran;
    if (!may_retry(outcome.fate, hints) || record.attempts >= kMostAttempts || flight.cancel_wanted) {
      return worst(std::move(outcome));
    }
    auto const wait =
        retry_delay(record.attempts + 1, outcome.error ? outcome.error->retry_after : std::nullopt,
                    random_fraction(), until(caller.deadline, clock_.steady()));
    if (!wait) return worst(std::move(outcome));
    flight.changed.wait_for(lock, *wait, [&] { return flight.cancel_wanted; });
    if (flight.cancel_wanted) return worst(std::move(outcome));
    if (outcome.fate == Fate::unknown && !hints.read_only) doubt = std::move(outcome);
  }
  ExecuteOutcome nothing;
  nothing.fate = Fate::nothing_ran;
  nothing.error = fail(ErrorCode::cancelled, "cancelled before it was sent: nothing ran").error();
  return worst(std::move(nothing));
}

Execution Executions::settle(Plan const& plan, Execution record, ExecuteOutcome outcome, bool cancelled) {
  record.finished_at = clock_.wall();
  record.duration = *record.finished_at - record.started_at;
  std::string tool_words;
  if (outcome.result) {
    record.log_id = outcome.result->log_id;
    record.result_file = std::move(outcome.result->file);
    if (!record.result_file) record.data = std::move(outcome.result->data);
    record.result_bytes =
        record.result_file ? record.result_file->size : static_cast<std::int64_t>(record.data->text.size());
    record.state = outcome.result->successful ? ExecutionState::succeeded : ExecutionState::failed;
    if (!outcome.result->successful) {
      tool_words = outcome.result->error;
      record.error =
          fail(ErrorCode::tool_failed, tool_words.empty() ? "the tool failed and gave no reason" : tool_words)
              .error();
    }
  } else if (cancelled) {
    record.state = ExecutionState::cancelled;
    record.error = fail(ErrorCode::cancelled,
                        record.read_only ? "cancelled" : "cancelled before it was sent: nothing ran")
                       .error();
  } else {
    record.error = outcome.error ? std::move(outcome.error)
                                 : fail(ErrorCode::internal, "the provider gave no reason").error();
    switch (outcome.fate) {
      case Fate::answered: record.state = ExecutionState::failed; break;
      case Fate::nothing_ran: record.state = ExecutionState::refused; break;
      case Fate::unknown:
        record.state = ExecutionState::unknown;
        if (record.error->next_step.empty()) record.error->next_step = show_step(record.id);
        break;
    }
  }
  // The connection was ACTIVE here; where Composio knows no usable account behind it, it has to be renewed.
  if (record.error && plan.connection && record.state != ExecutionState::unknown &&
      (record.error->code == ErrorCode::connection_not_found ||
       record.error->code == ErrorCode::not_connected)) {
    record.error->code = ErrorCode::connection_expired;
    record.error->message = "the account behind " + plan.connection->slug +
                            " can no longer be used at Composio: " + record.error->message;
  }
  note_connection(plan, record, tool_words);
  if (options_.returned) options_.returned(record);
  if (record.error && record.error->code == ErrorCode::connection_expired && record.connection) {
    record.error->next_step = {"agenta-tools", "connect", record.integration.text, "--reconnect",
                               record.connection->slug};
  }
  if (record.error) complete_next_step(record.error->next_step, options_.sandbox_flag, plan.project.slug);
  // Not being able to write the outcome must not hide it: a restart will find the row as `sent`, and say
  // `unknown`.
  bool const keep = !record.data || record.data->text.size() <= options_.most_kept_result_bytes;
  Execution row = record;
  if (!keep) row.data.reset();
  if (!journal_.settle(row, store::Durability::normal)) {
    unsettled_.with([&](auto& rows) { rows.push_back(std::move(row)); });
  }
  return record;
}

/// A connection that a call proved alive was used now; one that it proved dead is expired.
void Executions::note_connection(Plan const& plan, Execution const& record, std::string const& tool_words) {
  if (!plan.connection) return;
  bool const expired = (record.error && record.error->code == ErrorCode::connection_expired) ||
                       (!tool_words.empty() && options_.proves_dead_credential(tool_words));
  constexpr std::chrono::seconds kFineEnough{1};  // of "last used": a busy script need not write it each time
  auto const last = plan.connection->last_used_at;
  if (record.state == ExecutionState::succeeded && (!last || clock_.wall() - *last >= kFineEnough)) {
    static_cast<void>(connections_.touch(plan.connection->id, clock_.wall(), record.actor));
  }
  if (!expired) return;
  // The row may have been renewed or removed while the call was out: only the account that was used is dead.
  auto const found = connections_.find(plan.connection->id);
  if (!found || !*found || (*found)->account != plan.connection->account) return;
  Connection row = **found;
  Settlement settlement;
  settlement.status = ConnectionStatus::expired;
  settlement.error = ConnectionError{ErrorCode::connection_expired, record.error->message};
  static_cast<void>(move_to(connections_, row, std::move(settlement), record.actor, clock_.wall()));
}

}  // namespace agenta::daemon
