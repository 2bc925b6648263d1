#pragma once

#include <filesystem>
#include <string_view>

#include "cli/terminal/terminal.hpp"

namespace agenta::cli {

/// Where this terminal is, as far as it matters to a person who is to open a link.
struct Surroundings {
  bool is_ci = false;
  bool is_ssh = false;
  bool is_container = false;
  bool is_wsl = false;
  bool has_display = false;  ///< a program with windows would be seen

  /// Why no browser is opened here, for a sentence: `an SSH session`; empty where one may be.
  std::string_view why_no_browser() const;
};

/// Reads the environment, and the marks that containers and WSL leave under `root`.
Surroundings find_surroundings(Lookup const& environment, std::filesystem::path const& root = "/");

/// Whether the locale of the environment says that a terminal is written to in UTF-8.
bool writes_utf8(Lookup const& environment);

/// Whether what stderr is may be trusted to take a hyperlink (OSC 8), or at least to swallow it.
bool takes_hyperlinks(Terminal const& terminal, Lookup const& environment);

/// `url` as a hyperlink to itself; as it is where a character of it is not printable ASCII.
std::string hyperlink(std::string_view url);

}  // namespace agenta::cli
