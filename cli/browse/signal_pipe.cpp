#include "cli/browse/signal_pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace agenta::cli::browse {
namespace {

// A signal handler can reach nothing but statics.
std::atomic<int> writing_fd{-1};
static_assert(std::atomic<int>::is_always_lock_free, "used in a signal handler");

extern "C" void write_signal(int number) {
  int const saved = errno;
  auto const byte = static_cast<unsigned char>(number);
  [[maybe_unused]] ssize_t const written = ::write(writing_fd.load(), &byte, 1);
  errno = saved;
}

}  // namespace

SignalPipe::SignalPipe() {
  std::array<int, 2> ends{};
  // Non-blocking: a full pipe holds news enough.
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return;  // then the signals do what they did
  reader_.reset(ends[0]);
  writer_.reset(ends[1]);
  writing_fd = writer_.get();
  struct sigaction action {};
  action.sa_handler = write_signal;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &action, &before_[i]);
}

SignalPipe::~SignalPipe() {
  if (!reader_) return;
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
  writing_fd = -1;
}

std::vector<int> SignalPipe::take() {
  std::vector<int> signals;
  std::array<unsigned char, 64> bytes{};
  for (;;) {
    ssize_t const got = ::read(reader_.get(), bytes.data(), bytes.size());
    if (got <= 0) return signals;
    signals.insert(signals.end(), bytes.begin(), bytes.begin() + got);
  }
}

void SignalPipe::let_stop(bool on) {
  struct sigaction action {};
  action.sa_handler = on ? SIG_DFL : write_signal;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGTSTP, &action, nullptr);
}

}  // namespace agenta::cli::browse
