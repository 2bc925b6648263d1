#include "daemon/core/fair_queue.hpp"

#include <algorithm>
#include <iterator>

namespace agenta::daemon {

void FairQueue::push(std::string const& client, Ticket ticket) {
  auto const [lane, is_new] = lanes_.try_emplace(client);
  if (is_new) lane->second.turn = rotation_.insert(rotation_.end(), lane);
  auto& tickets = lane->second.tickets;
  places_[ticket] = Place{lane, tickets.insert(tickets.end(), ticket)};
}

void FairQueue::push_front(Ticket ticket) {
  places_[ticket] = Place{std::nullopt, ahead_.insert(ahead_.end(), ticket)};
}

std::optional<FairQueue::Ticket> FairQueue::front() const {
  if (!ahead_.empty()) return ahead_.front();
  if (rotation_.empty()) return std::nullopt;
  return rotation_.front()->second.tickets.front();
}

std::optional<FairQueue::Ticket> FairQueue::pop() {
  auto const first = front();
  if (!first) return first;
  if (ahead_.empty()) rotation_.splice(rotation_.end(), rotation_, rotation_.begin());
  remove(*first);
  return first;
}

void FairQueue::remove(Ticket ticket) {
  auto const found = places_.find(ticket);
  if (found == places_.end()) return;
  Place const place = found->second;
  places_.erase(found);
  if (!place.lane) {
    ahead_.erase(place.at);
    return;
  }
  auto const lane = *place.lane;
  lane->second.tickets.erase(place.at);
  if (!lane->second.tickets.empty()) return;
  rotation_.erase(lane->second.turn);
  lanes_.erase(lane);
}

std::size_t FairQueue::position(Ticket ticket) const {
  auto const found = places_.find(ticket);
  if (found == places_.end()) return 0;
  auto const count = [](auto first, auto last) {
    return static_cast<std::size_t>(std::distance(first, last));
  };
  if (!found->second.lane)
    return count(ahead_.begin(), std::list<Ticket>::const_iterator{found->second.at}) + 1;
  auto const own = *found->second.lane;
  std::size_t const earlier =
      count(own->second.tickets.cbegin(), std::list<Ticket>::const_iterator{found->second.at});
  std::size_t before = ahead_.size() + earlier;
  bool is_ahead_of_own = true;
  for (auto const& lane : rotation_) {
    if (lane == own) {
      is_ahead_of_own = false;
      continue;
    }
    before += std::min(lane->second.tickets.size(), earlier + (is_ahead_of_own ? 1 : 0));
  }
  return before + 1;
}

}  // namespace agenta::daemon
