#include "cli/app/interrupts.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>

namespace agenta::cli {
namespace {

// A signal handler can reach nothing but statics.
std::atomic<int> first_signal{0};
std::atomic<int> wake_fd{-1};
static_assert(std::atomic<int>::is_always_lock_free, "used in a signal handler");

extern "C" void on_signal(int number) {
  int const saved = errno;
  int expected = 0;
  if (!first_signal.compare_exchange_strong(expected, number)) ::_exit(128 + number);
  char const byte = 's';
  [[maybe_unused]] ssize_t const written = ::write(wake_fd.load(), &byte, 1);
  errno = saved;
}

void handle(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  ::sigaction(number, &action, nullptr);  // no SA_RESTART: blocking calls are to notice
}

}  // namespace

Interrupts::Interrupts() {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return;  // then the default action of the signals stands
  reader_.reset(ends[0]);
  writer_.reset(ends[1]);
  first_signal = 0;
  wake_fd = writer_.get();
  watcher_ = std::thread{[this] {
    char byte = 0;
    ssize_t got = 0;
    do got = ::read(reader_.get(), &byte, 1);
    while (got < 0 && errno == EINTR);
    if (got == 1 && byte == 's') source_.request_stop();
  }};
  handle(SIGINT, on_signal);
  handle(SIGTERM, on_signal);
}

Interrupts::~Interrupts() {
  if (!watcher_.joinable()) return;
  handle(SIGINT, SIG_DFL);
  handle(SIGTERM, SIG_DFL);
  wake_fd = -1;
  char const byte = 'q';
  [[maybe_unused]] ssize_t const written = ::write(writer_.get(), &byte, 1);
  watcher_.join();
}

int Interrupts::signal() const { return first_signal.load(); }

}  // namespace agenta::cli
