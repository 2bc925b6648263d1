#include "daemon/api/catalog_query.hpp"
#include "daemon/api/routes.hpp"
#include "daemon/api/staged_call.hpp"
#include "daemon/core/answer_wait.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_approval.hpp"

namespace agenta::daemon::api {
namespace {

constexpr int kUsualPage = 50;
constexpr int kLongestPage = 1000;

ApprovalId id_of(Call const& call) { return {to_lower(call.parameter("id"))}; }

Result<ServiceReply> list(Approvals& approvals, SessionBook& sessions, Call const& call) {
  store::ApprovalFilter filter;
  if (auto const state = call.query_value("state"); !state.empty()) {
    filter.state = parse_approval_state(state);
    if (!filter.state) {
      return fail(ErrorCode::invalid_request,
                  "an approval is pending, approved, denied, expired, withdrawn or revoked, not " + state);
    }
  }
  AGENTA_TRY(auto const granted, read_flag(call, "granted"));
  filter.granted = granted.value_or(false);
  filter.session = call.query_value("session");
  if (!filter.session.empty()) AGENTA_CHECK(sessions.check_known(call.caller, filter.session));
  filter.cursor = to_lower(call.query_value("cursor"));
  AGENTA_TRY(long long const limit, read_number(call, "limit", kUsualPage, 1, kLongestPage));
  filter.limit = static_cast<int>(limit);
  AGENTA_TRY(auto const page, approvals.list(call.caller, filter));
  return json_reply(protocol::encode_approvals(page));
}

/// Without a cursor it is answered at once: where the record stands.
Result<ServiceReply> changes(Approvals& approvals, Call const& call) {
  std::string const cursor = call.query_value("cursor");
  AGENTA_TRY(auto const page, approvals.changes(call.caller, cursor));
  auto reply = json_reply(protocol::encode_approvals(page));
  if (!cursor.empty() && page.items.empty())
    reply.headers.emplace_back(kWaitKeyHeader, std::string{kApprovalChanges});
  return reply;
}

Result<ServiceReply> show(Approvals& approvals, Call const& call) {
  AGENTA_TRY(Approval const found, approvals.show(call.caller, id_of(call)));
  auto reply = json_reply(protocol::encode_approval(found));
  std::string const until = call.query_value("until");
  if (!until.empty() && until != "awaited")
    return fail(ErrorCode::invalid_request, "until is awaited, or left out, not " + until);
  bool const is_what_was_wanted = !until.empty() && found.awaited;
  if (found.state == ApprovalState::pending && !is_what_was_wanted)
    reply.headers.emplace_back(kWaitKeyHeader, approval_key(found.id));
  return reply;
}

/// Of whoever asked, and now asks a person: a hang-up withdraws the question.
class StagedWait final : public StagedCall<AnswerWait> {
 public:
  StagedWait(Approvals& approvals, Call call) : StagedCall(std::move(call)), approvals_(approvals) {}

 private:
  Result<std::unique_ptr<AnswerWait>> begin(Call const& call) override {
    return std::make_unique<AnswerWait>(approvals_, call.caller, id_of(call));
  }
  Result<ServiceReply> reply(Call const&, Approval const& found) override {
    return json_reply(protocol::encode_approval(found));
  }

  Approvals& approvals_;
};

Result<ServiceReply> approve(Approvals& approvals, Call const& call) {
  AGENTA_TRY(ApprovalScope const scope, protocol::decode_approve(call.request.body));
  AGENTA_TRY(Approval const decided, approvals.approve(call.caller, id_of(call), scope));
  return json_reply(protocol::encode_approval(decided));
}

Result<ServiceReply> deny(Approvals& approvals, Call const& call) {
  AGENTA_TRY(auto reason, protocol::decode_deny(call.request.body));
  AGENTA_TRY(Approval const decided, approvals.deny(call.caller, id_of(call), std::move(reason)));
  return json_reply(protocol::encode_approval(decided));
}

Result<ServiceReply> revoke(Approvals& approvals, Call const& call) {
  AGENTA_TRY(Approval const revoked, approvals.revoke(call.caller, id_of(call)));
  return json_reply(protocol::encode_approval(revoked));
}

Result<ServiceReply> withdraw(Approvals& approvals, Call const& call) {
  AGENTA_TRY(Approval const now, approvals.withdraw(call.caller, id_of(call)));
  return json_reply(protocol::encode_approval(now));
}

}  // namespace

/// The owner's alone: no session's socket has any of them, or what asks could answer itself.
std::vector<Route> approval_routes(Approvals& approvals, SessionBook& sessions) {
  auto const to = [&approvals](Result<ServiceReply> (*answer)(Approvals&, Call const&)) {
    return [&approvals, answer](Call const& call) { return answer(approvals, call); };
  };
  auto const list_them = [&approvals, &sessions](Call const& call) {
    return list(approvals, sessions, call);
  };
  auto const wait_for = [&approvals](Call const& call) -> std::unique_ptr<StagedWork> {
    return std::make_unique<StagedWait>(approvals, call);
  };
  constexpr auto kEdit = Permission::edit_tools;
  return {
      {"GET", "/api/tools/approvals", kEdit, Work::local, list_them},
      {"GET", "/api/tools/approvals/changes", kEdit, Work::local, to(&changes)},
      {"GET", "/api/tools/approvals/{id}", kEdit, Work::local, to(&show)},
      {"POST", "/api/tools/approvals/{id}/wait", kEdit, Work::local, to(&show), wait_for},
      {"POST", "/api/tools/approvals/{id}/approve", kEdit, Work::local, to(&approve)},
      {"POST", "/api/tools/approvals/{id}/deny", kEdit, Work::local, to(&deny)},
      {"POST", "/api/tools/approvals/{id}/revoke", kEdit, Work::local, to(&revoke)},
      {"POST", "/api/tools/approvals/{id}/withdraw", kEdit, Work::local, to(&withdraw)},
  };
}

}  // namespace agenta::daemon::api
