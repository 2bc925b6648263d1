#include "daemon/core/approvals.hpp"

#include <algorithm>
#include <charconv>

#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;

/// An approval of `once` that is not used by then counts no more.
constexpr std::chrono::hours kUsableFor{1};
/// So many questions of one session wait at most: nobody answers more.
constexpr std::int64_t kMostPending = 100;
constexpr int kMostChanges = 200;
/// Nobody reads more before saying yes; and what waits is kept.
constexpr std::size_t kMostShown = std::size_t{64} << 10;
constexpr std::size_t kLongestAnswer = 500;

std::vector<std::string> list_step() { return {"agenta-tools", "approvals", "list"}; }

std::optional<WallTime> parse_stamp(std::string_view cursor) {
  std::int64_t ms = 0;
  auto const [end, failed] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), ms);
  if (failed != std::errc{} || end != cursor.data() + cursor.size() || ms < 0) return std::nullopt;
  return WallTime{milliseconds{ms}};
}

std::string cursor_of(WallTime stamp) { return std::to_string(stamp.time_since_epoch().count()); }

bool is_same_call(Approval const& a, Approval const& b) {
  bool const same_connection = a.connection.has_value() == b.connection.has_value() &&
                               (!a.connection || a.connection->id == b.connection->id);
  return a.session == b.session && a.tool == b.tool && same_connection;
}

unexpected<Error> no_approval(ApprovalId const& id) {
  return fail(ErrorCode::approval_not_found, "there is no approval " + id.text, list_step());
}

unexpected<Error> is_over(Approval const& approval) {
  std::string const who =
      approval.decided_by && !approval.decided_by->user.empty() ? " by " + approval.decided_by->user : "";
  std::string why;
  if (approval.state == ApprovalState::expired) why = ": nobody answered in time";
  if (approval.state == ApprovalState::withdrawn) why = ": whoever asked has gone, and nothing ran";
  return fail(ErrorCode::approval_decided,
              "the approval " + approval.id.text + " is " + std::string{name_of(approval.state)} +
                  " already" + who + why,
              list_step());
}

}  // namespace

std::string approval_key(ApprovalId const& id) { return "approval:" + id.text; }

Approvals::Approvals(store::ProjectStore& projects, store::ApprovalStore& store, Clock const& clock,
                     Options options)
    : projects_(projects), store_(store), clock_(clock), options_(std::move(options)) {}

Result<std::optional<ApprovalId>> Approvals::find_grant(Approval const& like) {
  return store_.find_grant(like);
}

/// The question that the caller comes back for, where it was answered in the moment before: it is not asked
/// anew. One that was withdrawn is.
Result<std::optional<Approval>> Approvals::find_answered(Approval const& question) {
  std::optional<Approval> none;
  if (question.id.text.empty()) return none;
  AGENTA_TRY(auto named, store_.find(question.id));
  bool const is_its = named && named->session == question.session;
  bool const is_open =
      named && (named->state == ApprovalState::pending || named->state == ApprovalState::withdrawn);
  return is_its && !is_open && named->execution.text.empty() ? std::move(named) : none;
}

Result<Approval> Approvals::ask(Approval question, OnAsk on_ask) {
  AGENTA_CHECK(expire_due());
  if (question.arguments.text.size() > kMostShown) {
    return fail(ErrorCode::policy_denied,
                "the arguments of " + question.tool.text + " are " +
                    std::to_string(question.arguments.text.size() >> 10) + " KiB: more than the " +
                    std::to_string(kMostShown >> 10) +
                    " KiB that somebody can be asked about; nothing ran. A rule of the session's policy may "
                    "allow the call without asking",
                {"agenta-tools", "session", "show", question.session_name});
  }
  std::unique_lock lock{mutex_};
  WallTime const now = clock_.wall();
  AGENTA_TRY(auto found, store_.find_open(question, now - kUsableFor));
  bool const waits = on_ask == OnAsk::wait;
  if (found) {
    bool const is_pending = found->state == ApprovalState::pending;
    if (is_pending && waits) ++waiting_[found->id.text];
    if (is_pending && !waits) AGENTA_CHECK(store_.keep(found->id));
    if (is_pending && waits && found->id == question.id) AGENTA_CHECK(store_.come_back(found->id));
    return *std::move(found);
  }
  AGENTA_TRY(auto answered, find_answered(question));
  if (answered) return *std::move(answered);
  AGENTA_TRY(auto const pending, store_.count_pending(question.session));
  if (pending >= kMostPending) {
    return fail(ErrorCode::rate_limited,
                std::to_string(pending) + " calls of the session " + question.session_name +
                    " wait for somebody's approval already: nothing ran",
                list_step());
  }
  question.id.text = make_uuid_v7();
  question.state = ApprovalState::pending;
  question.scope = ApprovalScope::once;
  question.created_at = next_stamp();
  if (question.expires_at == WallTime{}) question.expires_at = now + options_.timeout;
  AGENTA_TRY(question.previous, store_.find_previous(question));
  using Returns = store::ApprovalStore::Returns;
  AGENTA_CHECK(store_.insert(question, waits ? Returns::no : Returns::yes));
  if (waits) ++waiting_[question.id.text];
  lock.unlock();
  tell(question.id);
  return question;
}

void Approvals::stop_waiting(ApprovalId const& id, Parting parting) {
  std::unique_lock lock{mutex_};
  auto const waiting = waiting_.find(id.text);
  if (waiting == waiting_.end()) return;
  // What cannot be written now ends by itself, when its time is over.
  if (parting == Parting::may_return) (void)store_.keep(id);
  if (--waiting->second > 0) return;
  waiting_.erase(waiting);
  auto const withdrawn = store_.withdraw(id, next_stamp());
  lock.unlock();
  if (withdrawn && *withdrawn) tell(id);
}

Result<Approval> Approvals::begin_waiting(Caller const& caller, ApprovalId const& id) {
  AGENTA_CHECK(show(caller, id));
  std::unique_lock lock{mutex_};
  AGENTA_TRY(auto found, store_.find(id));
  if (!found) return no_approval(id);
  if (found->state != ApprovalState::pending) return *std::move(found);
  AGENTA_CHECK(store_.come_back(id));
  ++waiting_[id.text];
  lock.unlock();
  tell(id);
  return *std::move(found);
}

Result<void> Approvals::withdraw_left_behind() {
  std::lock_guard const guard{mutex_};
  return store_.withdraw_left_behind(next_stamp());
}

Result<Approval> Approvals::get(ApprovalId const& id) {
  AGENTA_TRY(auto found, store_.find(id));
  if (found && found->state == ApprovalState::pending && found->expires_at <= clock_.wall()) {
    AGENTA_CHECK(expire_due());
    AGENTA_TRY(found, store_.find(id));
  }
  if (!found) return no_approval(id);
  return *std::move(found);
}

Result<void> Approvals::redeem(Approval const& claim, ExecutionId const& by) {
  AGENTA_TRY(auto const found, store_.find(claim.id));
  auto const refuse = [&](std::string const& why) {
    return fail(ErrorCode::forbidden, "the approval " + claim.id.text + " " + why, list_step());
  };
  // Another session's is not told from none.
  if (!found || found->session != claim.session) return refuse("is none of this session's");
  if (!is_same_call(*found, claim)) return refuse("is of another tool or connection");
  if (found->tool_version != claim.tool_version) return refuse("is of another version of the tool");
  if (found->state == ApprovalState::pending) return refuse("is not given yet");
  if (found->state != ApprovalState::approved)
    return refuse("was not given: it is " + std::string{name_of(found->state)});
  if (found->scope == ApprovalScope::session) return {};
  if (found->arguments_digest != claim.arguments_digest) return refuse("is of other arguments");
  if (found->decided_at.value_or(WallTime{}) <= clock_.wall() - kUsableFor)
    return refuse("was given too long ago");
  AGENTA_TRY(bool const taken, store_.take(claim.id, by));
  if (!taken) return refuse("was for one call, and is used");
  return {};
}

Result<Approval> Approvals::show(Caller const& caller, ApprovalId const& id) {
  AGENTA_TRY(auto const project, projects_.find(caller.project));
  AGENTA_TRY(auto found, get(id));
  if (!project || found.project != project->id) return no_approval(id);
  std::lock_guard const guard{mutex_};
  found.awaited = waiting_.contains(id.text);
  return found;
}

Result<Page<Approval>> Approvals::list(Caller const& caller, store::ApprovalFilter const& filter) {
  AGENTA_CHECK(expire_due());
  AGENTA_TRY(auto const project, projects_.find(caller.project));
  if (!project) return Page<Approval>{};
  AGENTA_TRY(auto page, store_.list(project->id, filter));
  std::lock_guard const guard{mutex_};
  for (Approval& each : page.items) each.awaited = waiting_.contains(each.id.text);
  return page;
}

Result<Page<Approval>> Approvals::changes(Caller const& caller, std::string const& cursor) {
  AGENTA_CHECK(expire_due());
  Page<Approval> page;
  if (cursor.empty()) {
    AGENTA_TRY(WallTime const last, store_.last_change());
    page.next_cursor = cursor_of(last);
    return page;
  }
  auto const after = parse_stamp(cursor);
  if (!after)
    return fail(ErrorCode::invalid_request, "the cursor '" + cursor + "' is not one of this list",
                list_step());
  page.next_cursor = cursor;
  AGENTA_TRY(auto const project, projects_.find(caller.project));
  if (!project) return page;
  AGENTA_TRY(page.items, store_.changed(project->id, *after, kMostChanges));
  page.total = static_cast<std::int64_t>(page.items.size());
  if (!page.items.empty()) {
    Approval const& last = page.items.back();
    page.next_cursor = cursor_of(last.decided_at.value_or(last.created_at));
  }
  return page;
}

Result<Approval> Approvals::approve(Caller const& caller, ApprovalId const& id, ApprovalScope scope) {
  AGENTA_TRY(Approval answer, show(caller, id));
  answer.state = ApprovalState::approved;
  answer.scope = scope;
  return decide(caller, std::move(answer));
}

Result<Approval> Approvals::deny(Caller const& caller, ApprovalId const& id, std::string reason) {
  if (reason.size() > kLongestAnswer) {
    return fail(ErrorCode::invalid_request,
                "a reason is at most " + std::to_string(kLongestAnswer) + " characters long");
  }
  AGENTA_TRY(Approval answer, show(caller, id));
  answer.state = ApprovalState::denied;
  answer.answer = std::move(reason);
  return decide(caller, std::move(answer));
}

Result<Approval> Approvals::revoke(Caller const& caller, ApprovalId const& id) {
  AGENTA_TRY(Approval const before, show(caller, id));
  std::unique_lock lock{mutex_};
  AGENTA_TRY(bool const changed, store_.revoke(id, caller.actor, next_stamp()));
  std::vector<ApprovalId> revoked{id};
  if (changed && before.scope == ApprovalScope::session) {
    AGENTA_TRY(auto const standing, store_.find_standing(before));
    for (ApprovalId const& each : standing) {
      AGENTA_CHECK(store_.revoke(each, caller.actor, next_stamp()));
      revoked.push_back(each);
    }
  }
  lock.unlock();
  if (!changed) {
    bool const is_used = before.state == ApprovalState::approved;
    bool const is_pending = before.state == ApprovalState::pending;
    return fail(is_pending ? ErrorCode::invalid_request : ErrorCode::approval_decided,
                "the approval " + id.text +
                    (is_used ? " was for one call, and is used: there is nothing left to revoke"
                             : " is " + std::string{name_of(before.state)} +
                                   ": only what is approved can be revoked"),
                {"agenta-tools", "approvals", "list", "--granted"});
  }
  std::ranges::for_each(revoked, [this](ApprovalId const& each) { tell(each); });
  return get(id);
}

Result<Approval> Approvals::withdraw(Caller const& caller, ApprovalId const& id) {
  AGENTA_CHECK(show(caller, id));
  std::unique_lock lock{mutex_};
  AGENTA_CHECK(store_.come_back(id));
  bool withdrawn = false;
  if (!waiting_.contains(id.text)) {
    AGENTA_TRY(withdrawn, store_.withdraw(id, next_stamp()));
  }
  lock.unlock();
  if (withdrawn) tell(id);
  return get(id);
}

Result<Approval> Approvals::decide(Caller const& caller, Approval answer) {
  answer.decided_by = caller.actor;
  std::unique_lock lock{mutex_};
  answer.decided_at = next_stamp();
  AGENTA_TRY(bool const changed, store_.decide(answer));
  bool const is_grant =
      changed && answer.state == ApprovalState::approved && answer.scope == ApprovalScope::session;
  std::vector<Approval> decided;
  if (is_grant) decided = decide_covered(answer);
  lock.unlock();
  AGENTA_TRY(Approval now, get(answer.id));
  if (!changed) return is_over(now);
  decided.insert(decided.begin(), now);
  for (Approval const& each : decided) {
    if (each.state == ApprovalState::approved && options_.approved) options_.approved(each);
    tell(each.id);
  }
  return now;
}

/// What waits for the same tool on the same connection would not be asked about any more: each gets its one
/// call, and the grant alone stays to be listed and revoked. One that cannot be written waits on, and is
/// answered by itself.
std::vector<Approval> Approvals::decide_covered(Approval const& grant) {
  std::vector<Approval> decided;
  auto const pending = store_.find_pending(grant);
  if (!pending) return decided;
  for (ApprovalId const& id : *pending) {
    auto found = store_.find(id);
    if (!found || !*found) continue;
    Approval covered = *std::move(*found);
    // Nobody answers what is too late, also where that is not written yet.
    if (covered.expires_at <= clock_.wall()) continue;
    covered.state = ApprovalState::approved;
    covered.scope = ApprovalScope::once;
    covered.answer = "approved with " + grant.id.text + ", for the session";
    covered.decided_by = grant.decided_by;
    covered.decided_at = next_stamp();
    if (auto const changed = store_.decide(covered); changed && *changed)
      decided.push_back(std::move(covered));
  }
  return decided;
}

Result<void> Approvals::expire_due() {
  AGENTA_TRY(bool const is_due, store_.has_due(clock_.wall()));
  if (!is_due) return {};
  std::unique_lock lock{mutex_};
  AGENTA_TRY(auto const ids, store_.expire(clock_.wall(), next_stamp()));
  lock.unlock();
  std::ranges::for_each(ids, [this](ApprovalId const& id) { tell(id); });
  return {};
}

WallTime Approvals::next_stamp() {
  if (!last_stamp_) last_stamp_ = store_.last_change().value_or(WallTime{});
  last_stamp_ = std::max(clock_.wall(), *last_stamp_ + milliseconds{1});
  return *last_stamp_;
}

void Approvals::tell(ApprovalId const& id) const {
  if (options_.changed) options_.changed(id);
}

}  // namespace agenta::daemon
