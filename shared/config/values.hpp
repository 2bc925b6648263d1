#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/domain/error.hpp"

/// What the parts of `shared/config` share; private to the room.
namespace agenta::config {

std::optional<bool> read_boolean(std::string_view text);
std::optional<long long> read_integer(std::string_view text);
/// `8400`, `8400-8410`, or `0`.
std::optional<std::pair<std::uint16_t, std::uint16_t>> read_ports(std::string_view text);

/// A position in a file, in lines and characters from 1.
struct Position {
  std::size_t line = 0;
  std::size_t column = 0;
};

/// One `key = value` of a TOML document, as the text our settings are made of.
struct FileEntry {
  std::string key{};                  ///< dotted, whatever the document's spelling
  std::optional<std::string> text{};  ///< nothing where the value is an array, a date or a fraction
  Position key_at{};
  Position value_at{};
  Position value_end{};  ///< one past it
};

/// A table with a header of its own (`[daemon]`).
struct FileTable {
  std::string key{};
  std::size_t line = 0;
};

struct FileContent {
  std::vector<FileEntry> entries{};  ///< in the order of the document
  std::vector<FileTable> tables{};
};

/// `USAGE` with file and line where the text is not TOML.
Result<FileContent> parse_toml(std::string const& text, std::filesystem::path const& file);

/// A value as TOML: bare where it is a boolean or an integer to the setting, else a quoted string.
struct Setting;
std::string write_toml(Setting const& setting, std::string_view value);

}  // namespace agenta::config
