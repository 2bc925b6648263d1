#include <algorithm>
#include <iterator>
#include <utility>

#include "daemon/core/execution_flight.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

// What can be asked of executions while they run and after: which are in the air, cancelling, reading the
// journal.
namespace agenta::daemon {

namespace {

/// How long a cancel waits for what ends by it: a command of one's own has two seconds to go by itself.
constexpr std::chrono::seconds kCancelPatience{4};

}  // namespace

Executions::Start Executions::begin_flight(std::shared_ptr<Flight> const& flight, Caller const& caller) {
  std::lock_guard const guard{mutex_};
  auto const early = cancelled_early_.find(caller.session);
  if (early != cancelled_early_.end() && early->second.erase(flight->id.text) != 0) {
    if (early->second.empty()) cancelled_early_.erase(early);
    return Start::cancelled_before;
  }
  return flights_.emplace(flight->id.text, flight).second ? Start::flying : Start::id_in_use;
}

void Executions::end_flight(ExecutionId const& id) {
  bool is_watched = false;
  {
    std::lock_guard const guard{mutex_};
    auto const found = flights_.find(id.text);
    if (found == flights_.end()) return;
    is_watched = found->second->watched;
    auto const read = reads_.find(found->second->read_key);
    if (read != reads_.end() && read->second == found->second) reads_.erase(read);
    flights_.erase(found);
  }
  changed_.notify_all();
  if (is_watched) wake(id.text);
}

/// Whether it is under way; its key is then woken when it has landed.
bool Executions::watch_flight(ExecutionId const& id) {
  std::lock_guard const guard{mutex_};
  auto const found = flights_.find(id.text);
  if (found == flights_.end()) return false;
  found->second->watched = true;
  return true;
}

/// The same read that is under way already, whose key is woken when it has landed; none: this is the first.
std::shared_ptr<Executions::Flight> Executions::join_read(std::shared_ptr<Flight> const& flight) {
  std::lock_guard const guard{mutex_};
  auto const [place, is_first] = reads_.emplace(flight->read_key, flight);
  if (is_first) return nullptr;
  place->second->watched = true;
  return place->second;
}

/// Whether it is under way. If not, its request may still be read: the wish is kept for it.
bool Executions::cancel_flight(Caller const& caller, ProjectId const& project, ExecutionId const& id) {
  std::shared_ptr<Flight> flight;
  {
    std::lock_guard const guard{mutex_};
    auto const found = flights_.find(id.text);
    if (found == flights_.end()) {
      constexpr std::size_t kMostEarly = 1024;
      constexpr std::size_t kMostSessions = 256;
      if (!cancelled_early_.contains(caller.session) && cancelled_early_.size() >= kMostSessions)
        cancelled_early_.erase(std::prev(cancelled_early_.end()));
      auto& early = cancelled_early_[caller.session];
      if (early.size() >= kMostEarly) early.erase(early.begin());
      early.insert(id.text);
      return false;
    }
    flight = found->second;
  }
  bool const is_anothers = !caller.session.empty() && flight->session != caller.session;
  if (flight->project != project || is_anothers) return false;
  bool is_out = false;
  {
    std::lock_guard const guard{flight->mutex};
    flight->cancel_wanted = true;
    is_out = flight->on_the_wire;
  }
  // A read has no effect to lose track of: it is cut short. A write goes on, so that its outcome is known.
  if (flight->read_only || flight->can_be_ended) flight->abort.request_stop();
  bool const is_cut_short = flight->read_only || flight->can_be_ended;
  if (is_out && !is_cut_short) return true;
  // It ends now: whoever asked is told how. What waits is woken for it.
  if (!is_out) wake(id.text);
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, kCancelPatience, [&] { return !flights_.contains(id.text); });
  return true;
}

Result<Execution> Executions::cancel(Caller const& caller, ExecutionId const& id) {
  if (!is_uuid(id.text)) return get(caller, id);
  AGENTA_TRY(auto const project, projects_.ensure(caller.project, clock_.wall()));
  AGENTA_TRY(auto const there, find_visible(caller, id));
  ExecutionId const kept = there ? there->id : own_id(caller, id);
  bool const flying = cancel_flight(caller, project.id, kept);
  auto found = get(caller, id);
  if (!flying && found) {  // it is over: there is nothing left to wait for
    std::lock_guard const guard{mutex_};
    auto const early = cancelled_early_.find(caller.session);
    if (early != cancelled_early_.end()) early->second.erase(kept.text);
  }
  return found;
}

Result<Execution> Executions::get(Caller const& caller, ExecutionId const& id) {
  write_unsettled();
  AGENTA_TRY(auto found, find_visible(caller, id));
  if (!found) {
    return fail(ErrorCode::execution_not_found, "there is no execution " + id.text,
                {"agenta-tools", "history", "list"});
  }
  note_gone(*found);
  if (!is_settled(found->state)) found->queue = find_place(found->id);
  return std::move(*found);
}

/// A result whose file is gone is told as one that is not kept.
void Executions::note_gone(Execution& execution) const {
  tell_own_key(execution);
  bool const is_gone =
      execution.result_file && options_.results != nullptr && !options_.results->is_kept(execution);
  if (is_gone) execution.result_file.reset();
}

Result<std::optional<ResultBody>> Executions::open_result(Execution const& execution,
                                                          std::string_view pointer) const {
  ResultBody body;
  if (execution.data) {
    auto const part = protocol::find_pointer(execution.data->text, pointer);
    if (!part) return std::optional<ResultBody>{};
    body.text = *part;
    return std::optional{std::move(body)};
  }
  if (execution.result_file && options_.results != nullptr) {
    if (auto const whole = options_.results->open(execution)) {
      body.file = ResultFiles::select(*whole, pointer);
      if (!body.file) return std::optional<ResultBody>{};
      return std::optional{std::move(body)};
    }
  }
  std::string const size =
      execution.result_bytes ? std::to_string(*execution.result_bytes) + " bytes" : std::string{};
  Error error;
  error.code = ErrorCode::execution_not_found;
  error.execution_id = execution.id.text;
  error.message =
      "the execution " + execution.id.text + " has no result: it is " + std::string{name_of(execution.state)};
  if (!size.empty()) {
    error.message = execution.tool.text + " has run, and its result of " + size +
                    " is not kept (history.keep_results, history.results_quota)";
  }
  if (!execution.result_lost.empty()) {
    error.code = ErrorCode::storage_unavailable;
    error.message = execution.tool.text + " has run, and its result of " + size +
                    " could not be kept: " + execution.result_lost;
  }
  return fail(std::move(error));
}

/// By slug as well as by id; the id of a connection that is gone still finds its runs.
Result<store::ExecutionFilter> Executions::by_connection_id(ProjectId const& project,
                                                            store::ExecutionFilter filter) {
  if (!filter.connection) return filter;
  AGENTA_TRY(auto const named, connections_.find_by_name(project, filter.connection->text));
  if (named) filter.connection = named->id;
  if (!named && !is_uuid(filter.connection->text)) {
    return fail(ErrorCode::connection_not_found, "there is no connection " + filter.connection->text,
                {"agenta-tools", "connections", "list"});
  }
  return filter;
}

/// Where one stands that waits for its turn; nothing where it does not.
std::optional<QueuePlace> Executions::find_place(ExecutionId const& id) const {
  std::shared_ptr<Flight> flight;
  {
    std::lock_guard const guard{mutex_};
    auto const found = flights_.find(id.text);
    if (found == flights_.end()) return std::nullopt;
    flight = found->second;
    if (!flight->approval.empty()) return QueuePlace{1, std::nullopt, "approval"};
  }
  std::shared_ptr<Turns::Turn> turn;
  {
    std::lock_guard const guard{flight->mutex};
    turn = flight->turn;
  }
  if (!turn) return std::nullopt;
  return turn->find_place();
}

Result<Page<Execution>> Executions::list(Caller const& caller, store::ExecutionFilter const& filter) {
  write_unsettled();
  AGENTA_TRY(auto project, projects_.find(caller.project));
  Page<Execution> page;
  if (project) {
    AGENTA_TRY(auto const confined, confine(caller, filter));
    AGENTA_TRY(auto const by_id, by_connection_id(project->id, confined));
    AGENTA_TRY(page, journal_.list(project->id, by_id));
  }
  AGENTA_CHECK(check_session(caller, filter, page));
  for (Execution& each : page.items) note_gone(each);
  return page;
}

Result<Page<Execution>> Executions::list_whole(Caller const& caller, store::ExecutionFilter const& filter,
                                               std::size_t most_bytes) {
  write_unsettled();
  AGENTA_TRY(auto project, projects_.find(caller.project));
  Page<Execution> page;
  if (project) {
    AGENTA_TRY(auto const by_id, by_connection_id(project->id, filter));
    AGENTA_TRY(page, journal_.list_whole(project->id, by_id, most_bytes));
  }
  AGENTA_CHECK(check_session(caller, filter, page));
  for (Execution& each : page.items) tell_own_key(each);
  return page;
}

std::size_t Executions::running() const {
  std::lock_guard const guard{mutex_};
  return flights_.size();
}

void Executions::approval_changed(ApprovalId const& id) {
  std::vector<std::string> waiting;
  {
    std::lock_guard const guard{mutex_};
    for (auto const& [execution, flight] : flights_) {
      if (flight->approval == id) waiting.push_back(execution);
    }
  }
  std::ranges::for_each(waiting, [this](std::string const& execution) { wake(execution); });
}

/// From now on `approval_changed` wakes the flight; with an empty id no more.
void Executions::await_answer(Flight& flight, ApprovalId const& id) {
  std::lock_guard const guard{mutex_};
  flight.approval = id;
}

void Executions::abort_all() {
  std::vector<std::shared_ptr<Flight>> flying;
  {
    std::lock_guard const guard{mutex_};
    for (auto const& [id, flight] : flights_) flying.push_back(flight);
  }
  for (auto const& flight : flying) {
    {
      std::lock_guard const guard{flight->mutex};
      flight->daemon_ends = !flight->cancel_wanted;
      flight->cancel_wanted = true;
    }
    flight->abort.request_stop();
    wake(flight->id.text);
  }
}

}  // namespace agenta::daemon
