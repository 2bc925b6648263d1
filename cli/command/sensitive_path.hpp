#pragma once

#include <span>
#include <string>
#include <string_view>

namespace agenta::cli {

/// Why a file is not to leave the machine unasked: keys, credentials, keyrings, browser profiles, and what is
/// in `own_places` (directories and files of ours). Empty where nothing speaks against it. `real_path` is
/// absolute, without symbolic links. Pure.
std::string why_sensitive(std::string_view real_path, std::span<std::string const> own_places);

}  // namespace agenta::cli
