#pragma once

#include <string>

#include "cli/command/context.hpp"

namespace agenta::cli {

/// How a link is shown.
struct LinkStyle {
  bool may_open = true;    ///< a browser may be opened here
  bool is_waiting = true;  ///< the command goes on by itself once the link was followed
  std::string qr{};        ///< `auto`, `always` or `never`
  std::string purpose = "To connect";
};

/// Shows the link of a login, once, on stderr: opened in a browser where there is one, else with a code to
/// photograph where the terminal can draw it. The login cannot go on without the link: not even --quiet hides
/// it.
void show_link(Context& context, std::string const& url, LinkStyle const& style);

}  // namespace agenta::cli
