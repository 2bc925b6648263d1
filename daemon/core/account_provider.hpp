#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/core/tool_provider.hpp"

namespace agenta::daemon {

/// A project of the provider's. Both ids are what its headers take.
struct ProviderProject {
  std::string id{};
  std::string name{};
  std::string org_id{};
  std::string org_name{};
};

/// Whose a key is. What the provider does not tell is empty.
struct KeyOwner {
  std::optional<ProviderProject>
      project{};  ///< the one the key works in; none for a user's or an organisation's
  std::string email{};
};

/// A login that is finished in a browser. Whoever knows its id can fetch the key: it is a secret.
struct DeviceSession {
  Secret id{};
  /// What the provider's page tells its user to compare; no secret, and empty where there is none.
  std::string code{};
  std::optional<WallTime> expires_at{};
};

/// Where such a login stands.
struct DeviceAnswer {
  enum class State { pending, linked, denied, gone };
  State state = State::pending;
  Secret key{};         ///< when linked
  std::string email{};  ///< of the account it was linked to
};

/// What a login needs of the provider. Blocks its thread; any thread. Errors are ours, and never carry a
/// credential.
class AccountProvider {
 public:
  virtual ~AccountProvider() = default;

  /// A user's key rather than a project's: it must be told which project it works in.
  virtual bool is_user_key(Secret const& key) const = 0;
  /// Asks whose the key is. Project keys may be refused here and work all the same.
  virtual Result<KeyOwner> get_owner(ProviderCall const& call) = 0;
  /// The projects that a user's key can work in, all pages of them.
  virtual Result<std::vector<ProviderProject>> list_projects(ProviderCall const& call) = 0;

  /// Begins a login in a browser. The call's key is not sent.
  virtual Result<DeviceSession> create_device_session(ProviderCall const& call) = 0;
  /// Where it stands. The call's key is not sent.
  virtual Result<DeviceAnswer> get_device_session(ProviderCall const& call, Secret const& id) = 0;
};

}  // namespace agenta::daemon
