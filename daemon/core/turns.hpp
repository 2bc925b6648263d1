#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/rate_limiter.hpp"
#include "daemon/core/tool_provider.hpp"
#include "shared/domain/execution.hpp"

namespace agenta::daemon {

/// The turns of all calls of the daemon: one limiter for each key at each endpoint, so that keys do not slow
/// each other down, and one bound on how many calls are out. Any thread.
class Turns {
 public:
  struct Options {
    std::size_t most_out = 64;
    std::string bound = "in_flight";  ///< what `most_out` is called where it is what a call waits for
    /// Tells an owner to look at its turn again. Called without a lock held.
    std::function<void(std::string const& owner)> tell{};
  };
  Turns(Clock const& clock, Options options) : clock_(clock), options_(std::move(options)) {}

  class Turn;
  /// Queues for a turn under the key; it is granted at once where nothing is in the way. Outlives the turn.
  std::unique_ptr<Turn> join(ProviderAccess const& access, RateLimiter::Wish wish);
  /// Nothing is known of any rate any more; who waited for one goes on.
  void forget_rates();

 private:
  std::vector<std::string> settle();
  void tell(std::vector<std::string> const& owners, std::string const& but) const;
  void drop_idle_limiters();

  Clock const& clock_;
  Options const options_;
  mutable std::mutex mutex_{};
  std::map<std::string, RateLimiter> limiters_{};
  std::string last_served_{};  ///< the key that a free place was given to last
  std::size_t out_ = 0;
  double usual_ms_ = 0;  ///< how long a call is out, a moving average; 0: not known
};

/// One call's place among the turns; given up when it goes away. Any thread.
class Turns::Turn {
 public:
  Turn(Turns& turns, RateLimiter& limiter, RateLimiter::Ticket ticket, std::string owner)
      : turns_(turns), limiter_(limiter), ticket_(ticket), owner_(std::move(owner)) {}
  ~Turn();
  Turn(Turn const&) = delete;
  Turn& operator=(Turn const&) = delete;

  struct View {
    RateLimiter::Standing standing = RateLimiter::Standing::waiting;
    std::optional<SteadyTime> blocked_until{};  ///< nothing is sent before
    std::optional<SteadyTime> look_again_at{};  ///< when to ask again though nobody told to
    bool is_rate = false;                       ///< the rate is what it waits for
  };
  /// How it stands now.
  View look();
  /// Nothing once it is granted.
  std::optional<QueuePlace> find_place() const;
  /// The call came to its end; `answer` null where nobody answered. Ends the turn.
  void finish(RateAnswer const* answer);
  /// The call was one too many: it waits again.
  void put_back(RateAnswer const& answer);

 private:
  Turns& turns_;
  RateLimiter& limiter_;
  RateLimiter::Ticket const ticket_;
  std::string const owner_;
  bool over_ = false;
  std::optional<SteadyTime> granted_at_{};
};

}  // namespace agenta::daemon
