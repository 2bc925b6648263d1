#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/credential_file.hpp"
#include "daemon/store/keyring.hpp"
#include "shared/base/clock.hpp"
#include "shared/base/synchronized.hpp"
#include "shared/domain/error.hpp"

namespace agenta::daemon {

/// Where a saved key is.
enum class KeyPlace { file, keyring };
std::string_view name_of(KeyPlace place);

/// Where a key is to be saved. `automatic`: in the keyring where it answers, else in the file.
enum class KeyStore { automatic, keyring, file };
std::optional<KeyStore> parse_key_store(std::string_view name);

struct SavedKey {
  store::SavedCredential credential{};  ///< with the key, wherever it is
  KeyPlace place = KeyPlace::file;
};

/// What became of a key that was to be saved or removed.
struct Kept {
  KeyPlace place = KeyPlace::file;
  std::string why_file{};     ///< why it is not in the keyring, though it was to be where possible
  std::string left_behind{};  ///< why an older key may still be in the keyring
};
struct Removed {
  bool was_there = false;
  std::string left_behind{};
};

/// The one saved key of a home: in the desktop's keyring, with a pointer to it in the credentials file, or in
/// that file. A key that was read from the keyring is kept in memory. Blocks for a few seconds where a
/// keyring does not answer: never on the loop. Any thread.
class KeySafe {
 public:
  /// `own_bus`: the session bus of the daemon's own environment, for a caller that names none.
  KeySafe(store::CredentialFile& file, store::Keyring& keyring, std::string own_bus)
      : file_(file), keyring_(keyring), own_bus_(std::move(own_bus)) {}

  /// Nothing where no key is saved. `NOT_CONFIGURED`, with the ways on, where the keyring that has it does
  /// not give it; nothing else is used in its place.
  Result<std::optional<SavedKey>> load(std::string const& bus);
  /// Replaces what was saved. With `keyring` and one that does not answer: `NOT_CONFIGURED`, and nothing is
  /// changed.
  Result<Kept> save(store::SavedCredential credential, KeyStore where, std::string const& bus);
  /// Tries with a word that is no key whether the keyring takes one now; `NOT_CONFIGURED` where it does not.
  Result<void> check_keyring(std::string const& endpoint, std::string const& bus);
  Result<Removed> remove(std::string const& bus);
  /// What is told of the saved key without asking the keyring; nothing where that cannot be read.
  std::optional<store::SavedCredential> peek() const;
  store::CredentialFile const& file() const { return file_; }

 private:
  using Trouble = store::KeyringTrouble;

  std::vector<std::string> buses(std::string const& bus) const;
  store::KeyringResult<Secret> read_keyring(std::string const& id, std::string const& bus);
  bool was_silent(std::string const& bus) const;
  void note_silence(std::string const& bus, Trouble const& trouble);
  std::string clear_keyring(std::string const& bus, std::string const& but);

  store::CredentialFile& file_;
  store::Keyring& keyring_;
  std::string const own_bus_;

  struct Cached {
    std::string id{};
    Secret key{};
  };
  std::optional<Secret> find_cached(std::string const& id) const;
  void cache(std::string id, Secret key);

  Synchronized<Cached> cached_;  ///< what was read of the keyring; reached without the lock below
  /// Held while the keyring is asked: those who come meanwhile want the same answer.
  std::mutex asking_;
  std::string good_bus_{};  ///< the last one that had the key
  std::map<std::string, SteadyTime> silent_until_{};
};

}  // namespace agenta::daemon
