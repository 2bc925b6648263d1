#include "cli/command/batch_input.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "shared/base/os_error.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kChunk = 64 << 10;

unexpected<Error> unreadable(std::string const& action) {
  return fail(error_from(OsError{.number = errno, .action = action}, ErrorCode::usage));
}

}  // namespace

Result<BatchInput> BatchInput::open(std::string const& path) {
  UniqueFd file;
  if (path != "-") {
    file.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return unreadable("read " + path);
  }
  int const descriptor = path == "-" ? STDIN_FILENO : file.get();
  struct stat info {};
  if (::fstat(descriptor, &info) != 0) return unreadable("read " + path);
  if (S_ISDIR(info.st_mode)) return fail(ErrorCode::usage, path + " is a directory");
  std::optional<std::int64_t> size;
  if (S_ISREG(info.st_mode)) size = info.st_size;
  return BatchInput{std::move(file), descriptor, size};
}

/// Whether there may be more; false at the end of the input, or once `stop` is requested.
Result<bool> BatchInput::read_more(std::stop_token const& stop) {
  if (is_at_end_) return false;
  constexpr int kStopCheck = 50;  // milliseconds
  std::size_t const filled = rest_.size();
  rest_.resize(filled + kChunk);
  ssize_t got = -1;
  while (!stop.stop_requested()) {
    pollfd wait{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (::poll(&wait, 1, kStopCheck) <= 0) continue;
    got = ::read(descriptor_, rest_.data() + filled, kChunk);
    if (got >= 0 || (errno != EINTR && errno != EAGAIN)) break;
  }
  if (stop.stop_requested()) {
    rest_.resize(filled);
    return false;
  }
  if (got < 0) return unreadable("read the batch");
  rest_.resize(filled + static_cast<std::size_t>(got));
  if (got == 0) is_at_end_ = true;
  return true;
}

Result<std::optional<InputLine>> BatchInput::next(std::stop_token const& stop) {
  bool is_too_long = false;
  for (;;) {
    if (stop.stop_requested()) return std::optional<InputLine>{};
    std::size_t const end = rest_.find('\n', std::max(searched_, at_));
    bool const is_last = end == std::string::npos && is_at_end_;
    if (end == std::string::npos && !is_last) {
      // What was taken is given back only here: once a piece, not once a line.
      rest_.erase(0, at_);
      bytes_taken_ += static_cast<std::int64_t>(at_);
      at_ = 0;
      if (rest_.size() > kLongestLine) {
        is_too_long = true;
        bytes_taken_ += static_cast<std::int64_t>(rest_.size());
        rest_.clear();
      }
      searched_ = rest_.size();
      AGENTA_TRY(bool const goes_on, read_more(stop));
      if (!goes_on) return std::optional<InputLine>{};
      continue;
    }
    if (is_last && at_ == rest_.size() && !is_too_long) return std::optional<InputLine>{};
    std::string_view const text =
        std::string_view{rest_}.substr(at_, is_last ? std::string::npos : end - at_);
    at_ = is_last ? rest_.size() : end + 1;
    searched_ = at_;
    ++number_;
    is_too_long = is_too_long || text.size() > kLongestLine;
    if (!is_too_long && trim(text).empty()) continue;
    InputLine line;
    line.number = number_;
    line.is_too_long = is_too_long;
    if (!is_too_long) line.text = trim(text);
    return std::optional{std::move(line)};
  }
}

}  // namespace agenta::cli
