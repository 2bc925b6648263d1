#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace agenta::cli {

/// The names in a file of `config::Paths::names_dir` that begin with `prefix`, whatever the case of either,
/// in the file's order, at most `most`. Reads a few pages of the file, however many names there are. Nothing
/// where there is no such file; a name that would act on a terminal is left out.
std::vector<std::string> find_names(std::filesystem::path const& file, std::string_view prefix,
                                    std::size_t most);

}  // namespace agenta::cli
