#include "cli/mcp/change_watch.hpp"

#include <algorithm>

#include "cli/mcp/pause.hpp"
#include "shared/base/text.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec_session.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::mcp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kSlice{25};
constexpr milliseconds kFirstPause{200};
constexpr milliseconds kLongestPause{10'000};

/// Of a named session, or of the one whose own socket is spoken to.
ServiceRequest changes_of(std::string const& session, std::string const& cursor, seconds wait) {
  if (!session.empty()) return protocol::list_session_changes(session, cursor, wait);
  constexpr seconds kBeyond{10};
  ServiceRequest request;
  request.target = std::string{protocol::kRoot} + "/session/changes?wait=" + std::to_string(wait.count());
  if (!cursor.empty()) request.target += "&cursor=" + percent_encode(cursor);
  request.timeout = wait + kBeyond;
  return request;
}

bool changes_tools(SessionEvent const& event) { return event.change != SessionChange::approved; }

bool is_over(ErrorCode code) { return code == ErrorCode::session_not_found || code == ErrorCode::forbidden; }

}  // namespace

ChangeWatch::ChangeWatch(MakeService make_service, std::string session, std::function<void()> on_change)
    : make_service_(std::move(make_service)),
      session_(std::move(session)),
      on_change_(std::move(on_change)),
      thread_([this](std::stop_token const& stop) { run(stop); }) {}

ChangeWatch::~ChangeWatch() = default;

void ChangeWatch::run(std::stop_token const& stop) {
  auto const service = make_service_();
  std::string cursor;
  bool knows_cursor = false;
  milliseconds wait = kFirstPause;
  while (!stop.stop_requested()) {
    auto const reply = service->call(changes_of(session_, cursor, knows_cursor ? kSlice : seconds{0}), stop);
    if (stop.stop_requested()) return;
    auto const page = reply ? protocol::decode_session_events(reply->body)
                            : Result<Page<SessionEvent>>{fail(reply.error())};
    if (!page) {
      if (is_over(page.error().code)) {
        on_change_();
        return;
      }
      pause(stop, wait);
      wait = std::min(wait * 2, kLongestPause);
      continue;
    }
    wait = kFirstPause;
    if (knows_cursor && std::ranges::any_of(page->items, changes_tools)) on_change_();
    cursor = page->next_cursor.value_or(cursor);
    // A daemon that gives no place to go on from would be asked without a pause.
    if (!page->next_cursor && page->items.empty() && !knows_cursor) pause(stop, kFirstPause);
    knows_cursor = true;
  }
}

}  // namespace agenta::mcp
