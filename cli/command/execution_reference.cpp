#include "cli/command/execution_reference.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <vector>

#include "cli/command/id_reference.hpp"
#include "cli/terminal/spinner.hpp"
#include "shared/base/clock.hpp"
#include "shared/base/try.hpp"
#include "shared/domain/execution.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kTimeDigits = 12;  // milliseconds since 1970, at the beginning of a UUIDv7
constexpr int kPage = 1000;
constexpr int kMostPages = 100;

std::vector<std::string> list_step() { return {"agenta-tools", "history", "list"}; }

/// When an execution may have begun whose id begins so; nothing where that is no time up to now.
struct Span {
  WallTime since{};
  WallTime until{};
};
std::optional<Span> span_of(std::string_view digits) {
  constexpr std::chrono::minutes kClockSlack{1};
  constexpr std::chrono::hours kLongestBegin{1};  // from the making of the id: somebody may be asked first
  auto const border = [&](char fill) {
    std::string text{digits.substr(0, kTimeDigits)};
    text.resize(kTimeDigits, fill);
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value, 16);
    return WallTime{milliseconds{value}};
  };
  Span const span{border('0') - kClockSlack, border('f') + kLongestBegin};
  if (span.since > SystemClock{}.wall() || span.since < WallTime{}) return std::nullopt;
  return span;
}

struct Found {
  std::vector<Execution> items{};
  bool is_cut = false;  ///< there is older history that was not looked at
};

Result<Found> look(Context& context, std::string_view digits, std::optional<Span> span) {
  protocol::ExecutionQuery query;
  query.limit = kPage;
  if (span) {
    query.since = format_rfc3339(span->since);
    query.until = format_rfc3339(span->until);
  }
  Found found;
  for (int page = 0; page < kMostPages; ++page) {
    AGENTA_TRY(auto const reply, context.call(protocol::list_executions(query)));
    AGENTA_TRY(auto list, protocol::decode_executions(reply.body));
    for (Execution& each : list.items) {
      if (is_part_of_id(each.id.text, digits)) found.items.push_back(std::move(each));
    }
    if (!list.next_cursor || list.next_cursor->empty() || found.items.size() > kMostCandidates) return found;
    query.cursor = *list.next_cursor;
  }
  found.is_cut = true;
  return found;
}

Candidate candidate_of(Execution const& execution) {
  std::string const state{name_of(execution.state)};
  Candidate one{.id = execution.id.text, .told = execution.tool.text};
  one.told.append(", ").append(short_time(execution.started_at)).append(", ").append(state);
  one.document = with_member("{}", "id", protocol::write_string(execution.id.text));
  one.document = with_member(one.document, "tool", protocol::write_string(execution.tool.text));
  one.document = with_member(one.document, "state", protocol::write_string(state));
  one.document =
      with_member(one.document, "started_at", protocol::write_string(format_rfc3339(execution.started_at)));
  return one;
}

}  // namespace

Result<std::string> find_execution(Context& context, std::string const& named) {
  AGENTA_TRY(auto const part, read_id_part(named, list_step()));
  if (!part) return named;
  std::string const& digits = *part;
  Found found;
  {
    Spinner spinner{context.terminal, context.verbosity(), context.quietness()};
    spinner.say("looking for " + named);
    if (auto const span = span_of(digits)) {
      AGENTA_TRY(found, look(context, digits, span));
    }
    if (found.items.empty()) {
      AGENTA_TRY(found, look(context, digits, std::nullopt));
    }
  }
  if (found.items.size() > 1) {
    std::vector<Candidate> candidates;
    for (Execution const& each : found.items) candidates.push_back(candidate_of(each));
    return fail(
        ambiguous_id(context, ErrorCode::execution_ambiguous, named, "executions", candidates, list_step()));
  }
  if (found.items.size() == 1) return std::move(found.items.front().id.text);
  std::string const where =
      found.is_cut ? " among the newest " + std::to_string(std::int64_t{kPage} * kMostPages) : "";
  return fail(ErrorCode::execution_not_found,
              "there is no execution" + where + " whose id begins with " + named + ", or ends with it",
              list_step());
}

Ink ink_of_execution(std::string_view state) {
  if (state == name_of(ExecutionState::failed) || state == name_of(ExecutionState::refused)) return Ink::red;
  if (state == name_of(ExecutionState::unknown)) return Ink::yellow;
  return Ink::plain;
}

}  // namespace agenta::cli
