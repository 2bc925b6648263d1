#pragma once

#include <functional>
#include <string>

#include "shared/base/unique_fd.hpp"
#include "shared/domain/error.hpp"

namespace agenta::cli {

/// A file in the making: it has no name until it is whole, or one that says so where the file system knows no
/// nameless files. Gone again unless it is published.
class NewFile {
 public:
  static Result<NewFile> make(int directory);
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  int get() const { return file_.get(); }
  /// On the disk, under `name` or the first of `name (2)`, … that is free. The name it has.
  Result<std::string> publish(std::string const& name);

 private:
  NewFile(int directory, UniqueFd file, std::string temporary)
      : directory_(directory), file_(std::move(file)), temporary_(std::move(temporary)) {}

  int directory_;
  UniqueFd file_;
  std::string temporary_;  ///< empty: it has no name
};

}  // namespace agenta::cli
