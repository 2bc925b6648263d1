#include "cli/terminal/spinner.hpp"

#include <chrono>
#include <string_view>

#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/width.hpp"

namespace agenta::cli {

void Spinner::say(std::string what) {
  if (quiet_ == Quiet::yes) return;
  if (!terminal_.err_is_tty() || terminal_.is_dumb()) {
    if (verbose_ == Verbose::yes) terminal_.err("agenta-tools: " + what + "\n");
    return;
  }
  {
    std::lock_guard const guard{mutex_};
    what_ = visible(what);
  }
  if (!thread_.joinable()) thread_ = std::jthread{[this](std::stop_token const& stop) { turn(stop); }};
}

void Spinner::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void Spinner::turn(std::stop_token const& stop) {
  constexpr std::string_view kFrames = "|/-\\";
  constexpr std::chrono::milliseconds kFrame{120};
  constexpr std::chrono::milliseconds kPatience{200};  // what answers sooner needs no spinner
  auto const start = std::chrono::steady_clock::now();
  bool has_drawn = false;
  std::unique_lock lock{mutex_};
  for (std::size_t frame = 0;; ++frame) {
    wake_.wait_for(lock, stop, has_drawn ? kFrame : kPatience, [] { return false; });
    if (stop.stop_requested()) break;
    auto const elapsed = std::chrono::steady_clock::now() - start;
    auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(elapsed).count();
    std::string const text =
        fit_width(what_, terminal_.err_width() - 12) + " " + std::to_string(seconds) + "s";
    terminal_.err(std::string{"\r"} + kFrames[frame % kFrames.size()] + " " + text + "\x1b[K");
    has_drawn = true;
  }
  if (has_drawn) terminal_.err("\r\x1b[K");
}

}  // namespace agenta::cli
