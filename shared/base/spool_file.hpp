#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "shared/base/os_error.hpp"
#include "shared/base/unique_fd.hpp"

namespace agenta {

/// Bytes that wait to be passed on, in a file that has no name: it is gone with its last descriptor, however
/// the process ends. One thread at a time.
class SpoolFile {
 public:
  /// On the disk of `directory`; nobody else can open it.
  static OsResult<SpoolFile> make(std::filesystem::path const& directory);

  OsResult<void> append(std::string_view bytes);
  /// Forgets all that was appended.
  OsResult<void> clear();
  /// At most `most` bytes from `offset`; fewer only at the end.
  OsResult<std::string> read(std::int64_t offset, std::size_t most) const;
  std::int64_t size() const { return size_; }
  /// The file itself, for whoever reads on when the spool is gone.
  std::shared_ptr<UniqueFd> const& file() const { return file_; }

 private:
  explicit SpoolFile(UniqueFd file) : file_(std::make_shared<UniqueFd>(std::move(file))) {}

  std::shared_ptr<UniqueFd> file_;
  std::int64_t size_ = 0;
};

}  // namespace agenta
