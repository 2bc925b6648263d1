#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "shared/base/os_error.hpp"

/// Events, not prose: `log.info("tool.execute", {{"slug", slug}, {"ms", ms}})`. Ids always; arguments, tokens
/// and credentials never.
namespace agenta::log {

enum class Level { debug, info, warn, error, off };

constexpr std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warn: return "warn";
    case Level::error: return "error";
    case Level::off: return "off";
  }
  __builtin_unreachable();
}

using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

/// One named fact of an event. Views its text: lives no longer than the call it is made in.
struct Field {
  Field(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
  Field(std::string_view field_name, char const* text) : name(field_name), value(std::string_view{text}) {}
  Field(std::string_view field_name, std::string const& text)
      : name(field_name), value(std::string_view{text}) {}
  Field(std::string_view field_name, bool truth) : name(field_name), value(truth) {}
  Field(std::string_view field_name, double number) : name(field_name), value(number) {}
  Field(std::string_view field_name, std::chrono::milliseconds time)
      : name(field_name), value(static_cast<std::int64_t>(time.count())) {}
  template <std::signed_integral T>
  Field(std::string_view field_name, T number) : name(field_name), value(static_cast<std::int64_t>(number)) {}
  template <std::unsigned_integral T>
  Field(std::string_view field_name, T number)
      : name(field_name), value(static_cast<std::uint64_t>(number)) {}

  std::string_view name;
  Value value;
};
using Fields = std::initializer_list<Field>;

/// The event without its time and without a line's end, such as `tool.execute slug=GITHUB_X ms=12`. Values
/// that are not plain words are quoted; control, line and direction characters are escaped, so that no value
/// can forge a line; a value ends at 2 KB.
std::string format_event(std::string_view event, Fields fields);

struct Options {
  std::filesystem::path file{};  ///< in a directory that exists; made at mode 0600
  std::size_t max_bytes = 10 << 20;
  std::size_t files = 5;  ///< with the current one
  Level level = Level::info;
  bool to_stderr = false;  ///< also to stderr: for `daemon run`
  bool to_journal =
      false;  ///< to stderr with systemd's priorities, in place of the file; see `is_journal_stderr`
};

/// Whether systemd reads this process's stderr into its journal (JOURNAL_STREAM names it). `journal_stream`:
/// that variable's value.
bool is_journal_stderr(std::string_view journal_stream);

/// Where events go. A handle: copies write to the same place. Without one, nothing is written. A log that
/// cannot be written (a full disk) never fails the work it tells of. Any thread.
class Log {
 public:
  Log() = default;

  void debug(std::string_view event, Fields fields = {}) const { write(Level::debug, event, fields); }
  void info(std::string_view event, Fields fields = {}) const { write(Level::info, event, fields); }
  void warn(std::string_view event, Fields fields = {}) const { write(Level::warn, event, fields); }
  void error(std::string_view event, Fields fields = {}) const { write(Level::error, event, fields); }

  bool is_enabled(Level level) const;
  /// For a reload of the configuration.
  void set_level(Level level) const;

 private:
  friend OsResult<Log> open(Options const& options);
  struct Sink;
  void write(Level level, std::string_view event, Fields fields) const;
  std::shared_ptr<Sink> sink_{};
};

/// Lines such as `2026-11-23T20:45:00.123Z info tool.execute slug=GITHUB_X ms=12`, each in the file when the
/// call returns: what a killed daemon logged is there.
OsResult<Log> open(Options const& options);

}  // namespace agenta::log
