#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <variant>

#include "daemon/api/router.hpp"

namespace agenta::daemon::api {

/// A use case's run in steps as a route's: decoded with the first step, encoded with the last. `Run` has
/// `next`, whose step is a pause or a result, and `leave`.
template <class Run>
class StagedCall : public StagedWork {
 public:
  explicit StagedCall(Call call) : call_(std::move(call)) {}

  Step next(bool rested) override {
    Run* run = run_.load();
    if (run == nullptr) {
      auto begun = begin(call_);
      if (!begun) return Result<ServiceReply>{fail(std::move(begun).error())};
      kept_ = *std::move(begun);
      run = kept_.get();
      run_ = run;
    }
    auto step = run->next(rested);
    if (auto* const pause = std::get_if<0>(&step)) return Pause{std::move(pause->key), pause->at_most};
    auto& done = std::get<1>(step);
    if (!done) return Result<ServiceReply>{fail(std::move(done).error())};
    return reply(call_, *done);
  }
  std::optional<Error> leave() override {
    Run* const run = run_.load();
    return run == nullptr ? std::nullopt : run->leave();
  }

 protected:
  using Done = typename std::variant_alternative_t<1, typename Run::Step>::value_type;
  virtual Result<std::unique_ptr<Run>> begin(Call const& call) = 0;
  virtual Result<ServiceReply> reply(Call const& call, Done const& done) = 0;

 private:
  Call const call_;
  std::unique_ptr<Run> kept_{};
  std::atomic<Run*> run_ = nullptr;  ///< for `leave`, which may be asked while it is made
};

}  // namespace agenta::daemon::api
