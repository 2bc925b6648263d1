#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

#include "shared/base/secret.hpp"
#include "shared/domain/error.hpp"

namespace agenta::daemon::store {

/// Whose a key is, as Composio told at the login. All of it may be empty.
struct SavedOwner {
  std::string project_id{};
  std::string project_name{};
  std::string org_id{};
  std::string org_name{};
  std::string email{};
  bool operator==(SavedOwner const&) const = default;
};

/// A saved key and the one endpoint it may be sent to. Where the key is in a keyring this is a pointer to it.
struct SavedCredential {
  std::string base_url{};
  Secret api_key{};          ///< empty: it is in the keyring
  std::string keyring_id{};  ///< its item there; empty: the key is here
  std::string key_scope{};   ///< what its rows go by; empty in a file of an older program
  SavedOwner owner{};
};

/// What `login` saved, in a file of mode 0600. A file that others can read is refused with the command that
/// closes it. Any thread.
class CredentialFile {
 public:
  explicit CredentialFile(std::filesystem::path path) : path_(std::move(path)) {}

  /// Nothing where nobody logged in. Reads the file again only when it changed.
  Result<std::optional<SavedCredential>> load();
  Result<void> save(SavedCredential const& credential);
  /// Whether there was one.
  Result<bool> remove();
  std::filesystem::path const& path() const { return path_; }

 private:
  struct Stamp {
    long long inode = 0;
    long long modified_ns = 0;
    long long changed_ns = 0;
    bool operator==(Stamp const&) const = default;
  };
  std::filesystem::path const path_;
  std::mutex mutex_;
  std::optional<Stamp> read_at_;
  std::optional<SavedCredential> cached_;
};

}  // namespace agenta::daemon::store
