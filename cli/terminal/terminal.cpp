#include "cli/terminal/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "shared/base/secret.hpp"
#include "shared/base/try.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kBufferedOutput = 64 << 10;

/// Writes all of `text`; the errno of the failure, or nothing.
std::optional<int> write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t const written = ::write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      // Somebody made the shared stream non-blocking.
      pollfd wait{.fd = fd, .events = POLLOUT, .revents = 0};
      ::poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return std::nullopt;
}

void fill_closed_descriptors() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (::fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    // Opened the wrong way round on purpose: using it must fail with EBADF, as if it were still closed.
    if (int const opened = ::open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY); opened != fd && opened >= 0)
      ::close(opened);
  }
}

/// The size of a terminal, 80 columns and 24 lines where it does not tell.
winsize size_of(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0) size = {};
  if (size.ws_col == 0) size.ws_col = 80;
  if (size.ws_row == 0) size.ws_row = 24;
  return size;
}

bool is_set(Lookup const& environment, std::string const& name) {
  auto const value = environment(name);
  return value && !value->empty();
}

void set_echo(bool on) {
  termios settings{};
  if (::tcgetattr(STDIN_FILENO, &settings) != 0) return;
  auto const echo = static_cast<tcflag_t>(ECHO);
  settings.c_lflag = on ? settings.c_lflag | echo : settings.c_lflag & ~echo;
  ::tcsetattr(STDIN_FILENO, TCSANOW, &settings);
}

}  // namespace

Terminal Terminal::standard() {
  fill_closed_descriptors();
  Shape shape;
  shape.in_is_tty = ::isatty(STDIN_FILENO) == 1;
  shape.out_is_tty = ::isatty(STDOUT_FILENO) == 1;
  shape.err_is_tty = ::isatty(STDERR_FILENO) == 1;
  if (shape.out_is_tty) {
    winsize const size = size_of(STDOUT_FILENO);
    shape.width = size.ws_col;
    shape.height = size.ws_row;
  }
  char const* const term = std::getenv("TERM");
  shape.is_dumb = term == nullptr || *term == '\0' || std::string_view{term} == "dumb";
  return Terminal{nullptr, shape};
}

Terminal Terminal::captured(Capture& capture, Shape shape) { return Terminal{&capture, shape}; }

Terminal::Terminal(Terminal&& other) noexcept
    : capture_(other.capture_),
      shape_(other.shape_),
      buffer_(std::move(other.buffer_)),
      input_(std::move(other.input_)),
      out_failure_(other.out_failure_),
      out_color_(other.out_color_),
      err_color_(other.err_color_) {
  other.buffer_.clear();
}

void Terminal::out(std::string_view text) {
  if (capture_ != nullptr) {
    capture_->out += text;
    return;
  }
  buffer_ += text;
  if (buffer_.size() >= kBufferedOutput) flush();
}

void Terminal::err(std::string_view text) {
  if (capture_ != nullptr) {
    capture_->err += text;
  } else {
    // Nobody is left to tell that stderr cannot be written.
    static_cast<void>(write_all(STDERR_FILENO, text));
  }
}

void Terminal::flush() {
  if (buffer_.empty()) return;
  if (!out_failure_) out_failure_ = write_all(STDOUT_FILENO, buffer_);
  buffer_.clear();
}

int Terminal::err_width() const {
  return capture_ != nullptr || !shape_.err_is_tty ? shape_.width : size_of(STDERR_FILENO).ws_col;
}

int Terminal::err_height() const {
  return capture_ != nullptr || !shape_.err_is_tty ? shape_.height : size_of(STDERR_FILENO).ws_row;
}

void Terminal::choose_color(ColorChoice choice, Lookup const& environment) {
  auto const decide = [&](bool is_tty) {
    if (choice != ColorChoice::automatic) return choice == ColorChoice::always;
    if (is_set(environment, "NO_COLOR")) return false;
    if (is_set(environment, "CLICOLOR_FORCE") && environment("CLICOLOR_FORCE") != "0") return true;
    return is_tty && !shape_.is_dumb;
  };
  out_color_ = decide(shape_.out_is_tty);
  err_color_ = decide(shape_.err_is_tty);
}

Result<std::size_t> Terminal::read_some(char* buffer, std::size_t size, std::stop_token const& stop,
                                        std::stop_token const& settled) {
  if (capture_ != nullptr) {
    std::size_t const count = std::min(size, capture_->in.size());
    std::memcpy(buffer, capture_->in.data(), count);
    capture_->in.erase(0, count);
    return count;
  }
  constexpr int kStopCheck =
      50;  // milliseconds: a signal that another thread took does not interrupt this poll
  for (;;) {
    if (stop.stop_requested()) return fail(ErrorCode::cancelled, "interrupted while reading stdin");
    // In this order: what was typed before it was settled is there to be read.
    bool const is_settled = settled.stop_requested();
    pollfd wait{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    if (::poll(&wait, 1, is_settled ? 0 : kStopCheck) <= 0) {
      if (is_settled) return fail(ErrorCode::cancelled, "settled before anything was typed");
      continue;  // a signal: ask again whether to stop
    }
    ssize_t const got = ::read(STDIN_FILENO, buffer, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR && errno != EAGAIN) {
      return fail(error_from(OsError{.number = errno, .action = "read stdin"}, ErrorCode::usage));
    }
  }
}

Result<std::optional<std::string>> Terminal::read_line(std::stop_token const& stop,
                                                       std::stop_token const& settled) {
  for (;;) {
    if (std::size_t const end = input_.find('\n'); end != std::string::npos) {
      // What is typed may be a secret: no copy of it stays in a buffer.
      Secret const whole{std::move(input_)};
      std::string line = whole.reveal().substr(0, end);
      input_ = whole.reveal().substr(end + 1);
      if (line.ends_with('\r')) line.pop_back();
      return std::optional{std::move(line)};
    }
    std::array<char, 4096> buffer{};
    AGENTA_TRY(auto const got, read_some(buffer.data(), buffer.size(), stop, settled));
    if (got == 0) {
      if (input_.empty()) return std::optional<std::string>{};
      return std::optional{std::exchange(input_, {})};
    }
    input_.append(buffer.data(), got);
    ::explicit_bzero(buffer.data(), got);
  }
}

void Terminal::drop_input() {
  if (capture_ != nullptr || !shape_.in_is_tty) return;
  Secret const unread{std::move(input_)};
  input_.clear();
  ::tcflush(STDIN_FILENO, TCIFLUSH);
}

Result<std::string> Terminal::read_all(std::size_t limit, std::stop_token const& stop) {
  std::string content = std::exchange(input_, {});
  std::array<char, 16384> buffer{};
  for (;;) {
    AGENTA_TRY(auto const got, read_some(buffer.data(), buffer.size(), stop, {}));
    if (got == 0) return content;
    content.append(buffer.data(), got);
    if (content.size() > limit) {
      return fail(ErrorCode::usage,
                  "stdin has more than the " + std::to_string(limit) + " bytes allowed here");
    }
  }
}

void Terminal::hide_echo() {
  if (capture_ == nullptr) set_echo(false);
}

void Terminal::restore_echo() {
  if (capture_ == nullptr) set_echo(true);
}

}  // namespace agenta::cli
