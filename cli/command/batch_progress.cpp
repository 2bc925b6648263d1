#include "cli/command/batch_progress.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "cli/terminal/width.hpp"

namespace agenta::cli {
namespace {

using std::chrono::milliseconds;

std::string clock_text(double seconds) {
  auto const whole = static_cast<long long>(std::ceil(seconds));
  std::array<char, 32> text{};
  constexpr long long kHour = 3600;
  if (whole >= kHour) {
    std::snprintf(text.data(), text.size(), "%lld:%02lld:%02lld", whole / kHour, whole % kHour / 60,
                  whole % 60);
  } else {
    std::snprintf(text.data(), text.size(), "%lld:%02lld", whole / 60, whole % 60);
  }
  return text.data();
}

}  // namespace

std::string batch_bar(BatchStanding const& standing, milliseconds elapsed, std::int64_t bytes,
                      std::optional<std::int64_t> size, int columns) {
  double const seconds = std::max(0.001, static_cast<double>(elapsed.count()) / 1000);
  std::string text = std::to_string(standing.done()) + " done";
  if (standing.failed > 0) text += ", " + std::to_string(standing.failed) + " failed";
  if (standing.unknown > 0) text += ", " + std::to_string(standing.unknown) + " unknown";
  text += ", " + std::to_string(std::llround(static_cast<double>(standing.done()) / seconds)) + "/s";
  if (!size || *size <= 0) return fit_width(text, columns);

  double const share = std::clamp(static_cast<double>(bytes) / static_cast<double>(*size), 0.0, 1.0);
  if (share > 0 && standing.done() > 0) text += ", " + clock_text(seconds / share - seconds) + " left";
  constexpr int kCells = 20;
  auto const filled = static_cast<std::size_t>(share * kCells);
  std::string const bar = "[" + std::string(filled, '#') + std::string(kCells - filled, '.') + "] ";
  return fit_width(bar + std::to_string(static_cast<int>(share * 100)) + "% " + text, columns);
}

BatchProgress::BatchProgress(Terminal& terminal, Bar bar, std::optional<std::int64_t> size)
    : terminal_(terminal), size_(size) {
  if (bar == Bar::shown) thread_ = std::jthread{[this](std::stop_token const& stop) { turn(stop); }};
}

BatchProgress::~BatchProgress() { stop(); }

void BatchProgress::note(ExecutionState state) {
  std::lock_guard const guard{counts_mutex_};
  switch (state) {
    case ExecutionState::succeeded: ++standing_.succeeded; break;
    case ExecutionState::cancelled: ++standing_.cancelled; break;
    case ExecutionState::failed:
    case ExecutionState::refused: ++standing_.failed; break;
    case ExecutionState::unknown:
    case ExecutionState::queued:
    case ExecutionState::sent: ++standing_.unknown; break;
  }
}

void BatchProgress::note_before(ExecutionState state) {
  std::lock_guard const guard{counts_mutex_};
  ++standing_.finished_before;
  if (state == ExecutionState::failed) ++standing_.failed_before;
  if (state == ExecutionState::unknown) ++standing_.unknown_before;
}

BatchStanding BatchProgress::standing() const {
  std::lock_guard const guard{counts_mutex_};
  return standing_;
}

std::unique_lock<std::mutex> BatchProgress::pause() {
  std::unique_lock lock{screen_mutex_};
  if (std::exchange(is_drawn_, false)) terminal_.err("\r\x1b[K");
  return lock;
}

void BatchProgress::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  static_cast<void>(pause());
}

void BatchProgress::turn(std::stop_token const& stop) {
  constexpr milliseconds kFrame{200};
  std::unique_lock lock{screen_mutex_};
  for (;;) {
    wake_.wait_for(lock, stop, kFrame, [] { return false; });
    if (stop.stop_requested()) return;
    auto const elapsed = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began_);
    auto const now = standing();
    // What is read may still wait: the lines that are over have their share of the bytes.
    std::int64_t const lines = std::max<std::int64_t>(lines_, 1);
    auto const bytes = static_cast<std::int64_t>(
        static_cast<double>(bytes_) * static_cast<double>(now.over()) / static_cast<double>(lines));
    terminal_.err("\r" + batch_bar(now, elapsed, bytes, size_, terminal_.err_width() - 1) + "\x1b[K");
    is_drawn_ = true;
  }
}

}  // namespace agenta::cli
