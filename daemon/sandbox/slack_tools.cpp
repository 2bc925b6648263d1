#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/behaviour.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::json;

constexpr char const* kMe = "U0SANDBOX";

Json make_channel(ToolCall const& call, std::string const& name, bool is_private) {
  return Json{{"id", "C0" + std::to_string(next_number(call.state, "next_channel", 1001))},
              {"name", name},
              {"is_private", is_private},
              {"is_archived", false},
              {"messages", Json::array()}};
}

/// Slack's time stamps name messages: seconds, and a counter that makes them unique.
std::string next_time_stamp(ToolCall const& call) {
  auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(call.now.time_since_epoch()).count();
  std::string const counter = std::to_string(next_number(call.state, "next_message", 1));
  return std::to_string(seconds) + "." + std::string(counter.size() < 6 ? 6 - counter.size() : 0, '0') +
         counter;
}

Json& channels_of(ToolCall const& call) {
  if (auto const found = call.state.find("channels"); found != call.state.end()) return *found;
  Json channels = Json::array();
  for (char const* name : {"general", "random", "builds"})
    channels.push_back(make_channel(call, name, false));
  channels[0]["messages"].push_back({{"ts", next_time_stamp(call)},
                                     {"user", "U0ANN"},
                                     {"text", "Welcome to the sandbox!"},
                                     {"type", "message"}});
  return call.state["channels"] = std::move(channels);
}

Json* find_channel(ToolCall const& call) {
  std::string name = text_argument(call.arguments, "channel");
  if (name.starts_with('#')) name.erase(0, 1);
  Json& channels = channels_of(call);
  auto const found = std::ranges::find_if(
      channels, [&](Json const& channel) { return channel["name"] == name || channel["id"] == name; });
  return found == channels.end() ? nullptr : &*found;
}

Json* find_message(Json& channel, std::string const& ts) {
  auto const found =
      std::ranges::find_if(channel["messages"], [&](Json const& message) { return message["ts"] == ts; });
  return found == channel["messages"].end() ? nullptr : &*found;
}

Json view_of(Json channel) {
  channel.erase("messages");
  return channel;
}

ToolAnswer send_message(ToolCall const& call) {
  auto* const channel = find_channel(call);
  if (channel == nullptr) return refused("channel_not_found");
  Json message{{"ts", next_time_stamp(call)},
               {"user", kMe},
               {"text", text_argument(call.arguments, "text")},
               {"type", "message"}};
  if (auto const thread = find_text(call.arguments, "thread_ts")) message["thread_ts"] = *thread;
  (*channel)["messages"].push_back(message);
  return answered(
      Json{{"ok", true}, {"channel", (*channel)["id"]}, {"ts", message["ts"]}, {"message", message}});
}

ToolAnswer list_channels(ToolCall const& call) {
  auto const limit = static_cast<std::size_t>(number_argument(call.arguments, "limit", 100, 1, 1000));
  Json const& channels = channels_of(call);
  ListWriter writer{"channels"};
  for (std::size_t at = 0; at < std::min(limit, channels.size()); ++at) writer.add(view_of(channels[at]));
  return answered(std::move(writer).finish(channels.size()));
}

ToolAnswer fetch_history(ToolCall const& call) {
  auto const* channel = find_channel(call);
  if (channel == nullptr) return refused("channel_not_found");
  auto const limit = static_cast<std::size_t>(number_argument(call.arguments, "limit", 100, 1, 1000));
  auto const oldest = text_argument(call.arguments, "oldest");
  auto const latest = text_argument(call.arguments, "latest");
  ListWriter writer{"messages"};
  std::size_t total = 0;
  Json const& messages = (*channel)["messages"];
  for (auto message = messages.rbegin(); message != messages.rend(); ++message) {
    auto const& ts = (*message)["ts"].get_ref<std::string const&>();
    if ((!oldest.empty() && ts <= oldest) || (!latest.empty() && ts >= latest)) continue;
    if (total++ < limit) writer.add(*message);
  }
  return answered(std::move(writer).finish(total));
}

ToolAnswer create_channel(ToolCall const& call) {
  auto const name = text_argument(call.arguments, "name");
  Json& channels = channels_of(call);
  if (std::ranges::any_of(channels, [&](Json const& channel) { return channel["name"] == name; }))
    return refused("name_taken");
  channels.push_back(make_channel(call, name, find_flag(call.arguments, "is_private").value_or(false)));
  return answered(view_of(channels.back()));
}

ToolAnswer add_reaction(ToolCall const& call) {
  auto* const channel = find_channel(call);
  if (channel == nullptr) return refused("channel_not_found");
  auto* const message = find_message(*channel, text_argument(call.arguments, "timestamp"));
  if (message == nullptr) return refused("message_not_found");
  Json& reactions = member_or(*message, "reactions", Json::array());
  auto const name = text_argument(call.arguments, "name");
  if (std::ranges::find(reactions, Json(name)) == reactions.end()) reactions.push_back(name);
  return answered(Json{{"ok", true}});
}

ToolAnswer delete_message(ToolCall const& call) {
  auto* const channel = find_channel(call);
  if (channel == nullptr) return refused("channel_not_found");
  auto const* message = find_message(*channel, text_argument(call.arguments, "ts"));
  if (message == nullptr) return refused("message_not_found");
  Json& messages = (*channel)["messages"];
  messages.erase(static_cast<std::size_t>(message - &messages[0]));
  return answered(Json{{"ok", true}});
}

Json members() {
  return Json::array({{{"id", kMe}, {"name", "sandbox"}, {"email", "me@example.com"}},
                      {{"id", "U0ANN"}, {"name", "ann"}, {"email", "ann@example.com"}},
                      {{"id", "U0BEN"}, {"name", "ben"}, {"email", "ben@example.com"}}});
}

ToolAnswer list_users(ToolCall const&) { return answered(Json{{"members", members()}, {"total_count", 3}}); }

ToolAnswer find_user(ToolCall const& call) {
  for (auto const& member : members()) {
    if (equal_ignoring_case(member["email"].get<std::string>(), text_argument(call.arguments, "email")))
      return answered(member);
  }
  return refused("users_not_found");
}

constexpr std::array kBehaviours{
    Behaviour{"SLACK_SEND_MESSAGE", send_message},
    Behaviour{"SLACK_LIST_ALL_CHANNELS", list_channels},
    Behaviour{"SLACK_FETCH_CONVERSATION_HISTORY", fetch_history},
    Behaviour{"SLACK_CREATE_CHANNEL", create_channel},
    Behaviour{"SLACK_ADD_REACTION_TO_AN_ITEM", add_reaction},
    Behaviour{"SLACK_DELETE_A_MESSAGE", delete_message},
    Behaviour{"SLACK_LIST_ALL_USERS", list_users},
    Behaviour{"SLACK_FIND_USER_BY_EMAIL_ADDRESS", find_user},
};

}  // namespace

std::span<Behaviour const> slack_behaviours() { return kBehaviours; }

}  // namespace agenta::daemon::sandbox
