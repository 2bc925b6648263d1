#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "daemon/core/connect_flow.hpp"
#include "tests/unit/daemon/core/core_test_support.hpp"

namespace agenta::daemon {

/// Keeps what the flow told the loop.
class FakeWatcher final : public LoginWatcher {
 public:
  bool door = true;

  std::optional<std::string> open_callback(ConnectionId const& id) override {
    record("open " + id.text);
    if (!door) return std::nullopt;
    return "http://127.0.0.1:1/callback/" + id.text;
  }
  void started(PendingLogin login) override {
    record("started " + login.connection.text);
    std::lock_guard const guard{mutex_};
    last_ = std::move(login);
  }
  void settled(ConnectionId const& id) override { record("settled " + id.text); }

  std::vector<std::string> events() const {
    std::lock_guard const guard{mutex_};
    return events_;
  }
  PendingLogin last() const {
    std::lock_guard const guard{mutex_};
    return last_;
  }

 private:
  void record(std::string event) {
    std::lock_guard const guard{mutex_};
    events_.push_back(std::move(event));
  }
  mutable std::mutex mutex_{};
  std::vector<std::string> events_{};
  PendingLogin last_{};
};

/// A flow over a provider that knows github (OAUTH2, managed), gitea (OAUTH2, not managed), stripe (API_KEY)
/// and hackernews (NO_AUTH).
struct ConnectFlowTest : CoreTest {
  FakeWatcher watcher;
  ConnectFlow flow{projects, rows, turns, auth_configs, catalog, credentials, provider, watcher, clock};
  WallTime const link_ends = clock.wall() + std::chrono::minutes{10};

  ConnectFlowTest() {
    provider.on_get_integration = [](IntegrationSlug const& slug) -> Result<IntegrationDetail> {
      IntegrationDetail detail;
      detail.integration.slug = slug;
      detail.integration.name = "The " + slug.text;
      if (slug.text == "github")
        detail.auth = {scheme("OAUTH2", true), scheme("API_KEY", false)};
      else if (slug.text == "gitea")
        detail.auth = {scheme("OAUTH2", false)};
      else if (slug.text == "hackernews")
        detail.auth = {scheme("NO_AUTH", false)};
      else if (slug.text == "stripe")
        detail.auth = {with_key_field(scheme("API_KEY", false))};
      else
        return fail(ErrorCode::integration_not_found, "there is no integration " + slug.text);
      return detail;
    };
    provider.on_create_link = [this](LinkRequest const& request) -> Result<Link> {
      last_link = request;
      Link link;
      link.account.text = "ca_" + std::to_string(++links);
      link.redirect_url = "https://connect.example/ln_" + std::to_string(links);
      link.expires_at = link_ends;
      return link;
    };
  }

  static AuthScheme scheme(std::string mode, bool managed) {
    AuthScheme scheme;
    scheme.mode = std::move(mode);
    scheme.managed = managed;
    return scheme;
  }
  static AuthScheme with_key_field(AuthScheme scheme) {
    AuthField field;
    field.name = "api_key";
    field.required = true;
    field.secret = true;
    scheme.connection_fields.push_back(std::move(field));
    return scheme;
  }
  static protocol::ConnectRequest to(std::string integration) {
    protocol::ConnectRequest request;
    request.integration = std::move(integration);
    return request;
  }
  static protocol::ConnectRequest to_stripe(std::string key = "sk_1") {
    auto request = to("stripe");
    request.credentials.emplace_back("api_key", Secret{std::move(key)});
    return request;
  }
  std::vector<Connection> all_rows() { return value_of(rows.list(project, {})); }
  Connection row_of(protocol::ConnectReply const& reply) { return value_of(rows.find(reply.id)).value(); }
  ProviderAccess access() { return value_of(credentials.access_for(caller)); }
  Result<Connection> settle(ConnectionId const& id) {
    return flow.settle(access(), id, AskedBy::visit, caller.deadline, {});
  }

  /// The account that Composio would show once the user has finished.
  void finish_as(AccountStatus status, std::string error = {}) {
    provider.on_get_account = [this, status, error](AccountId const& id) {
      Account account;
      account.id = id;
      account.user_id = user_id_of(project);
      account.auth_config = last_link.auth_config;
      account.status = status;
      account.error = error;
      return account;
    };
  }

  LinkRequest last_link{};
  int links = 0;
};

}  // namespace agenta::daemon
