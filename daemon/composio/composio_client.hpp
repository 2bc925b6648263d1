#pragma once

#include "daemon/composio/composio_errors.hpp"
#include "daemon/composio/http_pool.hpp"
#include "daemon/composio/search_sessions.hpp"
#include "daemon/core/tool_provider.hpp"

namespace agenta::daemon {

/// Composio's v3.1 API as a provider of tools. It holds nothing but the pool and the sessions it searches in:
/// key and endpoint come with each call. Any thread.
class ComposioClient final : public ToolProvider {
 public:
  explicit ComposioClient(HttpPool& pool) : pool_(pool) {}

  Result<void> verify_key(ProviderCall const& call) override;

  Result<Page<Integration>> list_integrations(ProviderCall const& call,
                                              IntegrationFilter const& filter) override;
  Result<IntegrationDetail> get_integration(ProviderCall const& call, IntegrationSlug const& slug) override;
  Result<Page<Tool>> list_tools(ProviderCall const& call, ToolFilter const& filter) override;
  Result<Tool> get_tool(ProviderCall const& call, ToolSlug const& slug, std::string const& version) override;

  Result<std::vector<ToolSlug>> find_tools(ProviderCall const& call, std::string const& user_id,
                                           std::string const& words) override;

  Result<std::vector<AuthConfig>> list_auth_configs(ProviderCall const& call,
                                                    IntegrationSlug const& slug) override;
  Result<AuthConfig> create_auth_config(ProviderCall const& call, AuthConfigRequest const& request) override;

  Result<Link> create_link(ProviderCall const& call, LinkRequest const& request) override;
  Result<Account> create_account(ProviderCall const& call, AccountRequest const& request) override;
  Result<Account> get_account(ProviderCall const& call, AccountId const& id) override;
  Result<std::vector<Account>> list_accounts(ProviderCall const& call, std::string const& user_id) override;
  Result<void> delete_account(ProviderCall const& call, AccountId const& id) override;
  Result<void> set_alias(ProviderCall const& call, AccountId const& id, std::string const& alias) override;
  ProxyOutcome proxy(ProviderCall const& call, ProxyRequest const& request) override;
  Result<void> read_file(ProviderCall const& call, ProxyFile const& file, BodySink const& sink) override;
  Result<JsonText> generate_input(ProviderCall const& call, InputRequest const& request) override;

  ExecuteOutcome execute(ProviderCall const& call, ExecuteRequest const& request) override;

 private:
  static HttpCall frame(ProviderCall const& call, std::string method, std::string target, std::string body);
  HttpOutcome send(ProviderCall const& call, std::string method, std::string target, std::string body,
                   MayRepeat may_repeat = MayRepeat::no) const;
  Result<HttpReply> ask(ProviderCall const& call, std::string method, std::string target, std::string body,
                        Asked const& asked, Scrubber const& scrubber) const;
  Result<HttpReply> read(ProviderCall const& call, std::string target, Asked const& asked) const;
  Result<std::string> create_search_session(ProviderCall const& call, std::string const& user_id) const;

  HttpPool& pool_;
  SearchSessions sessions_{};
};

}  // namespace agenta::daemon
