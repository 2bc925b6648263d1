#include "cli/browse/screen.hpp"

#define NCURSES_NOMACROS
#include <curses.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <clocale>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include "cli/browse/terminfo.hpp"
#include "cli/terminal/sanitize.hpp"

namespace agenta::cli::browse {
namespace {

constexpr int kEscapeDelay = 25;  // milliseconds: how long the rest of a function key may take
// Codes of our own for what ncurses has no name for.
constexpr int kPasteBegin = KEY_MAX + 1;
constexpr int kPasteEnd = KEY_MAX + 2;
constexpr short kGood = 1;
constexpr short kWarning = 2;
constexpr short kBad = 3;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

File open_file(int tty, char const* mode) {
  int const copy = ::fcntl(tty, F_DUPFD_CLOEXEC, 0);
  return File{copy < 0 ? nullptr : ::fdopen(copy, mode)};
}

/// Writes past ncurses, for which it has no call.
void write_all(int tty, std::string_view text) {
  while (!text.empty()) {
    ssize_t const written = ::write(tty, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::wstring wide(std::string_view text) {
  std::wstring out;
  for (std::size_t at = 0; at < text.size();) {
    Decoded const character = decode_utf8(text, at);
    out += static_cast<wchar_t>(character.code);
    at += character.length;
  }
  return out;
}

std::optional<Key::Name> name_of(int code) {
  switch (code) {
    case KEY_UP: return Key::Name::up;
    case KEY_DOWN: return Key::Name::down;
    case KEY_LEFT: return Key::Name::left;
    case KEY_RIGHT: return Key::Name::right;
    case KEY_PPAGE: return Key::Name::page_up;
    case KEY_NPAGE: return Key::Name::page_down;
    case KEY_HOME: return Key::Name::home;
    case KEY_END: return Key::Name::end;
    case KEY_ENTER: return Key::Name::enter;
    case KEY_BACKSPACE: return Key::Name::backspace;
    case KEY_BTAB: return Key::Name::back_tab;
    case KEY_F(1): return Key::Name::help;
    default: return std::nullopt;
  }
}

}  // namespace

struct Screen::State {
  int tty = -1;
  File out{};
  File in{};
  SCREEN* terminal = nullptr;
  bool has_color = false;
  KeyDecoder decoder{};

  void set_look(Look look) const {
    auto const set = [&](attr_t attributes, short pair = 0) {
      ::wattr_set(::stdscr, attributes, has_color ? pair : short{0}, nullptr);
    };
    switch (look) {
      case Look::plain: return set(A_NORMAL);
      case Look::strong: return set(A_BOLD);
      case Look::faint: return set(A_DIM);
      case Look::chosen: return set(A_REVERSE);
      case Look::good: return set(A_NORMAL, kGood);
      case Look::warning: return set(A_NORMAL, kWarning);
      case Look::bad: return set(A_BOLD, kBad);
    }
  }
};

Screen::Screen(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<Screen>> Screen::take_over(int tty, HasColor color) {
  // What is drawn is UTF-8, as everything this program prints; ncurses believes the locale.
  if (std::setlocale(LC_CTYPE, "C.UTF-8") == nullptr) std::setlocale(LC_CTYPE, "");
  // The size is the terminal's own: LINES and COLUMNS in the environment do not change with it.
  ::use_env(FALSE);
  ::use_tioctl(TRUE);
  auto state = std::make_unique<State>();
  state->tty = tty;
  state->out = open_file(tty, "w");
  state->in = open_file(tty, "r");
  if (state->out && state->in) state->terminal = ::newterm(nullptr, state->out.get(), state->in.get());
  if (state->terminal == nullptr || find_capability("cup") == nullptr) {
    if (state->terminal != nullptr) ::endwin();
    return fail(ErrorCode::input_needed, "the terminal that TERM names cannot be drawn on");
  }
  ::raw();  // Ctrl-C and Ctrl-Z are keys, and Ctrl-Q and Ctrl-S are no flow control
  ::noecho();
  ::nonl();
  ::meta(::stdscr, TRUE);
  ::nodelay(::stdscr, TRUE);
  ::set_escdelay(kEscapeDelay);
  if (char const* const begin = find_capability("PS")) ::define_key(begin, kPasteBegin);
  if (char const* const end = find_capability("PE")) ::define_key(end, kPasteEnd);
  state->has_color =
      color == HasColor::yes && ::has_colors() && ::start_color() == OK && ::use_default_colors() == OK;
  if (state->has_color) {
    ::init_pair(kGood, COLOR_GREEN, -1);
    ::init_pair(kWarning, COLOR_YELLOW, -1);
    ::init_pair(kBad, COLOR_RED, -1);
  }
  std::unique_ptr<Screen> screen{new Screen{std::move(state)}};
  screen->enter();
  return screen;
}

Screen::~Screen() {
  leave();
  ::delscreen(state_->terminal);
}

Size Screen::measure() {
  winsize window{};
  bool const is_told =
      ::ioctl(state_->tty, TIOCGWINSZ, &window) == 0 && window.ws_col > 0 && window.ws_row > 0;
  Size const size = is_told ? Size{window.ws_col, window.ws_row} : Size{};
  if (::is_term_resized(size.height, size.width)) {
    ::resizeterm(size.height, size.width);
    forget();
  }
  return size;
}

void Screen::draw(Canvas const& canvas) {
  // From top to bottom: where ncurses takes a character for wider than we do, what it pushes over the end of
  // a line is drawn over by the next.
  for (int y = 0; y < canvas.size().height; ++y) {
    ::wmove(::stdscr, y, 0);
    ::wclrtoeol(::stdscr);
    for (Canvas::Piece const& piece : canvas.line(y)) {
      state_->set_look(piece.look);
      std::wstring const text = wide(piece.text);
      ::mvwaddnwstr(::stdscr, y, piece.x, text.data(), static_cast<int>(text.size()));
    }
    state_->set_look(Look::plain);
  }
  ::curs_set(canvas.cursor() ? 1 : 0);
  if (auto const cursor = canvas.cursor()) ::wmove(::stdscr, cursor->y, cursor->x);
  ::wrefresh(::stdscr);
}

void Screen::forget() { ::clearok(::curscr, TRUE); }

std::vector<Key> Screen::read_keys() {
  constexpr int kFirstFunctionKey = 0x100;
  std::vector<Key> keys;
  for (int code = ::wgetch(::stdscr); code != ERR; code = ::wgetch(::stdscr)) {
    if (code == kPasteBegin) {
      state_->decoder.begin_paste();
    } else if (code == kPasteEnd) {
      state_->decoder.end_paste();
    } else if (code >= kFirstFunctionKey) {
      if (auto const name = name_of(code)) keys.push_back(Key{*name, {}});
    } else if (auto key = state_->decoder.decode(static_cast<unsigned char>(code))) {
      keys.push_back(std::move(*key));
    }
  }
  return keys;
}

bool Screen::copy(std::string_view text) {
  std::string const sequence = clipboard_text(text);
  write_all(state_->tty, sequence);
  return !sequence.empty();
}

void Screen::leave() {
  if (::isendwin()) return;
  write_all(state_->tty, capability_text("BD"));
  ::endwin();
}

void Screen::enter() {
  ::reset_prog_mode();
  forget();
  ::wrefresh(::stdscr);
  // ncurses does this at the next key that it reads: too late for that key.
  ::keypad(::stdscr, TRUE);
  write_all(state_->tty, capability_text("BE"));
}

void Screen::listen() { ::reset_prog_mode(); }

}  // namespace agenta::cli::browse
