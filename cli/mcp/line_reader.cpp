#include "cli/mcp/line_reader.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace agenta::mcp {
namespace {

constexpr std::size_t kPiece = std::size_t{64} << 10;
/// A buffer that grew for one large message is given back.
constexpr std::size_t kKept = std::size_t{256} << 10;

}  // namespace

LineReader::LineReader(int fd, std::stop_token stop)
    : fd_(fd), stop_(std::move(stop)), on_stop_(stop_, [this] { wake_.wake(); }) {}

/// Reads some bytes; false at the end, or when stopped.
bool LineReader::fill() {
  for (;;) {
    std::array<pollfd, 2> watched{pollfd{fd_, POLLIN, 0}, pollfd{wake_.fd(), POLLIN, 0}};
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return false;
    if (stop_.stop_requested()) return false;
    if (watched[0].revents == 0) continue;
    std::size_t const filled = buffer_.size();
    buffer_.resize(filled + kPiece);
    ssize_t const got = ::read(fd_, buffer_.data() + filled, kPiece);
    buffer_.resize(filled + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got > 0) return true;
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    closed_ = true;
    return false;
  }
}

/// The end of the line that begins at `begin_`, or `npos`.
std::size_t LineReader::find_end() {
  std::size_t const end = buffer_.find('\n', scanned_);
  scanned_ = end == std::string::npos ? buffer_.size() : end + 1;
  return end;
}

LineReader::Next LineReader::next() {
  for (;;) {
    if (stop_.stop_requested()) return {.end = End::stopped};
    if (std::size_t const end = find_end(); end != std::string::npos) {
      std::string line = buffer_.substr(begin_, end - begin_);
      begin_ = end + 1;
      bool const too_long = std::exchange(skipping_, false) || line.size() > kLongestMessage;
      if (too_long) return {.end = End::too_long};
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      return {.end = End::line, .line = std::move(line)};
    }
    buffer_.erase(0, begin_);
    begin_ = 0;
    if (buffer_.size() > kLongestMessage) skipping_ = true;
    if (skipping_) buffer_.clear();
    if (buffer_.empty() && buffer_.capacity() > kKept) buffer_.shrink_to_fit();
    scanned_ = buffer_.size();
    if (!fill()) return {.end = closed_ ? End::closed : End::stopped};
  }
}

}  // namespace agenta::mcp
