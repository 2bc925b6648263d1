#include "cli/command/execution_reference.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <vector>

#include "cli/terminal/spinner.hpp"
#include "shared/base/clock.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/domain/execution.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kShortId = 12;       // the last group of a UUID
constexpr std::size_t kShortestStart = 8;  // the first one: with it, a minute of time
constexpr std::size_t kTimeDigits = 12;    // milliseconds since 1970, at the beginning of a UUIDv7
constexpr std::size_t kMostCandidates = 20;
constexpr int kPage = 1000;
constexpr int kMostPages = 100;

std::string digits_of(std::string_view id) { return to_lower(replace_all(id, "-", "")); }

bool is_hex(std::string_view digits) {
  return digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_part(std::string_view id, std::string_view digits) {
  std::string const whole = digits_of(id);
  return whole.starts_with(digits) || (digits.size() >= kShortId && whole.ends_with(digits));
}

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
      if (is_part(each.id.text, digits)) found.items.push_back(std::move(each));
    }
    if (!list.next_cursor || list.next_cursor->empty() || found.items.size() > kMostCandidates) return found;
    query.cursor = *list.next_cursor;
  }
  found.is_cut = true;
  return found;
}

Error ambiguous(std::string const& named, std::vector<Execution> const& candidates) {
  Error error;
  error.code = ErrorCode::execution_ambiguous;
  std::string items;
  std::string listed;
  std::size_t const shown = std::min(candidates.size(), kMostCandidates);
  for (std::size_t i = 0; i < shown; ++i) {
    Execution const& each = candidates[i];
    std::string const state{name_of(each.state)};
    listed.append(i == 0 ? "" : ", ").append(each.id.text).append(" (").append(each.tool.text);
    listed.append(", ").append(short_time(each.started_at)).append(", ").append(state).append(")");
    std::string item = with_member("{}", "id", protocol::write_string(each.id.text));
    item = with_member(item, "tool", protocol::write_string(each.tool.text));
    item = with_member(item, "state", protocol::write_string(state));
    item = with_member(item, "started_at", protocol::write_string(format_rfc3339(each.started_at)));
    items.append(i == 0 ? "" : ",").append(item);
  }
  std::string const number = (candidates.size() > shown ? "more than " : "") + std::to_string(shown);
  error.message = named + " is part of the ids of " + number + " executions: " + listed;
  error.context.text = with_member("{}", "items", "[" + items + "]");
  error.next_step = {"agenta-tools", "history", "list"};
  return error;
}

}  // namespace

std::string short_id(std::string_view id) {
  return std::string{id.size() > kShortId ? id.substr(id.size() - kShortId) : id};
}

Result<std::string> find_execution(Context& context, std::string const& named) {
  std::string const digits = digits_of(named);
  if (is_uuid(named) || digits.empty() || !is_hex(digits)) return named;
  std::vector<std::string> const step{"agenta-tools", "history", "list"};
  if (digits.size() < kShortestStart) {
    return fail(ErrorCode::usage,
                named + " is too little of an id: give all of it, its first 8 digits or more, or its last 12",
                step);
  }
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
  if (found.items.size() > 1) return fail(ambiguous(named, found.items));
  if (found.items.size() == 1) return std::move(found.items.front().id.text);
  std::string const where =
      found.is_cut ? " among the newest " + std::to_string(std::int64_t{kPage} * kMostPages) : "";
  return fail(ErrorCode::execution_not_found,
              "there is no execution" + where + " whose id begins with " + named + ", or ends with it", step);
}

Ink ink_of_execution(std::string_view state) {
  if (state == name_of(ExecutionState::failed) || state == name_of(ExecutionState::refused)) return Ink::red;
  if (state == name_of(ExecutionState::unknown)) return Ink::yellow;
  return Ink::plain;
}

}  // namespace agenta::cli
