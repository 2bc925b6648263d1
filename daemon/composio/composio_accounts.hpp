#pragma once

#include <string>
#include <string_view>

#include "daemon/composio/composio_errors.hpp"
#include "daemon/composio/http_pool.hpp"
#include "daemon/core/account_provider.hpp"

namespace agenta::daemon {

/// Composio's answers about keys, their owners and logins in a browser. Holds nothing but the pool. Any
/// thread.
class ComposioAccounts final : public AccountProvider {
 public:
  explicit ComposioAccounts(HttpPool& pool) : pool_(pool) {}

  bool is_user_key(Secret const& key) const override;
  Result<KeyOwner> get_owner(ProviderCall const& call) override;
  Result<std::vector<ProviderProject>> list_projects(ProviderCall const& call) override;
  Result<DeviceSession> create_device_session(ProviderCall const& call) override;
  Result<DeviceAnswer> get_device_session(ProviderCall const& call, Secret const& id) override;

 private:
  enum class Credential : bool { no, yes };
  HttpOutcome send(ProviderCall const& call, std::string method, std::string target, std::string body,
                   Credential credential) const;
  Result<HttpReply> read(ProviderCall const& call, std::string target) const;
  /// The names of the user's organisations, by id, in `projects`. Left empty where they are not told.
  void add_organisations(ProviderCall const& call, std::vector<ProviderProject>& projects) const;

  HttpPool& pool_;
};

}  // namespace agenta::daemon
