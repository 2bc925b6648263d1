#pragma once

#include <string>

#include "cli/command/context.hpp"

namespace agenta::cli {

struct LogOptions {
  bool follow = false;
  std::string lines{};
};

/// Prints the end of the daemon's log: as text, or with `--json` as one document (`{"path", "lines"}`), and
/// one JSON string a line when following.
Result<void> print_log(Context& context, LogOptions const& options);

}  // namespace agenta::cli
