#pragma once

#include <algorithm>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "daemon/core/tool_provider.hpp"
#include "tests/support/gate.hpp"

namespace agenta::test {

inline daemon::ExecuteOutcome succeeded(std::string data = R"({"ok":true})") {
  daemon::ExecuteOutcome outcome;
  outcome.fate = daemon::Fate::answered;
  outcome.result.emplace();
  outcome.result->successful = true;
  outcome.result->data.text = std::move(data);
  outcome.result->log_id = "log_1";
  return outcome;
}
inline daemon::ExecuteOutcome tool_said_no(std::string words) {
  auto outcome = succeeded("{}");
  outcome.result->successful = false;
  outcome.result->error = std::move(words);
  return outcome;
}
inline daemon::ExecuteOutcome ended(daemon::Fate fate, ErrorCode code, std::string message = "so it went") {
  daemon::ExecuteOutcome outcome;
  outcome.fate = fate;
  outcome.error = fail(code, std::move(message)).error();
  return outcome;
}

/// A provider of tools in memory. What is asked is recorded, in order, as `name argument`; what is answered
/// is its `on_…`, which a test replaces before it begins. Any thread.
class FakeProvider final : public daemon::ToolProvider {
 public:
  std::function<Result<void>(daemon::ProviderCall const&)> on_verify_key = [](auto const&) {
    return Result<void>{};
  };
  std::function<Result<Page<Integration>>(daemon::IntegrationFilter const&)> on_list_integrations =
      [](auto const&) { return Page<Integration>{}; };
  std::function<Result<IntegrationDetail>(IntegrationSlug const&)> on_get_integration = [](auto const& slug) {
    return Result<IntegrationDetail>{
        fail(ErrorCode::integration_not_found, "there is no integration " + slug.text)};
  };
  std::function<Result<Page<Tool>>(daemon::ToolFilter const&)> on_list_tools = [](auto const&) {
    return Page<Tool>{};
  };
  std::function<Result<Tool>(ToolSlug const&, std::string const&)> on_get_tool = [](auto const& slug,
                                                                                    auto const&) {
    return Result<Tool>{fail(ErrorCode::tool_not_found, "there is no tool " + slug.text)};
  };
  std::function<Result<std::vector<ToolSlug>>(std::string const&)> on_find_tools = [](auto const&) {
    return std::vector<ToolSlug>{};
  };
  std::function<Result<std::vector<daemon::AuthConfig>>(IntegrationSlug const&)> on_list_auth_configs =
      [](auto const&) { return std::vector<daemon::AuthConfig>{}; };
  std::function<Result<daemon::AuthConfig>(daemon::AuthConfigRequest const&)> on_create_auth_config =
      [](auto const& request) {
        daemon::AuthConfig config;
        config.id.text = "ac_made";
        config.integration = request.integration;
        config.auth_scheme = request.auth_scheme;
        return config;
      };
  std::function<Result<daemon::Link>(daemon::LinkRequest const&)> on_create_link = [](auto const&) {
    daemon::Link link;
    link.account.text = "ca_1";
    link.redirect_url = "https://connect.example/ln_1";
    return link;
  };
  std::function<Result<daemon::Account>(daemon::AccountRequest const&)> on_create_account =
      [](auto const& request) {
        daemon::Account account;
        account.id.text = "ca_1";
        account.user_id = request.user_id;
        account.auth_config = request.auth_config;
        account.status = daemon::AccountStatus::active;
        return account;
      };
  std::function<Result<daemon::Account>(AccountId const&)> on_get_account = [](auto const& id) {
    return Result<daemon::Account>{fail(ErrorCode::connection_not_found, "there is no account " + id.text)};
  };
  std::function<Result<void>(AccountId const&)> on_delete_account = [](auto const&) {
    return Result<void>{};
  };
  std::function<std::vector<daemon::Account>()> on_list_accounts = [] {
    return std::vector<daemon::Account>{};
  };
  std::function<Result<void>(AccountId const&, std::string const&)> on_set_alias =
      [](auto const&, auto const&) { return Result<void>{}; };
  std::function<Result<daemon::ProxyReply>(daemon::ProxyRequest const&)> on_proxy = [](auto const&) {
    return daemon::ProxyReply{200, "{}", {}, true, {}};
  };
  /// Where it is set, in place of `on_proxy`.
  std::function<daemon::ProxyOutcome(daemon::ProxyRequest const&)> on_proxy_outcome{};
  /// Where it is set, in place of both.
  std::function<daemon::ProxyOutcome(daemon::ProviderCall const&)> on_proxy_call{};
  std::function<Result<void>(daemon::ProxyFile const&, BodySink const&)> on_read_file =
      [](auto const&, auto const&) { return Result<void>{}; };
  std::function<Result<JsonText>(daemon::InputRequest const&)> on_generate_input = [](auto const&) {
    return JsonText{"{}"};
  };
  std::function<daemon::ExecuteOutcome(daemon::ProviderCall const&, daemon::ExecuteRequest const&)>
      on_execute = [](auto const&, auto const&) { return succeeded(); };

  /// Everything asked so far.
  std::vector<std::string> calls() const {
    std::lock_guard const guard{mutex_};
    return calls_;
  }
  /// How often `name` was asked.
  long count(std::string const& name) const {
    auto const all = calls();
    return std::ranges::count_if(all, [&](std::string const& call) { return call.starts_with(name + " "); });
  }

  Result<void> verify_key(daemon::ProviderCall const& call) override {
    record("verify_key", call.access.base_url);
    return on_verify_key(call);
  }
  Result<Page<Integration>> list_integrations(daemon::ProviderCall const&,
                                              daemon::IntegrationFilter const& filter) override {
    record("list_integrations", filter.cursor);
    return on_list_integrations(filter);
  }
  Result<IntegrationDetail> get_integration(daemon::ProviderCall const&,
                                            IntegrationSlug const& slug) override {
    record("get_integration", slug.text);
    return on_get_integration(slug);
  }
  Result<Page<Tool>> list_tools(daemon::ProviderCall const&, daemon::ToolFilter const& filter) override {
    std::string names;
    for (IntegrationSlug const& each : filter.integrations) names += (names.empty() ? "" : ",") + each.text;
    for (ToolSlug const& each : filter.slugs) names += (names.empty() ? "" : ",") + each.text;
    record("list_tools", names);
    return on_list_tools(filter);
  }
  Result<Tool> get_tool(daemon::ProviderCall const&, ToolSlug const& slug,
                        std::string const& version) override {
    record("get_tool", slug.text);
    return on_get_tool(slug, version);
  }
  Result<std::vector<ToolSlug>> find_tools(daemon::ProviderCall const&, std::string const&,
                                           std::string const& words) override {
    record("find_tools", words);
    return on_find_tools(words);
  }
  Result<std::vector<daemon::AuthConfig>> list_auth_configs(daemon::ProviderCall const&,
                                                            IntegrationSlug const& slug) override {
    record("list_auth_configs", slug.text);
    return on_list_auth_configs(slug);
  }
  Result<daemon::AuthConfig> create_auth_config(daemon::ProviderCall const&,
                                                daemon::AuthConfigRequest const& request) override {
    record("create_auth_config", request.integration.text);
    return on_create_auth_config(request);
  }
  Result<daemon::Link> create_link(daemon::ProviderCall const&, daemon::LinkRequest const& request) override {
    record("create_link", request.auth_config.text);
    return on_create_link(request);
  }
  Result<daemon::Account> create_account(daemon::ProviderCall const&,
                                         daemon::AccountRequest const& request) override {
    record("create_account", request.auth_config.text);
    return on_create_account(request);
  }
  Result<daemon::Account> get_account(daemon::ProviderCall const&, AccountId const& id) override {
    record("get_account", id.text);
    return on_get_account(id);
  }
  Result<std::vector<daemon::Account>> list_accounts(daemon::ProviderCall const&,
                                                     std::string const& user_id) override {
    record("list_accounts", user_id);
    return on_list_accounts();
  }
  Result<void> set_alias(daemon::ProviderCall const&, AccountId const& id,
                         std::string const& alias) override {
    record("set_alias", id.text + " " + alias);
    return on_set_alias(id, alias);
  }
  daemon::ProxyOutcome proxy(daemon::ProviderCall const& call, daemon::ProxyRequest const& request) override {
    record("proxy", request.method + " " + request.endpoint);
    if (on_proxy_call) return on_proxy_call(call);
    if (on_proxy_outcome) return on_proxy_outcome(request);
    daemon::ProxyOutcome outcome;
    outcome.fate = daemon::Fate::answered;
    auto reply = on_proxy(request);
    if (reply) {
      outcome.reply = *std::move(reply);
    } else {
      outcome.error = std::move(reply).error();
    }
    return outcome;
  }
  Result<void> delete_account(daemon::ProviderCall const&, AccountId const& id) override {
    record("delete_account", id.text);
    return on_delete_account(id);
  }
  Result<void> read_file(daemon::ProviderCall const&, daemon::ProxyFile const& file,
                         BodySink const& sink) override {
    record("read_file", file.url);
    return on_read_file(file, sink);
  }
  Result<JsonText> generate_input(daemon::ProviderCall const&, daemon::InputRequest const& request) override {
    record("generate_input", request.tool.text + " " + request.version);
    return on_generate_input(request);
  }
  daemon::ExecuteOutcome execute(daemon::ProviderCall const& call,
                                 daemon::ExecuteRequest const& request) override {
    record("execute", request.tool.text);
    return on_execute(call, request);
  }

 private:
  void record(std::string name, std::string const& argument) {
    std::lock_guard const guard{mutex_};
    calls_.push_back(std::move(name) + " " + argument);
  }

  mutable std::mutex mutex_{};
  std::vector<std::string> calls_{};
};

}  // namespace agenta::test
