#include "cli/mcp/end_of_input.hpp"

#include <poll.h>
#include <sys/ioctl.h>

#include <array>
#include <cerrno>

namespace agenta::mcp {
namespace {

constexpr int kPatienceMs = 2'000;

}  // namespace

EndOfInput::EndOfInput(int fd, std::stop_token also)
    : on_stop_(std::move(also), [this] { source_.request_stop(); }), watcher_([this, fd] { watch(fd); }) {}

EndOfInput::~EndOfInput() {
  wake_.wake();
  watcher_.join();
}

void EndOfInput::watch(int fd) {
  std::array<pollfd, 2> watched{pollfd{fd, POLLRDHUP, 0}, pollfd{wake_.fd(), POLLIN, 0}};
  int ready = 0;
  do {
    ready = ::poll(watched.data(), watched.size(), -1);
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0 || watched[1].revents != 0 || (watched[0].revents & (POLLHUP | POLLRDHUP)) == 0) return;
  // What it said before it left is still answered.
  int waiting = 0;
  if (::ioctl(fd, FIONREAD, &waiting) == 0 && waiting > 0) return;
  // What is wrong with the command is told to whoever gave it no input at all.
  pollfd done{wake_.fd(), POLLIN, 0};
  do {
    ready = ::poll(&done, 1, kPatienceMs);
  } while (ready < 0 && errno == EINTR);
  if (ready != 0) return;
  has_come_ = true;
  source_.request_stop();
}

}  // namespace agenta::mcp
