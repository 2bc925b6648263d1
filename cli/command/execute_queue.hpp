#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "cli/command/context.hpp"
#include "shared/domain/execution.hpp"

namespace agenta::cli {

/// Says on stderr where an execution stands that waits for its turn: in the spinner on a terminal, else one
/// JSON line for each change with `--verbose`. Asks from a thread of its own, and only where the answer takes
/// its time. The context and the spinner outlive it.
class QueueWatch {
 public:
  /// `work` is what the spinner says once it is sent.
  QueueWatch(Context& context, Spinner& spinner, ExecutionId id, std::string work);
  ~QueueWatch();
  QueueWatch(QueueWatch const&) = delete;
  QueueWatch& operator=(QueueWatch const&) = delete;

 private:
  void watch(std::stop_token const& stop);
  void report(std::optional<QueuePlace> const& place);

  Context& context_;
  Spinner& spinner_;
  ExecutionId const id_;
  std::string const work_;
  std::optional<QueuePlace> said_{};
  std::mutex mutex_{};
  std::condition_variable_any wake_{};
  std::jthread thread_{};
};

/// `waiting for its turn: 3rd, about 12 s (rate limit)`.
std::string queue_words(QueuePlace const& place);

}  // namespace agenta::cli
