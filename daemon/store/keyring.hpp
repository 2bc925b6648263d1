#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "shared/base/expected.hpp"
#include "shared/base/secret.hpp"

namespace agenta::daemon::store {

/// Why a keyring did not do what it was asked.
struct KeyringTrouble {
  enum class Kind {
    absent,   ///< no session bus, nothing on it that keeps secrets, or no program of ours to ask it
    locked,   ///< it would have to ask the user
    silent,   ///< no answer in time
    missing,  ///< it has no such item
    failed,
  };
  Kind kind = Kind::failed;
  std::string why{};  ///< for a person, without the secret
};
template <class T>
using KeyringResult = expected<T, KeyringTrouble>;

/// The desktop's Secret Service. Blocks its thread for at most a few seconds, and never opens a dialog: what
/// is locked is `locked`. `bus` is the address of the caller's session bus. Any thread.
class Keyring {
 public:
  virtual ~Keyring() = default;
  /// `id` names the item within the home; `endpoint` is shown to the user.
  virtual KeyringResult<void> store(std::string const& bus, std::string const& id,
                                    std::string const& endpoint, Secret const& secret) = 0;
  virtual KeyringResult<Secret> load(std::string const& bus, std::string const& id) = 0;
  /// Removes everything of this home but the item `but`, which may be empty. Nothing to remove is no trouble.
  virtual KeyringResult<void> clear(std::string const& bus, std::string const& but) = 0;
};

/// Asks the Secret Service through `agenta-tools-keyring`, in a process that gets no descriptor of ours, the
/// environment that it needs, and three seconds.
class KeyringProcess final : public Keyring {
 public:
  struct Options {
    std::filesystem::path program{};
    std::filesystem::path home{};
    std::vector<std::string> environment{};  ///< beside the address of the bus: `NAME=value`
  };
  explicit KeyringProcess(Options options) : options_(std::move(options)) {}

  KeyringResult<void> store(std::string const& bus, std::string const& id, std::string const& endpoint,
                            Secret const& secret) override;
  KeyringResult<Secret> load(std::string const& bus, std::string const& id) override;
  KeyringResult<void> clear(std::string const& bus, std::string const& but) override;

 private:
  KeyringResult<Secret> ask(std::string const& bus, std::vector<std::string> arguments, Secret input) const;

  Options const options_;
};

}  // namespace agenta::daemon::store
