#include "cli/mcp/outbox.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace agenta::mcp {
namespace {

/// What may wait to be read by the other side before whoever sends has to wait too.
constexpr std::size_t kMostQueued = std::size_t{32} << 20;
/// A pipe that can be written to takes this much without blocking.
constexpr std::size_t kPipePiece = 4096;
constexpr std::size_t kSocketPiece = std::size_t{256} << 10;

bool is_socket(int fd) {
  struct stat what {};
  return ::fstat(fd, &what) == 0 && S_ISSOCK(what.st_mode);
}

}  // namespace

Outbox::Outbox(int fd, std::function<void(int)> on_broken)
    : fd_(fd), is_socket_(is_socket(fd)), on_broken_(std::move(on_broken)), writer_([this] { run(); }) {}

Outbox::~Outbox() {
  close(std::chrono::milliseconds{0});
  writer_.join();
}

void Outbox::send(std::string message) {
  message += '\n';
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return queued_bytes_ < kMostQueued || broken_ || closing_; });
  if (broken_ || closing_) return;
  queued_bytes_ += message.size();
  queue_.push_back(std::move(message));
  changed_.notify_all();
}

void Outbox::close(std::chrono::milliseconds patience) {
  std::unique_lock lock{mutex_};
  closing_ = true;
  changed_.notify_all();
  changed_.wait_for(lock, patience, [this] { return broken_ || (queue_.empty() && idle_); });
  abandoned_ = true;
  wake_.wake();
}

bool Outbox::is_over() {
  std::lock_guard const guard{mutex_};
  return abandoned_;
}

int Outbox::write(std::string_view data) {
  while (!data.empty()) {
    std::array<pollfd, 2> watched{pollfd{fd_, POLLOUT, 0}, pollfd{wake_.fd(), POLLIN, 0}};
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return errno;
    if (watched[1].revents != 0 && is_over()) return ECANCELED;
    if (watched[0].revents == 0) continue;
    std::size_t const size = std::min(data.size(), is_socket_ ? kSocketPiece : kPipePiece);
    ssize_t const written = is_socket_ ? ::send(fd_, data.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL)
                                       : ::write(fd_, data.data(), size);
    if (written >= 0) {
      data.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EAGAIN && errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

void Outbox::run() {
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return !queue_.empty() || closing_; });
    if (queue_.empty()) return;
    std::string const message = std::move(queue_.front());
    queue_.pop_front();
    idle_ = false;
    lock.unlock();
    int const error = write(message);
    lock.lock();
    idle_ = true;
    queued_bytes_ -= message.size();
    broken_ = error != 0;
    changed_.notify_all();
    if (!broken_) continue;
    queue_.clear();
    lock.unlock();
    if (on_broken_) on_broken_(error == ECANCELED ? 0 : error);
    return;
  }
}

}  // namespace agenta::mcp
