#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "cli/terminal/terminal.hpp"
#include "shared/domain/execution.hpp"

namespace agenta::cli {

/// How a batch stands.
struct BatchStanding {
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;  ///< or refused
  std::int64_t unknown = 0;
  std::int64_t cancelled = 0;
  std::int64_t finished_before = 0;  ///< of a batch that goes on: lines that were not run now
  std::int64_t failed_before = 0;    ///< of these
  std::int64_t unknown_before = 0;   ///< of these
  /// Lines that are over, now or before.
  std::int64_t over() const { return done() + finished_before; }
  std::int64_t done() const { return succeeded + failed + unknown + cancelled; }
};

/// Counts what becomes of a batch's lines, and shows it as a bar on stderr where that is a terminal. Any
/// thread.
class BatchProgress {
 public:
  enum class Bar : bool { hidden, shown };
  /// `size`: of the input, where it is known. The terminal outlives the progress.
  BatchProgress(Terminal& terminal, Bar bar, std::optional<std::int64_t> size);
  ~BatchProgress();
  BatchProgress(BatchProgress const&) = delete;
  BatchProgress& operator=(BatchProgress const&) = delete;

  void note(ExecutionState state);
  void note_before(ExecutionState state);
  /// So many bytes of the input are read, and so many lines.
  void note_read(std::int64_t bytes, std::int64_t lines) {
    lines_ = lines;
    bytes_ = bytes;
  }
  BatchStanding standing() const;
  /// Keeps the bar away while something else is written on the terminal.
  std::unique_lock<std::mutex> pause();
  /// Takes the bar away for good.
  void stop();

 private:
  void turn(std::stop_token const& stop);

  Terminal& terminal_;
  std::optional<std::int64_t> size_;
  std::chrono::steady_clock::time_point const began_ = std::chrono::steady_clock::now();
  std::atomic<std::int64_t> bytes_{0};
  std::atomic<std::int64_t> lines_ = 0;
  mutable std::mutex counts_mutex_;
  BatchStanding standing_{};
  std::mutex screen_mutex_;
  std::condition_variable_any wake_;
  bool is_drawn_ = false;
  std::jthread thread_{};
};

/// The bar's line without its ends, at most `columns` wide.
std::string batch_bar(BatchStanding const& standing, std::chrono::milliseconds elapsed, std::int64_t bytes,
                      std::optional<std::int64_t> size, int columns);

}  // namespace agenta::cli
