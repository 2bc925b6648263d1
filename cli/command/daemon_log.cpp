#include "cli/command/daemon_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <thread>

#include "cli/terminal/sanitize.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/base/unique_fd.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

constexpr int kDefaultLines = 100;
constexpr off_t kMostBytes = 4 << 20;  // of the end of the file that is looked at

std::string read_from(int fd, off_t& at) {
  std::string text;
  std::array<char, 16384> buffer{};
  for (;;) {
    ssize_t const got = ::pread(fd, buffer.data(), buffer.size(), at);
    if (got <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    at += got;
  }
}

std::vector<std::string> last_lines(std::string_view text, std::size_t count) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  auto lines = split(text, '\n');
  if (lines.size() > count) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
  return lines;
}

void print_line(Context& context, std::string const& line) {
  if (context.flags.json) {
    context.terminal.out(protocol::write_string(line) + "\n");
  } else {
    context.terminal.out((context.terminal.out_is_tty() ? visible(line) : line) + "\n");
  }
}

UniqueFd open_log(Context const& context) {
  return UniqueFd{::open(context.paths.log_file().c_str(), O_RDONLY | O_CLOEXEC)};
}

/// Whether another file has taken the log's name.
bool was_rotated(Context const& context, int fd, off_t at) {
  struct stat open_file {};
  struct stat named_file {};
  if (::fstat(fd, &open_file) != 0 || ::stat(context.paths.log_file().c_str(), &named_file) != 0)
    return false;
  return open_file.st_ino != named_file.st_ino || named_file.st_size < at;
}

Result<void> follow(Context& context, UniqueFd fd, off_t at) {
  constexpr std::chrono::milliseconds kPause{200};
  std::string rest;
  while (!context.stop.stop_requested() && !context.terminal.out_failure()) {
    rest += read_from(fd.get(), at);
    for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
      print_line(context, rest.substr(0, end));
      rest.erase(0, end + 1);
    }
    context.terminal.flush();
    if (was_rotated(context, fd.get(), at)) {
      if (UniqueFd next = open_log(context)) {
        fd = std::move(next);
        at = 0;
        continue;
      }
    }
    std::this_thread::sleep_for(kPause);
  }
  // How the program ends tells of an output that cannot be written.
  if (!context.stop.stop_requested()) return {};
  return fail(ErrorCode::cancelled, "no longer following the log");
}

}  // namespace

Result<void> print_log(Context& context, LogOptions const& options) {
  AGENTA_TRY(auto const wanted, read_count("--lines", options.lines));
  UniqueFd fd = open_log(context);
  if (!fd) {
    if (errno == ENOENT) {
      return fail(ErrorCode::daemon_unavailable,
                  "there is no log yet at " + context.paths.log_file().string(),
                  {"agenta-tools", "daemon", "start"});
    }
    OsError error;
    error.number = errno;
    error.action = "read " + context.paths.log_file().string();
    return fail(error_from(error, ErrorCode::daemon_unavailable));
  }
  struct stat info {};
  ::fstat(fd.get(), &info);
  off_t at = std::max<off_t>(0, info.st_size - kMostBytes);
  auto const lines =
      last_lines(read_from(fd.get(), at), static_cast<std::size_t>(wanted.value_or(kDefaultLines)));
  if (context.flags.json && !options.follow) {
    std::string list;
    for (std::string const& line : lines)
      list.append(list.empty() ? "" : ",").append(protocol::write_string(line));
    std::string const path = protocol::write_string(context.paths.log_file().string());
    context.terminal.out("{\"path\":" + path + ",\"lines\":[" + list + "]}\n");
    return {};
  }
  for (std::string const& line : lines) print_line(context, line);
  if (!options.follow) return {};
  return follow(context, std::move(fd), at);
}

}  // namespace agenta::cli
