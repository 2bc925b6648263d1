#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "shared/domain/error.hpp"

namespace agenta::cli {

/// Who may read a configuration file that is made here. One that is there keeps its mode.
enum class Readers { owner, by_umask };

/// A configuration file of another program, as it was when it was read. Not for files that are written
/// all the time: who changes it in the same instant as `save` is overwritten.
class ConfigFile {
 public:
  /// `path` may be a link, and need not exist. `USAGE` for what is no regular file or larger than 64 MiB.
  static Result<ConfigFile> load(std::filesystem::path path);

  std::filesystem::path const& path() const { return path_; }
  /// Nothing where there is no file.
  std::optional<std::string> const& text() const { return text_; }

  /// Puts the text in the file's place, whole or not at all, at the mode it had; where it is a link, where
  /// that points to. `USAGE` where the file is no longer as it was read.
  Result<void> save(std::string const& text, Readers readers) const;
  /// Takes the file away; of a link, what it points to.
  Result<void> remove() const;

 private:
  struct Seen {
    mode_t mode = 0;
    std::uint64_t inode = 0;
    std::int64_t changed_ns = 0;
    std::int64_t size = 0;
    bool operator==(Seen const&) const = default;
  };
  static std::optional<Seen> look(std::filesystem::path const& path);
  Result<void> check_unchanged() const;

  std::filesystem::path path_{};    ///< as it is named
  std::filesystem::path target_{};  ///< where it is
  std::optional<std::string> text_{};
  std::optional<Seen> seen_{};
};

}  // namespace agenta::cli
