#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "shared/domain/error.hpp"

namespace agenta::cli {

/// A variable of the caller's environment, or nothing.
using Lookup = std::function<std::optional<std::string>(std::string const& name)>;

enum class ColorChoice { automatic, always, never };

/// What the three streams are.
struct Shape {
  bool in_is_tty = false;
  bool out_is_tty = false;
  bool err_is_tty = false;
  int width = 80;        ///< columns of the terminal; meaningless in a pipe
  int height = 24;       ///< its lines
  bool is_dumb = false;  ///< TERM=dumb or unset: no cursor movement, no colour
};

/// Where a captured terminal's streams go, and where its input comes from.
struct Capture {
  std::string out{};
  std::string err{};
  std::string in{};
};

/// The three standard streams as one value: stdout carries the result, stderr what is said to a person.
/// Writing never fails at the call: the first failure is kept, and decides the exit code. One thread at a
/// time, but for `err`, which may be called from any.
class Terminal {
 public:
  /// The process's own streams. A descriptor 0, 1 or 2 that is closed is filled with one that fails to read
  /// or write, so that no socket takes its number.
  static Terminal standard();
  /// Streams that are strings; `capture` outlives the terminal.
  static Terminal captured(Capture& capture, Shape shape);

  Terminal(Terminal&& other) noexcept;
  Terminal& operator=(Terminal&&) = delete;
  ~Terminal() { flush(); }

  /// Buffers a part of the result.
  void out(std::string_view text);
  /// Writes at once.
  void err(std::string_view text);
  /// Writes what `out` buffered.
  void flush();
  /// The errno of the first write to stdout that failed.
  std::optional<int> out_failure() const { return out_failure_; }

  bool in_is_tty() const { return shape_.in_is_tty; }
  bool out_is_tty() const { return shape_.out_is_tty; }
  bool err_is_tty() const { return shape_.err_is_tty; }
  bool is_dumb() const { return shape_.is_dumb; }
  int width() const { return shape_.width; }
  int height() const { return shape_.height; }
  /// The columns and lines of the terminal that stderr is, as they are now.
  int err_width() const;
  int err_height() const;
  /// Whether the streams are strings: nothing of this process's own streams is to be touched.
  bool is_captured() const { return capture_ != nullptr; }

  /// Decides on colours: the flag, else NO_COLOR, CLICOLOR_FORCE, TERM, and whether the stream is a terminal.
  void choose_color(ColorChoice choice, Lookup const& environment);
  bool out_has_color() const { return out_color_; }
  bool err_has_color() const { return err_color_; }

  /// One line of stdin without its end; nothing at the end of input. `CANCELLED` once `stop` is requested.
  /// So it is once `settled` is requested, and no line was typed by then.
  Result<std::optional<std::string>> read_line(std::stop_token const& stop,
                                               std::stop_token const& settled = {});
  /// Forgets what was typed on a real terminal and not read yet: it was meant for what was shown before.
  void drop_input();
  /// All of stdin, at most `limit` bytes.
  Result<std::string> read_all(std::size_t limit, std::stop_token const& stop);

  /// Turns the echo of a real terminal off (on again with `restore_echo`). Any thread.
  void hide_echo();
  void restore_echo();

 private:
  Terminal(Capture* capture, Shape shape) : capture_(capture), shape_(shape) {}
  Result<std::size_t> read_some(char* buffer, std::size_t size, std::stop_token const& stop,
                                std::stop_token const& settled);

  Capture* capture_ = nullptr;
  Shape shape_;
  std::string buffer_{};
  std::string input_{};
  std::optional<int> out_failure_{};
  bool out_color_ = false;
  bool err_color_ = false;
};

}  // namespace agenta::cli
