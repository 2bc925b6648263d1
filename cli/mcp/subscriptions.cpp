#include "cli/mcp/subscriptions.hpp"

#include <utility>

namespace agenta::mcp {
namespace {

std::string meta_of(std::string_view id) { return JsonObject{}.raw(kSubscriptionKey, id).done(); }

}  // namespace

void Subscriptions::listen(std::shared_ptr<Request> request, Speech const& speech, std::string_view params) {
  Listener listener{.request = std::move(request), .speech = speech};
  auto const wanted = protocol::find_member(params, "notifications").value_or("null");
  if (!wanted.starts_with('{')) {
    listener.request->refuse({.code = kInvalidParams, .message = "subscriptions/listen takes notifications"});
    return;
  }
  listener.wants_tools = protocol::find_member(wanted, "toolsListChanged").value_or("") == "true";
  JsonObject accepted;
  if (listener.wants_tools) accepted.boolean("toolsListChanged", true);
  // The lock is held: no change may be told before what was accepted is.
  std::lock_guard const guard{mutex_};
  bool const is_open = listener.request->notify("notifications/subscriptions/acknowledged",
                                                JsonObject{}
                                                    .raw("notifications", accepted.done())
                                                    .raw("_meta", meta_of(listener.request->id()))
                                                    .done());
  std::erase_if(listeners_, [](Listener const& each) { return each.request->stop().stop_requested(); });
  if (is_open) listeners_.push_back(std::move(listener));
}

void Subscriptions::add(std::weak_ptr<Peer> peer, std::shared_ptr<Channel> channel) {
  std::lock_guard const guard{mutex_};
  std::erase_if(legacy_, [](Legacy const& each) { return each.peer.expired(); });
  legacy_.push_back({.peer = std::move(peer), .channel = std::move(channel)});
}

void Subscriptions::tools_changed() {
  constexpr std::string_view kMethod = "notifications/tools/list_changed";
  std::lock_guard const guard{mutex_};
  for (Listener const& each : listeners_) {
    if (!each.wants_tools) continue;
    each.request->notify(kMethod, JsonObject{}.raw("_meta", meta_of(each.request->id())).done());
  }
  for (Legacy const& each : legacy_) {
    auto const peer = each.peer.lock();
    if (peer && peer->agreement().is_ready) each.channel->send(write_notification(kMethod, ""));
  }
}

void Subscriptions::end() {
  std::vector<Listener> all;
  {
    std::lock_guard const guard{mutex_};
    all.swap(listeners_);
    legacy_.clear();
  }
  for (Listener const& each : all) {
    JsonObject out;
    out.text("resultType", "complete");
    out.raw("_meta", JsonObject{}
                         .raw(kSubscriptionKey, each.request->id())
                         .raw(kServerInfoKey, server_info(each.speech))
                         .done());
    each.request->respond(out.done());
  }
}

}  // namespace agenta::mcp
