#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "daemon/core/caller.hpp"
#include "daemon/core/tool_provider.hpp"
#include "daemon/store/credential_file.hpp"
#include "shared/domain/error.hpp"

namespace agenta::daemon {

/// Where a key came from.
enum class KeySource { environment, login, systemd, sandbox };
std::string_view name_of(KeySource source);

struct Identity {
  ProviderAccess access{};
  KeySource source = KeySource::environment;
};

/// Decides which key a call is made with, and that no key meets another endpoint than its own (contract §1).
/// Any thread.
class Credentials {
 public:
  struct Options {
    std::string base_url{};               ///< the daemon's own endpoint
    std::optional<Secret> sandbox_key{};  ///< set: the embedded sandbox is the provider, whatever callers say
    std::optional<std::filesystem::path> systemd_file{};  ///< `$CREDENTIALS_DIRECTORY/composio_api_key`
    std::function<std::string(Secret const&)>
        fingerprint{};  ///< salted: names the key's rows without telling the key
  };
  Credentials(store::CredentialFile& file, ToolProvider& provider, Options options);

  /// `NOT_CONFIGURED` with the two ways on where there is no key.
  Result<Identity> identify(Caller const& caller);
  Result<ProviderAccess> access_for(Caller const& caller);
  /// The caller's key scope, or nothing where there is no key: for telling own rows from foreign ones.
  std::string scope_of(Caller const& caller);

  /// Verifies the key at the provider, and saves it for the endpoint it was verified at.
  Result<Identity> login(Caller const& caller, Secret key);
  /// Whether a key was saved.
  Result<bool> logout();
  store::CredentialFile& file() { return file_; }

 private:
  std::string endpoint_of(Caller const& caller) const;
  Identity make_identity(std::string base_url, Secret key, KeySource source) const;

  store::CredentialFile& file_;
  ToolProvider& provider_;
  Options const options_;
};

}  // namespace agenta::daemon
