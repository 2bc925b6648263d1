#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "shared/base/body.hpp"

namespace agenta::cli {

/// Takes a result as it comes: holds a small one, and passes a larger one on from its first byte. A result
/// that is sent again after a connection was lost goes on where it broke off.
class ResultIntake {
 public:
  /// `onward` takes what is not held; false ends the transfer.
  explicit ResultIntake(BodySink onward) : onward_(std::move(onward)) {}

  bool take(std::string_view bytes);
  /// The same result comes again, from its beginning.
  void begin_again();

  /// It was not held, but passed on.
  bool is_large() const { return is_large_; }
  /// `onward` said no.
  bool is_refused() const { return is_refused_; }
  std::int64_t size() const { return taken_; }
  std::string take_held() { return std::move(held_); }
  BodySink sink() {
    return [this](std::string_view bytes) { return take(bytes); };
  }

  /// Which execution the result is of, once that is told: a replay is of the first run.
  std::string execution_id{};

 private:
  BodySink onward_;
  std::string held_{};
  std::int64_t taken_ = 0;
  std::int64_t repeated_ = 0;  ///< bytes to come that were taken before
  bool is_large_ = false;
  bool is_refused_ = false;
};

}  // namespace agenta::cli
