#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "daemon/core/account_provider.hpp"
#include "daemon/core/caller.hpp"
#include "daemon/core/key_safe.hpp"
#include "daemon/core/tool_provider.hpp"
#include "shared/base/synchronized.hpp"
#include "shared/domain/error.hpp"

namespace agenta::daemon {

/// Where a key came from.
enum class KeySource { environment, login, systemd, sandbox };
std::string_view name_of(KeySource source);

struct Identity {
  ProviderAccess access{};
  KeySource source = KeySource::environment;
  std::string fingerprint{};        ///< of the key, salted
  std::optional<KeyPlace> place{};  ///< of a key that `login` saved
  store::SavedOwner owner{};        ///< as far as it is known here
};

/// How a key is to be saved.
struct LoginChoice {
  KeyStore store = KeyStore::automatic;
  std::string project{};  ///< of a user's key: name or id at Composio; empty: the only one
};
struct LoggedIn {
  Identity identity{};
  Kept kept{};
};

/// Decides which key a call is made with, and that no key meets another endpoint than its own (contract §1).
/// Any thread; may wait for a keyring, and for Composio where a user's key is met for the first time.
class Credentials {
 public:
  struct Options {
    std::string base_url{};               ///< the daemon's own endpoint
    std::optional<Secret> sandbox_key{};  ///< set: the embedded sandbox is the provider, whatever callers say
    std::optional<std::filesystem::path> systemd_file{};  ///< `$CREDENTIALS_DIRECTORY/composio_api_key`
    std::function<std::string(Secret const&)>
        fingerprint{};  ///< salted: names the key's rows without telling the key
  };
  Credentials(KeySafe& safe, ToolProvider& provider, AccountProvider& accounts, Options options);

  /// `NOT_CONFIGURED` with the two ways on where there is no key.
  Result<Identity> identify(Caller const& caller);
  Result<ProviderAccess> access_for(Caller const& caller);
  /// The caller's key scope, or nothing where there is no key: for telling own rows from foreign ones.
  std::string scope_of(Caller const& caller);

  /// Verifies the key at the provider, and saves it for the endpoint it was verified at. Where it fails
  /// nothing is changed.
  Result<LoggedIn> login(Caller const& caller, Secret key, LoginChoice const& choice = {});
  /// `NOT_CONFIGURED` where no key can be saved in the caller's keyring now.
  Result<void> check_keyring(Caller const& caller);
  Result<Removed> logout(Caller const& caller);
  /// `INVALID_REQUEST` where there is nothing to log in to: in the sandbox.
  Result<void> check_login() const;

  std::string endpoint_of(Caller const& caller) const;
  std::filesystem::path const& file() const { return safe_.file().path(); }

 private:
  Identity make_identity(std::string base_url, Secret key, KeySource source) const;
  std::string inherited_scope(Identity const& identity) const;
  void set_owner(Identity& identity, store::SavedOwner owner) const;
  Result<Identity> with_project(Identity identity, Caller const& caller);

  KeySafe& safe_;
  ToolProvider& provider_;
  AccountProvider& accounts_;
  Options const options_;
  Synchronized<std::map<std::string, store::SavedOwner>> owners_;  ///< of users' keys that callers brought
};

}  // namespace agenta::daemon
