#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/json_value.hpp"
#include "daemon/sandbox/record_tools.hpp"

/// Zoom, Trello, Linear and Freshdesk.
namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::json;

ToolAnswer list_meetings(ToolCall const& call) {
  Json meetings = records_of(call, "meetings");
  // The list is written from its end.
  std::sort(meetings.begin(), meetings.end(), [](Json const& left, Json const& right) {
    return left["start_time"].get<std::string>() > right["start_time"].get<std::string>();
  });
  return write_newest(call, meetings, "meetings");
}

ToolAnswer create_meeting(ToolCall const& call) {
  auto const id = next_number(call.state, "next_id", 81001);
  return keep_record(records_of(call, "meetings"),
                     {{"id", id},
                      {"topic", text_argument(call.arguments, "topic")},
                      {"start_time", text_argument(call.arguments, "start_time")},
                      {"duration", number_argument(call.arguments, "duration", 30, 1, 1440)},
                      {"join_url", "https://zoom.example.com/j/" + std::to_string(id)}});
}

ToolAnswer delete_meeting(ToolCall const& call) {
  return remove_record(records_of(call, "meetings"), find_integer(call.arguments, "meeting_id").value_or(0));
}

Json& boards_of(ToolCall const& call) {
  return records_of(
      call, "boards",
      Json::array({{{"id", "board-1"}, {"name", "Sandbox"}}, {{"id", "board-2"}, {"name", "Someday"}}}));
}

ToolAnswer list_boards(ToolCall const& call) { return write_newest(call, boards_of(call), "boards"); }

ToolAnswer list_cards(ToolCall const& call) {
  auto const board = text_argument(call.arguments, "board_id");
  if (find_record(boards_of(call), board) == nullptr) return no_record(board);
  return write_newest(call, records_of(call, "cards"), "cards", {"board_id", board});
}

ToolAnswer add_card(ToolCall const& call) {
  auto const board = text_argument(call.arguments, "board_id");
  if (find_record(boards_of(call), board) == nullptr) return no_record(board);
  std::string const id = "card-" + std::to_string(next_number(call.state, "next_card", 1));
  return keep_record(records_of(call, "cards"),
                     {{"id", id}, {"board_id", board}, {"name", text_argument(call.arguments, "name")}});
}

Json& teams_of(ToolCall const& call) {
  return records_of(call, "teams", Json::array({{{"id", "team-1"}, {"name", "Sandbox"}}}));
}

ToolAnswer list_teams(ToolCall const& call) { return write_newest(call, teams_of(call), "teams"); }

ToolAnswer list_cycles(ToolCall const& call) {
  auto const team = text_argument(call.arguments, "team_id");
  if (find_record(teams_of(call), team) == nullptr) return no_record(team);
  return write_newest(call, records_of(call, "cycles"), "cycles", {"team_id", team});
}

ToolAnswer create_cycle(ToolCall const& call) {
  auto const team = text_argument(call.arguments, "team_id");
  if (find_record(teams_of(call), team) == nullptr) return no_record(team);
  std::string const id = "cycle-" + std::to_string(next_number(call.state, "next_cycle", 1));
  return keep_record(records_of(call, "cycles"),
                     {{"id", id}, {"team_id", team}, {"name", text_argument(call.arguments, "name")}});
}

Json& tickets_of(ToolCall const& call) {
  return records_of(
      call, "tickets",
      Json::array({{{"id", 1001}, {"subject", "Welcome"}, {"priority", 1}, {"status", "open"}}}));
}

ToolAnswer list_tickets(ToolCall const& call) { return write_newest(call, tickets_of(call), "tickets"); }

ToolAnswer create_ticket(ToolCall const& call) {
  return keep_record(tickets_of(call), {{"id", next_number(call.state, "next_id", 1002)},
                                        {"subject", text_argument(call.arguments, "subject")},
                                        {"description", text_argument(call.arguments, "description")},
                                        {"priority", number_argument(call.arguments, "priority", 1, 1, 4)},
                                        {"status", "open"}});
}

ToolAnswer view_ticket(ToolCall const& call) {
  Json const id = find_integer(call.arguments, "ticket_id").value_or(0);
  auto const* ticket = find_record(tickets_of(call), id);
  return ticket == nullptr ? no_record(id) : answered(*ticket);
}

constexpr std::array kZoom{
    Behaviour{"ZOOM_LIST_MEETINGS", list_meetings},
    Behaviour{"ZOOM_CREATE_A_MEETING", create_meeting},
    Behaviour{"ZOOM_DELETE_MEETING", delete_meeting},
};
constexpr std::array kTrello{
    Behaviour{"TRELLO_LIST_BOARDS", list_boards},
    Behaviour{"TRELLO_LIST_CARDS", list_cards},
    Behaviour{"TRELLO_ADD_CARDS", add_card},
};
constexpr std::array kLinear{
    Behaviour{"LINEAR_LIST_LINEAR_TEAMS", list_teams},
    Behaviour{"LINEAR_LIST_LINEAR_CYCLES", list_cycles},
    Behaviour{"LINEAR_CREATE_LINEAR_CYCLE", create_cycle},
};
constexpr std::array kFreshdesk{
    Behaviour{"FRESHDESK_LIST_TICKETS", list_tickets},
    Behaviour{"FRESHDESK_CREATE_TICKET", create_ticket},
    Behaviour{"FRESHDESK_VIEW_TICKET", view_ticket},
};

}  // namespace

std::span<Behaviour const> zoom_behaviours() { return kZoom; }
std::span<Behaviour const> trello_behaviours() { return kTrello; }
std::span<Behaviour const> linear_behaviours() { return kLinear; }
std::span<Behaviour const> freshdesk_behaviours() { return kFreshdesk; }

}  // namespace agenta::daemon::sandbox
