#include <charconv>

#include "daemon/api/execution_query.hpp"
#include "daemon/api/routes.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::daemon::api {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kLargestPage = 4U << 20U;
constexpr int kLinksOfAPage = 1000;
constexpr long long kTenYears = 3650LL * 24 * 60 * 60 * 1000;

Result<ServiceReply> export_records(Executions& executions, Call const& call) {
  AGENTA_TRY(auto const filter, read_execution_filter(call));
  AGENTA_TRY(auto const page, executions.list_whole(call.caller, filter, kLargestPage));
  return json_reply(protocol::encode_whole_executions(page, call.query_value("results") == "true"));
}

Result<ServiceReply> export_links(History& history, Call const& call) {
  std::string const cursor = call.query_value("cursor");
  std::int64_t after = 0;
  auto const [end, error] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), after);
  if (!cursor.empty() && (error != std::errc{} || end != cursor.data() + cursor.size() || after < 0))
    return fail(ErrorCode::invalid_request, "the cursor '" + cursor + "' is not one of the chain");
  AGENTA_TRY(auto const links, history.chain(after, kLinksOfAPage));
  Page<protocol::ChainRecord> page;
  for (store::ChainLink const& link : links) page.items.push_back({link.seq, link.record, link.hash});
  if (links.size() == kLinksOfAPage) page.next_cursor = std::to_string(links.back().seq);
  return json_reply(protocol::encode_chain(page));
}

Result<ServiceReply> verify(History& history, Call const& call) {
  std::string const head = to_lower(call.query_value("head"));
  constexpr std::size_t kHash = 64;
  if (!head.empty() &&
      (head.size() != kHash || head.find_first_not_of("0123456789abcdef") != std::string::npos)) {
    return fail(ErrorCode::invalid_request, "a head is 64 hex digits, as verify printed them");
  }
  AGENTA_TRY(auto const report, history.verify(call.caller, head));
  return json_reply(protocol::encode_journal_report(report));
}

Result<ServiceReply> clean(History& history, Call const& call) {
  std::optional<milliseconds> older_than;
  if (!call.query_value("older_than_ms").empty()) {
    AGENTA_TRY(auto const ms, read_number(call, "older_than_ms", 0, 0, kTenYears));
    older_than = milliseconds{ms};
  }
  AGENTA_TRY(auto const cleaning,
             history.clean(call.caller, older_than, call.query_value("dry_run") == "true"));
  return json_reply(protocol::encode_history_cleaning(cleaning));
}

}  // namespace

// The chain is of all projects: whoever sees it sees them all.
std::vector<Route> history_routes(History& history, Executions& executions) {
  return {
      {"GET", "/api/tools/history", Permission::view_tools, Work::local,
       [&executions](Call const& call) { return export_records(executions, call); }},
      {"GET", "/api/tools/history/chain", Permission::edit_tools, Work::local,
       [&history](Call const& call) { return export_links(history, call); }},
      {"POST", "/api/tools/history/verify", Permission::edit_tools, Work::local,
       [&history](Call const& call) { return verify(history, call); }},
      {"POST", "/api/tools/history/gc", Permission::edit_tools, Work::local,
       [&history](Call const& call) { return clean(history, call); }},
  };
}

}  // namespace agenta::daemon::api
