#pragma once

namespace agenta::cli::browse {

struct Size {
  int width = 80;
  int height = 24;
  bool operator==(Size const&) const = default;
};

/// A rectangle of the screen; empty where there is no room for it.
struct Area {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  bool is_empty() const { return width <= 0 || height <= 0; }
  bool operator==(Area const&) const = default;
};

/// What goes where. The less room there is, the more is left out; the list and the line that is typed in go
/// last.
struct Layout {
  Area header{};    ///< what is typed, and how much was found
  Area headings{};  ///< of the list's columns
  Area list{};
  Area pane{};  ///< what is known of the chosen row: beside the list where the screen is wide, else below it
  bool is_pane_beside = false;
  Area status{};
  Area keys{};
  Area page{};  ///< where a text takes the place of the list: headings, list and pane together
};

Layout arrange(Size size);

}  // namespace agenta::cli::browse
