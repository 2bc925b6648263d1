#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/tool_provider.hpp"

/// Composio's v3.1 documents and our types. Answers are read tolerantly: unknown fields and enumerators, null
/// where a value may be missing, numbers as texts; an item without its id, or whose slug can be no name of
/// ours, is left out. Schemas keep their bytes. An answer that does not hold what it must is COMPOSIO_ERROR.
/// Any thread.
namespace agenta::daemon {

// The catalogue (catalog_codec.cpp).
Result<Page<Integration>> parse_integrations(std::string_view body);
Result<IntegrationDetail> parse_integration(std::string_view body);
Result<Page<Tool>> parse_tools(std::string_view body);
Result<Tool> parse_tool(std::string_view body);

// The search by meaning (search_codec.cpp).
std::string encode_search_session(std::string const& user_id);
std::string encode_search(std::string const& words);
/// The session's id.
Result<std::string> parse_search_session(std::string_view body);
/// Primary tools before related ones, a hundred at most. An answer that says that the search failed is an
/// error, in its words.
Result<std::vector<ToolSlug>> parse_found_tools(std::string_view body);

// Auth configs and accounts (account_codec.cpp).
Result<Page<AuthConfig>> parse_auth_configs(std::string_view body);
Result<AuthConfig> parse_created_auth_config(std::string_view body);
Result<Link> parse_link(std::string_view body);
Result<Page<Account>> parse_accounts(std::string_view body);
Result<Account> parse_account(std::string_view body);
/// The answer to making an account, which names neither its user nor its auth config: those are the
/// request's.
Result<Account> parse_created_account(std::string_view body, AccountRequest const& request);

std::string encode_auth_config(AuthConfigRequest const& request);
std::string encode_link(LinkRequest const& request);
std::string encode_account(AccountRequest const& request);
std::string encode_alias(std::string const& alias);

// Requests to a service (proxy_codec.cpp).
std::string encode_proxy(ProxyRequest const& request);
/// The body keeps its bytes.
Result<ProxyReply> parse_proxy(std::string_view body);

// Arguments from words (input_codec.cpp).
std::string encode_input(InputRequest const& request);
/// An answer that says that there are none is INVALID_ARGUMENTS, in its words.
Result<JsonText> parse_input(std::string_view body);

// Runs (execute_codec.cpp).
/// `data` keeps its bytes.
Result<ToolResult> parse_tool_result(std::string_view body);
/// The arguments keep their bytes.
std::string encode_execute(ExecuteRequest const& request);

}  // namespace agenta::daemon
