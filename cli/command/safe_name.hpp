#pragma once

#include <string>
#include <string_view>

namespace agenta::cli {

/// A name that a service gave as one of a file here: no directories, not hidden, nothing that a terminal or a
/// command line reads otherwise, at most 240 bytes with its extension; `file` where nothing is left. Pure.
std::string safe_file_name(std::string_view name);

/// `report (2).pdf`; the name itself for 1.
std::string numbered_name(std::string const& name, int number);

}  // namespace agenta::cli
