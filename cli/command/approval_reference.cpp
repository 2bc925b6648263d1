#include "cli/command/approval_reference.hpp"

#include <vector>

#include "cli/command/id_reference.hpp"
#include "shared/base/try.hpp"
#include "shared/domain/approval.hpp"
#include "shared/protocol/codec_approval.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

constexpr int kPage = 100;  // with their arguments: a page of many would be large
constexpr int kMostPages = 100;

std::vector<std::string> list_step() { return {"agenta-tools", "approvals", "list"}; }

struct Found {
  std::vector<Approval> items{};
  bool is_cut = false;  ///< there are older ones that were not looked at
};

Result<Found> look(Context& context, std::string_view digits) {
  protocol::ApprovalQuery query;
  query.limit = kPage;
  Found found;
  for (int page = 0; page < kMostPages; ++page) {
    AGENTA_TRY(auto const reply, context.call(protocol::list_approvals(query)));
    AGENTA_TRY(auto list, protocol::decode_approvals(reply.body));
    for (protocol::ApprovalView& each : list.items) {
      if (is_part_of_id(each.approval.id.text, digits)) found.items.push_back(std::move(each.approval));
    }
    bool const is_last = !list.next_cursor || list.next_cursor->empty();
    if (is_last || found.items.size() > kMostCandidates) return found;
    query.cursor = *list.next_cursor;
  }
  found.is_cut = true;
  return found;
}

Candidate candidate_of(Approval const& approval) {
  std::string const state{name_of(approval.state)};
  Candidate one{.id = approval.id.text, .told = approval.tool.text + " in " + approval.session_name};
  one.told.append(", ").append(short_time(approval.created_at)).append(", ").append(state);
  one.document = with_member("{}", "id", protocol::write_string(approval.id.text));
  one.document = with_member(one.document, "tool", protocol::write_string(approval.tool.text));
  one.document = with_member(one.document, "session", protocol::write_string(approval.session_name));
  one.document = with_member(one.document, "state", protocol::write_string(state));
  one.document =
      with_member(one.document, "created_at", protocol::write_string(format_rfc3339(approval.created_at)));
  return one;
}

}  // namespace

Result<std::string> find_approval(Context& context, std::string const& named) {
  AGENTA_TRY(auto const digits, read_id_part(named, list_step()));
  if (!digits) return named;
  AGENTA_TRY(auto found, look(context, *digits));
  if (found.items.size() == 1) return std::move(found.items.front().id.text);
  if (found.items.size() > 1) {
    std::vector<Candidate> candidates;
    for (Approval const& each : found.items) candidates.push_back(candidate_of(each));
    return fail(
        ambiguous_id(context, ErrorCode::approval_ambiguous, named, "approvals", candidates, list_step()));
  }
  std::string const where = found.is_cut ? " among the newest " + std::to_string(kPage * kMostPages) : "";
  return fail(ErrorCode::approval_not_found,
              "there is no approval" + where + " whose id begins with " + named + ", or ends with it",
              list_step());
}

}  // namespace agenta::cli
