#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace agenta::daemon {

/// The digests of a file, piece by piece: MD5, which storages ask for, and SHA-256, which tells files apart.
class FileDigest {
 public:
  FileDigest();
  ~FileDigest();
  void add(std::string_view bytes);
  /// As lower-case hex digits; once, at the end.
  struct Digests {
    std::string md5{};
    std::string sha256{};
  };
  Digests finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace agenta::daemon
