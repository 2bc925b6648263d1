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

/// Whether a change was made, or came too late: another program had changed the file since it was read.
enum class Change : bool { overtaken, made };

/// A configuration file of another program, as it was when it was read. Two of these programs take turns
/// (`ConfigTurn`); who knows nothing of turns is noticed up to the instant of the change itself.
class ConfigFile {
 public:
  /// `path` may be a link, and need not exist. `USAGE` for what is no regular file or larger than 64 MiB, and
  /// where a program was killed while it wrote the file in place.
  static Result<ConfigFile> load(std::filesystem::path path);

  std::filesystem::path const& path() const { return path_; }
  /// Nothing where there is no file.
  std::optional<std::string> const& text() const { return text_; }
  /// Whether it has another name, as a hard link, by which it would remain.
  bool has_other_names() const { return seen_ && seen_->names > 1; }

  /// Puts the text in the file's place, whole or not at all, at the mode it had and its owner's; where it is
  /// a symbolic link, where that points to. A file of several names is written in place, under all of them,
  /// with a copy of the old text beside it for as long as that takes.
  Result<Change> save(std::string const& text, Readers readers) const;
  /// Takes the file away; of a link, what it points to.
  Result<Change> remove() const;

 private:
  struct Seen {
    mode_t mode = 0;
    uid_t owner = 0;
    gid_t group = 0;
    nlink_t names = 0;
    std::uint64_t inode = 0;
    std::int64_t changed_ns = 0;
    std::int64_t size = 0;
    bool operator==(Seen const&) const = default;
  };
  static std::optional<Seen> look(std::filesystem::path const& path);
  Result<Change> replace(std::string const& text, Readers readers) const;
  Result<Change> put_in_place(std::filesystem::path const& part) const;
  Result<Change> write_in_place(std::string const& text) const;

  std::filesystem::path path_{};    ///< as it is named
  std::filesystem::path target_{};  ///< where it is
  std::optional<std::string> text_{};
  std::optional<Seen> seen_{};
};

}  // namespace agenta::cli
