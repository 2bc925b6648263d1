#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace agenta::cli::browse {

/// A key, by what it means here.
struct Key {
  enum class Name {
    text,  ///< one character, in `text`
    enter,
    escape,
    backspace,
    erase_word,
    erase_all,
    tab,
    back_tab,
    up,
    down,
    left,
    right,
    page_up,
    page_down,
    home,
    end,
    connect,
    copy,
    help,
    reload,
    redraw,
    suspend,
    quit,
  };
  Name name = Name::text;
  std::string text{};
  bool operator==(Key const&) const = default;
};

/// Puts keys together from the bytes of a terminal in raw mode (function keys are recognised before). A
/// character's bytes may come in pieces; what is no UTF-8 is dropped. Inside a paste nothing is a command:
/// line ends and tabs are blanks, and other control characters are dropped.
class KeyDecoder {
 public:
  std::optional<Key> decode(unsigned char byte);
  void begin_paste() { is_pasting_ = true; }
  void end_paste() { is_pasting_ = false; }

 private:
  std::optional<Key> decode_control(unsigned char byte) const;

  std::string partial_{};
  bool is_pasting_ = false;
};

}  // namespace agenta::cli::browse
