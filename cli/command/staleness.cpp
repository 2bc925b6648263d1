#include "cli/command/staleness.hpp"

#include <algorithm>
#include <chrono>

#include "cli/command/context.hpp"
#include "shared/base/text.hpp"
#include "shared/protocol/api.hpp"

namespace agenta::cli {
namespace {

std::optional<std::string> find_header(ServiceReply const& reply, std::string_view name) {
  auto const found = std::ranges::find_if(
      reply.headers, [&](auto const& header) { return equal_ignoring_case(header.first, name); });
  if (found == reply.headers.end()) return std::nullopt;
  return found->second;
}

std::string age_text(std::chrono::milliseconds age) {
  using std::chrono::duration_cast;
  auto const minutes = duration_cast<std::chrono::minutes>(age).count();
  auto const hours = duration_cast<std::chrono::hours>(age).count();
  constexpr long long kHour = 60;
  constexpr long long kDay = 24;
  if (minutes < 1) return "less than a minute";
  if (minutes < kHour) return std::to_string(minutes) + " min";
  if (hours < 2 * kDay) return std::to_string(hours) + " h";
  return std::to_string(hours / kDay) + " days";
}

}  // namespace

std::optional<Staleness> find_staleness(ServiceReply const& reply) {
  auto const fetched_at = find_header(reply, protocol::kCachedAtHeader);
  auto const state = find_header(reply, protocol::kCacheStateHeader);
  if (!fetched_at && !state) return std::nullopt;
  return Staleness{.fetched_at = parse_rfc3339(fetched_at.value_or("")), .state = state.value_or("")};
}

void keep_oldest(std::optional<Staleness>& oldest, std::optional<Staleness> other) {
  if (!other) return;
  if (!oldest || (other->fetched_at && (!oldest->fetched_at || *other->fetched_at < *oldest->fetched_at))) {
    oldest = std::move(other);
  }
}

std::string staleness_line(Staleness const& stale, WallTime now) {
  std::string line = "this is ";
  line += stale.fetched_at ? age_text(now - *stale.fetched_at) + " old" : std::string{"of an unknown age"};
  if (stale.state == "unreachable") return line + ": Composio cannot be reached";
  if (stale.state == "offline") return line + " (--offline)";
  if (stale.state == "refreshing") return line + "; newer data is being fetched";
  return line;
}

void say_age(Context& context) {
  if (context.stale) context.say(staleness_line(*context.stale, SystemClock{}.wall()));
}

}  // namespace agenta::cli
