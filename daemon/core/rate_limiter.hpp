#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/core/fair_queue.hpp"
#include "daemon/core/tool_provider.hpp"
#include "shared/base/clock.hpp"

namespace agenta::daemon {

/// What an answer told of the rate.
struct RateAnswer {
  RateFacts facts{};
  bool limited = false;  ///< it was refused for being one too many (429)
  std::optional<std::chrono::seconds> retry_after{};
};

/// Who may call next under one key, and when: learned from the provider's answers, fair between clients,
/// those somebody waits for strictly before lines of batches. Before anything is known nothing is limited;
/// after a block one call goes first to find out whether it is over. Given the time; not thread-safe.
class RateLimiter {
 public:
  using Ticket = FairQueue::Ticket;
  struct Wish {
    std::string client{};  ///< whose turn it uses up
    bool batch = false;
    SteadyTime deadline{};
    std::string owner{};  ///< who is told when there is news for it
  };
  enum class Standing {
    waiting,
    granted,
    hopeless,  ///< what blocks it is known to last beyond its deadline
  };

  /// Joins the queue; granted by the next `grant` at the earliest.
  Ticket join(Wish wish);
  /// Gives the turn to who is next, where the rate allows one now. Whether it did.
  bool grant(SteadyTime now);
  /// Tells those who need not wait any more, and who is to look at the clock. Call after every change.
  void review(SteadyTime now);
  Standing standing(Ticket ticket) const;

  /// The granted call came to its end; `answer` null where nobody answered.
  void finish(Ticket ticket, RateAnswer const* answer, SteadyTime now);
  /// The granted call was one too many: it waits again, ahead of everybody of its kind.
  void put_back(Ticket ticket, RateAnswer const& answer, SteadyTime now);
  /// Gives up a place in the queue.
  void leave(Ticket ticket);

  /// Until when nothing may be sent, as far as that is known.
  std::optional<SteadyTime> blocked_until(SteadyTime now) const;
  /// When its owner must look again though nobody told it to; only the first in the queue must.
  std::optional<SteadyTime> look_again_at(Ticket ticket, SteadyTime now) const;
  /// How many come before it, and itself.
  std::size_t position(Ticket ticket) const;
  /// Whether it is the rate that holds it, and not the number of calls that are out.
  bool is_limiting(SteadyTime now) const;
  /// How long a window is, and how many calls it has, where that is known.
  std::optional<std::pair<std::chrono::seconds, std::int64_t>> window() const;

  /// What was learned is not true any more.
  void forget();

  bool is_idle() const { return members_.empty(); }
  /// The owners who have news, since the last time this was asked.
  std::vector<std::string> take_news() { return std::exchange(news_, {}); }

 private:
  struct Member {
    Wish wish{};
    Standing standing = Standing::waiting;
    std::uint64_t number = 0;  ///< of its grant, counted from 1
  };
  /// The window of the provider's count, as the newest answer told it.
  struct Window {
    std::int64_t limit = 0;
    std::int64_t remaining = 0;
    std::uint64_t newest = 0;  ///< the grant whose answer told this
    SteadyTime began{};        ///< no later than this
    std::chrono::seconds length{60};
    SteadyTime end() const { return began + length; }
  };
  enum class Probe { none, wanted, out };

  FairQueue& queue_of(Member const& member) { return member.wish.batch ? batch_ : interactive_; }
  std::optional<Ticket> front() const;
  void let_lapse(SteadyTime now);
  std::optional<SteadyTime> next_look(SteadyTime now) const;
  std::int64_t left_in_window() const;
  std::int64_t older_out() const;
  void learn(std::uint64_t number, RateAnswer const& answer, SteadyTime now);
  void release(Member& member);

  FairQueue interactive_{};
  FairQueue batch_{};
  std::unordered_map<Ticket, Member> members_{};
  std::set<std::pair<SteadyTime, Ticket>> by_deadline_{};  ///< of those that wait
  std::set<std::uint64_t> out_{};                          ///< numbers of the grants that are out
  std::uint64_t grants_ = 0;
  Ticket next_ = 1;
  SteadyTime blocked_until_ = SteadyTime::min();
  std::optional<Window> window_{};
  Probe probe_ = Probe::none;
  std::uint64_t probing_ = 0;  ///< the grant that finds out
  SteadyTime probe_until_{};   ///< when another one may
  std::optional<std::pair<std::chrono::seconds, std::int64_t>> pace_{};
  Ticket watcher_ = 0;  ///< who looks at the clock for all
  std::optional<SteadyTime> watched_{};
  std::vector<std::string> news_{};
};

}  // namespace agenta::daemon
