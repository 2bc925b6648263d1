#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "daemon/core/tool_provider.hpp"
#include "shared/base/body.hpp"

namespace agenta::daemon {

/// A file as the provider's storage is told of it.
struct StoredFile {
  std::string name{};
  std::string mimetype{};
  std::string md5{};  ///< 32 lower-case hex digits
  FileBody body{};
};

/// A file to be fetched from a URL into an empty file of ours.
struct FetchRequest {
  std::string url{};       ///< http or https; it may be a credential, and is never shown
  std::string endpoint{};  ///< of the provider whose answer held the URL; empty: a person wrote it
  std::shared_ptr<UniqueFd> into{};
  std::int64_t most_bytes = 0;
  SteadyTime deadline = SteadyTime::max();
  std::stop_token stop{};
};
struct FetchedFile {
  std::string name{};  ///< as the last URL calls it; may be empty
  std::int64_t size = 0;
};

/// The provider's storage for files that tools take and give. Blocks its thread; any thread. What it says of
/// a failure never holds a URL: those are signed, and whoever has one needs no key.
class FileStorage {
 public:
  virtual ~FileStorage() = default;
  /// Hands over a file for one tool, and gives the key that an argument names it by. Tried again where it
  /// fails on the way: nothing of the tool runs by it.
  virtual Result<std::string> put(ProviderCall const& call, Tool const& tool, StoredFile const& file) = 0;
  /// Fetches a file, going on where a transfer broke off as far as the server allows. Addresses that are not
  /// on the public internet are `FORBIDDEN`, of every redirect too, unless the provider's own endpoint is
  /// this machine. A file over the limit is `INVALID_REQUEST`.
  virtual Result<FetchedFile> fetch(FetchRequest const& request) = 0;
};

}  // namespace agenta::daemon
