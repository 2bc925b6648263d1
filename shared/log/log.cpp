#include "shared/log/log.hpp"

#include <fcntl.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "shared/base/clock.hpp"
#include "shared/base/unique_fd.hpp"

namespace agenta::log {
namespace {

/// What journald reads at the start of a line (sd-daemon(3)).
std::string_view priority_of(Level level) {
  switch (level) {
    case Level::debug: return "<7>";
    case Level::info: return "<6>";
    case Level::warn: return "<4>";
    case Level::error: return "<3>";
    case Level::off: return "";
  }
  __builtin_unreachable();
}

/// Before spdlog opens a file, at start and at each rotation: private from its first instant, whatever the
/// umask. A failure shows when spdlog opens it in turn.
void make_private(spdlog::filename_t const& file) {
  UniqueFd const fd{::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (fd) ::fchmod(fd.get(), 0600);
}

spdlog::sink_ptr open_file(Options const& options) {
  spdlog::file_event_handlers handlers;
  handlers.before_open = make_private;
  std::size_t const rotated = options.files > 1 ? options.files - 1 : 0;
  return std::make_shared<spdlog::sinks::rotating_file_sink_mt>(options.file.string(), options.max_bytes,
                                                                rotated, false, handlers);
}

OsResult<std::vector<spdlog::sink_ptr>> open_sinks(Options const& options) {
  std::vector<spdlog::sink_ptr> sinks;
  if (options.to_stderr || options.to_journal)
    sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
  if (options.to_journal) return sinks;
  try {
    sinks.push_back(open_file(options));
  } catch (std::exception const&) {
    return os_failure(errno != 0 ? errno : EIO, "write the log " + options.file.string());
  }
  return sinks;
}

}  // namespace

struct Log::Sink {
  Sink(std::vector<spdlog::sink_ptr> sinks, Options const& options)
      : logger("", sinks.begin(), sinks.end()), level(options.level), to_journal(options.to_journal) {
    logger.set_level(spdlog::level::trace);
    logger.set_pattern("%v");
    // Each line at once: 2 µs a line, for which a crash loses nothing and no thread has to wake up to flush.
    logger.flush_on(spdlog::level::trace);
    logger.set_error_handler([](std::string const&) {});
  }

  spdlog::logger logger;
  std::atomic<Level> level;
  bool const to_journal;
};

bool Log::is_enabled(Level level) const {
  return sink_ != nullptr && level != Level::off && level >= sink_->level.load(std::memory_order_relaxed);
}

void Log::set_level(Level level) const {
  if (sink_) sink_->level.store(level, std::memory_order_relaxed);
}

void Log::write(Level level, std::string_view event, Fields fields) const {
  if (!is_enabled(level)) return;
  std::string line;
  if (sink_->to_journal) {
    line = priority_of(level);  // journald keeps the time
  } else {
    line = format_rfc3339(SystemClock{}.wall()) + " " + std::string{name_of(level)} + " ";
  }
  line += format_event(event, fields);
  sink_->logger.log(spdlog::level::info, spdlog::string_view_t{line.data(), line.size()});
}

OsResult<Log> open(Options const& options) {
  errno = 0;
  auto sinks = open_sinks(options);
  if (!sinks) return unexpected(std::move(sinks).error());
  Log log;
  log.sink_ = std::make_shared<Log::Sink>(std::move(sinks).value(), options);
  return log;
}

bool is_journal_stderr(std::string_view journal_stream) {
  struct stat info {};
  if (journal_stream.empty() || ::fstat(STDERR_FILENO, &info) != 0) return false;
  return journal_stream == std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino);
}

}  // namespace agenta::log
