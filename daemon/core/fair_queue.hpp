#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace agenta::daemon {

/// A queue that is fair between clients: their lanes take turns, and each lane is first come, first served.
/// Nothing here but `position` takes longer the more there are. Not thread-safe.
class FairQueue {
 public:
  using Ticket = std::uint64_t;

  void push(std::string const& client, Ticket ticket);
  /// Ahead of everybody: for one whose turn had come already.
  void push_front(Ticket ticket);
  std::optional<Ticket> front() const;
  /// Takes the front out: the next of its client waits until the others have had their turn.
  std::optional<Ticket> pop();
  /// Takes one out, wherever it stands; nothing where it is not here.
  void remove(Ticket ticket);
  bool empty() const { return places_.empty(); }
  std::size_t size() const { return places_.size(); }
  /// How many come before it, and itself; 0 where it is not here. Costs a step for each client.
  std::size_t position(Ticket ticket) const;

 private:
  struct Lane;
  using Lanes = std::map<std::string, Lane>;
  struct Lane {
    std::list<Ticket> tickets{};
    std::list<Lanes::iterator>::iterator turn{};
  };
  struct Place {
    std::optional<Lanes::iterator> lane{};  ///< none: among those ahead of everybody
    std::list<Ticket>::iterator at{};
  };

  std::list<Ticket> ahead_{};
  Lanes lanes_{};                          ///< never an empty one
  std::list<Lanes::iterator> rotation_{};  ///< whose turn is next
  std::unordered_map<Ticket, Place> places_{};
};

}  // namespace agenta::daemon
