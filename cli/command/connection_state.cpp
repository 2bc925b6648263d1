#include "cli/command/connection_state.hpp"

#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::cli {
namespace {

/// The smaller, the more it tells.
int rank_of(ConnectionStatus status) {
  switch (status) {
    case ConnectionStatus::active: return 0;
    case ConnectionStatus::pending: return 1;
    case ConnectionStatus::expired: return 2;
    case ConnectionStatus::failed: return 3;
    case ConnectionStatus::inactive: return 4;
  }
  __builtin_unreachable();
}

std::optional<ConnectionStatus> better(std::optional<ConnectionStatus> a, ConnectionStatus b) {
  return a && rank_of(*a) <= rank_of(b) ? a : b;
}

}  // namespace

std::string state_word(std::optional<ConnectionStatus> status) {
  if (!status) return "-";
  switch (*status) {
    case ConnectionStatus::active: return "connected";
    case ConnectionStatus::pending: return "pending";
    case ConnectionStatus::expired: return "expired";
    case ConnectionStatus::failed: return "failed";
    case ConnectionStatus::inactive: return "disabled";
  }
  __builtin_unreachable();
}

Ink ink_of_state(std::string_view word) {
  if (word == "connected") return Ink::green;
  if (word == "pending") return Ink::yellow;
  if (word == "expired" || word == "failed") return Ink::red;
  return Ink::dim;
}

std::optional<ConnectionStatus> leading_status(std::vector<Connection> const& connections) {
  std::optional<ConnectionStatus> leading;
  for (Connection const& each : connections) leading = better(leading, each.status);
  return leading;
}

std::map<std::string, std::string> find_states(Context& context) {
  std::map<std::string, std::string> states;
  std::map<std::string, std::optional<ConnectionStatus>> leading;
  constexpr int kLargestPage = 1000;
  constexpr int kMostPages = 100;
  protocol::ConnectionQuery query;
  query.limit = kLargestPage;
  for (int pages = 0; pages < kMostPages; ++pages) {
    auto const reply = context.call(protocol::list_connections(query));
    if (!reply) break;
    auto const page = protocol::decode_connections(reply->body);
    if (!page) break;
    for (Connection const& each : page->items) {
      auto& status = leading[each.integration.text];
      status = better(status, each.status);
    }
    if (!page->next_cursor || page->next_cursor->empty()) break;
    query.cursor = *page->next_cursor;
  }
  for (auto const& [integration, status] : leading) states.emplace(integration, state_word(status));
  return states;
}

}  // namespace agenta::cli
