#include "daemon/core/proxy_requests.hpp"

#include <condition_variable>
#include <mutex>
#include <random>
#include <utility>

#include "daemon/core/connection_choice.hpp"
#include "daemon/core/connection_standing.hpp"
#include "daemon/core/next_step.hpp"
#include "daemon/core/proxy_plan.hpp"
#include "daemon/core/proxy_record.hpp"
#include "daemon/core/proxy_spool.hpp"
#include "daemon/core/retry_policy.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_proxy.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;

Error with_execution(Error error, ExecutionId const& id) {
  error.execution_id = id.text;
  return error;
}

double random_fraction() {
  thread_local std::minstd_rand engine{std::random_device{}()};
  return std::uniform_real_distribution<double>{0.0, 1.0}(engine);
}

/// Waits, unless `stop` comes first; whether the time has passed.
bool pause(milliseconds how_long, std::stop_token const& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock{mutex};
  never.wait_for(lock, stop, how_long, [] { return false; });
  return !stop.stop_requested();
}

/// Counts what is under way.
class Underway {
 public:
  explicit Underway(std::atomic<std::size_t>& count) : count_(count) { ++count_; }
  Underway(Underway const&) = delete;
  Underway& operator=(Underway const&) = delete;
  ~Underway() { --count_; }

 private:
  std::atomic<std::size_t>& count_;
};

std::string content_type_of(ProxyReply const& reply) {
  if (reply.file && !reply.file->content_type.empty()) return reply.file->content_type;
  for (ProxyField const& each : reply.headers) {
    if (equal_ignoring_case(each.name, "content-type")) return each.value;
  }
  return {};
}

ProxyRequest request_of(ProxyCall const& call, AccountId const& account) {
  ProxyRequest request;
  request.account = account;
  request.method = call.method;
  request.endpoint = call.url;
  request.headers = call.headers;
  request.query = call.query;
  request.body = call.body;
  request.binary = call.binary;
  return request;
}

}  // namespace

ProxyRequests::ProxyRequests(store::ProjectStore& projects, store::ConnectionStore& connections,
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

Result<ProxyRequests::Plan> ProxyRequests::plan(Caller const& caller, ProxyCall const& call,
                                                Execution& record) {
  Plan plan;
  plan.only_reads = only_reads(call.method);
  AGENTA_TRY(plan.access, credentials_.access_for(caller));
  AGENTA_TRY(plan.project, projects_.ensure(caller.project, clock_.wall()));
  record.project = plan.project.id;
  AGENTA_CHECK(enter_session(caller, call, plan, record));
  AGENTA_TRY(plan.connection, choose(plan, caller, call));
  // While it is renewed for other scopes what worked works on.
  if (plan.connection.renewal) plan.connection.account = plan.connection.renewal->account;
  ConnectionReference chosen;
  chosen.id = plan.connection.id;
  chosen.slug = plan.connection.slug;
  record.connection = std::move(chosen);
  AGENTA_CHECK(judge(call, plan, record));
  return plan;
}

Result<Connection> ProxyRequests::choose(Plan const& plan, Caller const& caller, ProxyCall const& call) {
  IntegrationSlug const integration{to_lower(call.integration.text)};
  store::ConnectionFilter filter;
  std::vector<Connection> rows;
  std::string named = call.connection;
  if (plan.session) {
    AGENTA_TRY(named, plan.session->connection_for(integration, named));
  }
  if (named.empty()) {
    filter.integration = integration;
    AGENTA_TRY(rows, connections_.list(plan.project.id, filter));
  } else {
    AGENTA_TRY(auto found, connections_.find_by_name(plan.project.id, named));
    if (found) {
      rows.push_back(*std::move(found));
    } else {
      AGENTA_TRY(rows, connections_.list(plan.project.id, filter));  // somebody has to be told the nearest
    }
  }
  auto chosen = choose_connection(rows, plan.access, integration, named);
  if (chosen || chosen.error().code != ErrorCode::not_connected || !rows.empty()) return chosen;
  // Nobody can connect what there is not.
  ProviderCall const asking{plan.access, caller.deadline, caller.stop};
  auto const known = catalog_.integration(asking, integration);
  if (!known && known.error().code == ErrorCode::integration_not_found) return fail(known.error());
  if (known && known->value->integration.no_auth) {
    return fail(ErrorCode::unsupported,
                integration.text +
                    " needs no connection, so there are no credentials to make a "
                    "request with: ask it directly",
                {"agenta-tools", "tools", "list", integration.text});
  }
  return chosen;
}

Result<ProxyRequests::Answer> ProxyRequests::run(Caller const& caller, ProxyCall const& call) {
  Underway const underway{running_};
  write_unsettled();
  Execution record;
  record.id.text = call.id.empty() ? make_uuid_v7() : to_lower(call.id.text);
  if (!is_uuid(record.id.text)) return fail(ErrorCode::invalid_request, "the execution id is not a UUID");
  AGENTA_CHECK(check_proxy_call(call));
  record.tool = proxy_tool(call.method);
  record.integration.text = to_lower(call.integration.text);
  record.read_only = only_reads(call.method);
  record.arguments = record_of(call, options_.most_kept_bytes);
  record.actor = caller.actor;
  record.started_at = clock_.wall();

  auto const planned = plan(caller, call, record);
  if (!planned) {
    bool const comes_back = planned.error().code == ErrorCode::approval_required;
    if (record.project.empty() || comes_back) return fail(planned.error());
    return fail(refuse(record, caller.project, planned.error()));
  }
  Plan const& plan = *planned;
  // The intent of a write survives a power cut; a lost read is only a lost line.
  auto const durability = record.read_only ? store::Durability::normal : store::Durability::full;
  record.state = ExecutionState::sent;
  AGENTA_CHECK(journal_.insert(record, durability));
  ProxyOutcome outcome = attempt_until_settled(caller, plan, record, call);
  judge(plan, call, outcome, record);
  bool const is_dead = record.error && record.error->code == ErrorCode::connection_expired;
  note_use(connections_, plan.connection, record, is_dead ? Grant::is_dead : Grant::stands, clock_.wall());
  settle(record);
  if (!outcome.reply) return fail(with_execution(*record.error, record.id));

  Answer result;
  ProxyAnswer& answer = result.answer;
  answer.execution = record.id;
  answer.integration = record.integration;
  answer.connection = *record.connection;
  answer.method = call.method;
  answer.url = path_of(call.url);
  answer.status = outcome.reply->status;
  answer.content_type = content_type_of(*outcome.reply);
  answer.attempts = record.attempts;
  answer.error = record.error;
  answer.headers = std::move(outcome.reply->headers);
  if (outcome.reply->file) {
    auto fetched = fetch(caller, plan, *outcome.reply->file, answer);
    if (!fetched) return fail(with_execution(std::move(fetched).error(), record.id));
    result.document = std::move(*fetched);
  } else if (!outcome.reply->body.empty()) {
    answer.body.emplace();
    answer.body->text =
        outcome.reply->is_json ? std::move(outcome.reply->body) : protocol::write_string(outcome.reply->body);
  }
  return result;
}

Error ProxyRequests::refuse(Execution& record, std::string const& project, Error error) {
  record.state = ExecutionState::refused;
  complete_next_step(error.next_step, options_.sandbox_flag, project);
  record.error = error;
  record.finished_at = clock_.wall();
  record.duration = *record.finished_at - record.started_at;
  auto const written = journal_.insert(record, store::Durability::normal);
  return written ? with_execution(std::move(error), record.id) : std::move(error);
}

ProxyOutcome ProxyRequests::attempt_until_settled(Caller const& caller, Plan const& plan, Execution& record,
                                                  ProxyCall const& call) {
  ProxyRequest const request = request_of(call, plan.connection.account);
  // A read has no effect to lose track of: it ends with who asked for it.
  std::stop_token const stop = plan.only_reads ? caller.stop : std::stop_token{};
  ProviderCall const provider_call{plan.access, caller.deadline, stop};
  ToolHints hints;
  hints.read_only = plan.only_reads;
  for (;;) {
    ++record.attempts;
    ProxyOutcome outcome = provider_.proxy(provider_call, request);
    if (!may_retry(outcome.fate, hints) || record.attempts >= kMostAttempts) return outcome;
    auto const left = std::chrono::duration_cast<milliseconds>(caller.deadline - clock_.steady());
    auto const wait =
        retry_delay(record.attempts + 1, outcome.error ? outcome.error->retry_after : std::nullopt,
                    random_fraction(), left);
    // Nobody waits for what has not left: it never will.
    if (!wait || !pause(*wait, caller.stop)) return outcome;
  }
}

/// The error that an answer is as well: of a status that refuses, or of words that prove a dead grant.
std::optional<Error> ProxyRequests::error_in(Plan const& plan, ProxyReply const& reply) const {
  constexpr unsigned kFirstRefusal = 400;
  std::string const words = words_of(reply);
  std::string const told = plan.connection.integration.text + " answered " + std::to_string(reply.status) +
                           (words.empty() ? "" : ": " + words);
  std::string const refusal = refusal_of(reply);
  if (!refusal.empty() && options_.proves_dead_credential(refusal)) {
    return fail(ErrorCode::connection_expired,
                "the connection " + plan.connection.slug + " has expired: " + told)
        .error();
  }
  if (reply.status >= kFirstRefusal) return fail(ErrorCode::tool_failed, told).error();
  return std::nullopt;
}

/// What became of it, as the row tells it.
void ProxyRequests::judge(Plan const& plan, ProxyCall const& call, ProxyOutcome& outcome,
                          Execution& record) const {
  record.finished_at = clock_.wall();
  record.duration = *record.finished_at - record.started_at;
  if (outcome.reply) {
    record.error = error_in(plan, *outcome.reply);
    record.state = record.error ? ExecutionState::failed : ExecutionState::succeeded;
    record.data = record_of(call, *outcome.reply, options_.most_kept_bytes);
    record.result_bytes = static_cast<std::int64_t>(
        outcome.reply->file ? outcome.reply->file->size
                            : static_cast<std::int64_t>(outcome.reply->body.size()));
  } else {
    record.error = outcome.error ? std::move(outcome.error)
                                 : fail(ErrorCode::internal, "the provider gave no reason").error();
    switch (outcome.fate) {
      case Fate::answered: record.state = ExecutionState::failed; break;
      case Fate::nothing_ran: record.state = ExecutionState::refused; break;
      case Fate::unknown: record.state = ExecutionState::unknown; break;
    }
    if (record.error->code == ErrorCode::cancelled) record.state = ExecutionState::cancelled;
    // It was ACTIVE here; where Composio knows no usable account behind it, it has to be renewed.
    if (outcome.fate == Fate::answered && (record.error->code == ErrorCode::connection_not_found ||
                                           record.error->code == ErrorCode::not_connected)) {
      record.error->code = ErrorCode::connection_expired;
      record.error->message = "the account behind " + plan.connection.slug +
                              " can no longer be used at Composio: " + record.error->message;
    }
  }
  if (!record.error) return;
  if (record.state == ExecutionState::unknown && record.error->next_step.empty())
    record.error->next_step = {"agenta-tools", "history", "show", record.id.text};
  if (record.error->code == ErrorCode::connection_expired)
    record.error->next_step = {"agenta-tools", "connect", record.integration.text, "--reconnect",
                               plan.connection.slug};
  complete_next_step(record.error->next_step, options_.sandbox_flag, plan.project.slug);
  record.error->execution_id = record.id.text;
}

void ProxyRequests::settle(Execution const& record) {
  // Not being able to write the outcome must not hide it: a restart will find the row as `sent`.
  if (journal_.settle(record, store::Durability::normal)) return;
  unsettled_.with([&](auto& rows) { rows.push_back(record); });
}

void ProxyRequests::write_unsettled() {
  auto rows = unsettled_.with([](auto& waiting) { return std::exchange(waiting, {}); });
  for (Execution& row : rows) {
    if (journal_.settle(row, store::Durability::normal)) continue;
    unsettled_.with([&](auto& waiting) { waiting.push_back(std::move(row)); });
  }
}

Result<SpoolFile> ProxyRequests::fetch(Caller const& caller, Plan const& plan, ProxyFile const& file,
                                       ProxyAnswer const& answer) {
  SpoolPlan spool;
  spool.directory = options_.spool;
  spool.most_bytes = options_.most_file_bytes;
  // Somebody has to be there to take it.
  ProviderCall const call{plan.access, caller.deadline, caller.stop};
  auto fetched = spool_as_base64(provider_, call, file, protocol::encode_proxy_head(answer),
                                 protocol::kProxyTail, spool);
  if (fetched) return fetched;
  Error error = std::move(fetched).error();
  error.message = plan.connection.integration.text + " answered " + std::to_string(answer.status) + ", and " +
                  error.message;
  error.context.text = "{\"status\":" + std::to_string(answer.status) + "}";
  if (!plan.only_reads) error.retryable = Retryable::unknown;
  return fail(std::move(error));
}

}  // namespace agenta::daemon
