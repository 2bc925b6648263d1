#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "shared/base/unique_fd.hpp"
#include "shared/domain/error.hpp"

namespace agenta::cli {

/// What `-o FILE` of every command writes: a file that is there whole, or not at all, and takes the place of
/// one that is there already. Written beside its place, and put there at the end; where the name is a link,
/// beside what that leads to. What is no regular file (`/dev/null`, a FIFO) is written as it is. One that is
/// dropped before its end leaves what was there.
class OutputFile {
 public:
  enum class Access {
    by_umask,  ///< as the file that it replaces, or as any new file
    owner,     ///< nobody else's
  };
  /// `USAGE` where nothing can be written.
  static Result<OutputFile> begin(std::filesystem::path path, Access access);

  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  Result<void> write(std::string_view bytes);
  /// Puts it in its place.
  Result<void> finish();
  std::filesystem::path const& path() const { return path_; }

 private:
  OutputFile(std::filesystem::path path, std::filesystem::path place, std::filesystem::path part,
             UniqueFd file)
      : path_(std::move(path)), place_(std::move(place)), part_(std::move(part)), file_(std::move(file)) {}

  std::filesystem::path path_;   ///< as it was named
  std::filesystem::path place_;  ///< where it goes
  std::filesystem::path part_;   ///< empty: it is written where it is
  UniqueFd file_;
};

}  // namespace agenta::cli
