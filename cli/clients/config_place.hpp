#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "shared/domain/error.hpp"

namespace agenta::cli {

/// Where a name leads, over symbolic links that lead nowhere too.
Result<std::filesystem::path> follow_links(std::filesystem::path path);

/// A new name beside `target` for what is about to take its place, or has given it up. It says whose it is.
std::filesystem::path make_part_name(std::filesystem::path const& target);
/// Whether a file's name is one of those of the file `target`.
bool is_part_name(std::string_view name, std::string_view target);

/// The copy beside a file that is being written in place.
std::filesystem::path make_backup_name(std::filesystem::path const& target);

/// `STORAGE_UNAVAILABLE`: "cannot ACTION", and why.
unexpected<Error> fail_on_disk(std::string action, int number);

}  // namespace agenta::cli
