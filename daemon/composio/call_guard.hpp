#pragma once

#include <mutex>

namespace agenta::daemon {

/// Ends one call from outside, at any point of it: by shutting its socket down, or by letting no socket be
/// opened. `fire` never waits, whatever the call is doing. Any thread.
class CallGuard {
 public:
  enum class Cause { none, deadline, stop };

  /// The first cause counts.
  void fire(Cause cause);
  /// The same, where the request is not written whole.
  void fire_unless_written(Cause cause);
  void note_written();
  /// Makes `socket` (not owned; valid until `let_go`) the one to shut down. False when the call has been
  /// ended.
  bool hold(int socket);
  void let_go();
  Cause cause() const;

 private:
  mutable std::mutex mutex_{};
  Cause cause_ = Cause::none;
  bool is_written_ = false;
  int socket_ = -1;
};

}  // namespace agenta::daemon
