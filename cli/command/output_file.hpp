#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "shared/base/unique_fd.hpp"
#include "shared/domain/error.hpp"

namespace agenta::cli {

/// A file that is there whole, or not at all: written beside its place, and put there at the end. What is no
/// regular file (`/dev/null`, a FIFO) is written as it is. One that is dropped before its end leaves nothing.
class OutputFile {
 public:
  enum class Existing { kept, replaced };
  /// `USAGE` where it is there and is to be kept, or where nothing can be written.
  static Result<OutputFile> begin(std::filesystem::path path, Existing existing);

  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  Result<void> write(std::string_view bytes);
  /// Puts it in its place; one that came there meanwhile is kept where that was asked for.
  Result<void> finish();
  std::filesystem::path const& path() const { return path_; }

 private:
  OutputFile(std::filesystem::path path, std::filesystem::path part, UniqueFd file, Existing existing)
      : path_(std::move(path)), part_(std::move(part)), file_(std::move(file)), existing_(existing) {}

  std::filesystem::path path_;
  std::filesystem::path part_;  ///< empty: it is written where it is
  UniqueFd file_;
  Existing existing_;
};

}  // namespace agenta::cli
