#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "daemon/core/account_provider.hpp"
#include "daemon/store/keyring.hpp"

namespace agenta::test {

/// What a login asks of the provider, in memory: keys that begin with `user-` are a user's. Set what is
/// answered before it is asked; any thread.
class FakeAccounts final : public daemon::AccountProvider {
 public:
  std::function<Result<daemon::KeyOwner>(daemon::ProviderCall const&)> on_get_owner = [](auto const&) {
    return Result<daemon::KeyOwner>{fail(ErrorCode::forbidden, "not with this key")};
  };
  std::function<Result<std::vector<daemon::ProviderProject>>(daemon::ProviderCall const&)> on_list_projects =
      [](auto const&) { return std::vector<daemon::ProviderProject>{}; };
  std::function<Result<daemon::DeviceSession>(daemon::ProviderCall const&)> on_create_device_session =
      [](auto const&) {
        daemon::DeviceSession session;
        session.id = Secret{"device-1"};
        return session;
      };
  std::function<Result<daemon::DeviceAnswer>(Secret const&)> on_get_device_session = [](auto const&) {
    return daemon::DeviceAnswer{};
  };

  int owners_asked = 0;

  bool is_user_key(Secret const& key) const override { return key.reveal().starts_with("user-"); }
  Result<daemon::KeyOwner> get_owner(daemon::ProviderCall const& call) override {
    ++owners_asked;
    return on_get_owner(call);
  }
  Result<std::vector<daemon::ProviderProject>> list_projects(daemon::ProviderCall const& call) override {
    return on_list_projects(call);
  }
  Result<daemon::DeviceSession> create_device_session(daemon::ProviderCall const& call) override {
    return on_create_device_session(call);
  }
  Result<daemon::DeviceAnswer> get_device_session(daemon::ProviderCall const&, Secret const& id) override {
    return on_get_device_session(id);
  }
};

/// A keyring in memory that answers on one bus, unless it is in trouble.
class FakeKeyring final : public daemon::store::Keyring {
 public:
  using Trouble = daemon::store::KeyringTrouble;
  std::string bus = "unix:path=/bus";
  std::optional<Trouble> trouble{};  ///< for whatever it is asked
  std::vector<std::pair<std::string, std::string>> items{};
  std::vector<std::string> asked{};  ///< `load`, `store`, `clear`, in order

  daemon::store::KeyringResult<void> store(std::string const& at, std::string const& id, std::string const&,
                                           Secret const& secret) override {
    if (auto const why = check("store", at)) return unexpected<Trouble>(*why);
    items.emplace_back(id, secret.reveal());
    return {};
  }
  daemon::store::KeyringResult<Secret> load(std::string const& at, std::string const& id) override {
    if (auto const why = check("load", at)) return unexpected<Trouble>(*why);
    for (auto const& [name, value] : items) {
      if (name == id) return Secret{value};
    }
    return unexpected<Trouble>(Trouble{Trouble::Kind::missing, "it has no such item"});
  }
  daemon::store::KeyringResult<void> clear(std::string const& at, std::string const& but) override {
    if (auto const why = check("clear", at)) return unexpected<Trouble>(*why);
    std::erase_if(items, [&](auto const& item) { return item.first != but; });
    return {};
  }

 private:
  std::optional<Trouble> check(std::string what, std::string const& at) {
    asked.push_back(std::move(what));
    if (trouble) return trouble;
    if (at != bus) return Trouble{Trouble::Kind::absent, "no bus at '" + at + "'"};
    return std::nullopt;
  }
};

}  // namespace agenta::test
