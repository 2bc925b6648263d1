#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/spool_file.hpp"
#include "shared/domain/proxy.hpp"

namespace agenta::cli {

/// An answer as it came from the daemon. Bytes beyond a megabyte are not held in memory, but in a file
/// without a name.
class ReceivedAnswer {
 public:
  /// `directory`: where that file may be.
  explicit ReceivedAnswer(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// A piece of the document; false where it cannot be kept.
  bool take(std::string_view bytes);
  /// Reads the document, once all of it is there.
  Result<void> finish();

  ProxyAnswer const& answer() const { return answer_; }
  bool is_bytes() const { return bytes_at_.has_value(); }
  /// The bytes of the body, piece by piece. Ends with the first error of `sink`.
  Result<void> read_bytes(std::function<Result<void>(std::string_view)> const& sink) const;
  /// The document as it came, piece by piece.
  Result<void> read_document(std::function<Result<void>(std::string_view)> const& sink) const;
  /// Whether all of it is in memory.
  bool is_small() const { return !spool_.has_value(); }
  std::string const& beginning() const { return memory_; }

 private:
  Result<std::string> read(std::int64_t offset, std::size_t most) const;
  std::int64_t size() const;

  std::filesystem::path directory_;
  std::string memory_{};
  std::optional<SpoolFile> spool_{};
  std::optional<Error> problem_{};
  std::optional<std::size_t> bytes_at_{};
  ProxyAnswer answer_{};
};

}  // namespace agenta::cli
