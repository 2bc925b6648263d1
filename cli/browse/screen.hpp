#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "cli/browse/canvas.hpp"
#include "cli/browse/key.hpp"
#include "shared/domain/error.hpp"

namespace agenta::cli::browse {

enum class HasColor : bool { no, yes };

/// The terminal, while the browser has it: drawn on and read by way of ncurses. One object a process, one
/// thread.
class Screen {
 public:
  /// Takes over the terminal behind the descriptor `tty`, which outlives the screen. `INPUT_NEEDED` where it
  /// cannot be drawn on.
  static Result<std::unique_ptr<Screen>> take_over(int tty, HasColor color);
  /// Gives the terminal back.
  ~Screen();
  Screen(Screen const&) = delete;
  Screen& operator=(Screen const&) = delete;

  /// How large the terminal is now; from here on it is drawn in this size.
  Size measure();
  void draw(Canvas const& canvas);
  /// Draws everything anew with the next `draw`: others have written on the terminal.
  void forget();
  /// The keys that were pressed; none where there are none. Waits for the rest of a function key, no longer.
  std::vector<Key> read_keys();
  /// Puts a text on the terminal's clipboard; false where the terminal's description knows no way.
  bool copy(std::string_view text);

  /// Gives the terminal back for a while, as it was.
  void leave();
  /// Takes it over again.
  void enter();
  /// Between the two: keys come one by one and unseen, on the screen as it is.
  void listen();

 private:
  struct State;
  explicit Screen(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace agenta::cli::browse
