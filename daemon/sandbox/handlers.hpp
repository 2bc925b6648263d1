#pragma once

#include "daemon/sandbox/request.hpp"
#include "daemon/sandbox/world.hpp"

/// One function for each route of the API; `api.cpp` holds the table. Each answers under the sandbox's lock.
namespace agenta::daemon::sandbox {

using Reply = ApiResult<HttpResponse>;

Reply list_toolkits(World& world, Request const& request);
Reply get_toolkit(World& world, Request const& request);
Reply list_toolkits_by_slug(World& world, Request const& request);
Reply list_categories(World& world, Request const& request);

Reply list_tools(World& world, Request const& request);
Reply get_tool(World& world, Request const& request);
Reply list_tool_slugs(World& world, Request const& request);
Reply execute_tool(World& world, Request const& request);
Reply generate_input(World& world, Request const& request);
Reply proxy_request(World& world, Request const& request);

Reply list_auth_configs(World& world, Request const& request);
Reply create_auth_config(World& world, Request const& request);
Reply get_auth_config(World& world, Request const& request);
Reply update_auth_config(World& world, Request const& request);
Reply set_auth_config_status(World& world, Request const& request);
Reply delete_auth_config(World& world, Request const& request);

Reply list_accounts(World& world, Request const& request);
Reply create_account(World& world, Request const& request);
Reply link_account(World& world, Request const& request);
Reply get_account(World& world, Request const& request);
Reply patch_account(World& world, Request const& request);
Reply set_account_status(World& world, Request const& request);
Reply refresh_account(World& world, Request const& request);
Reply revoke_account(World& world, Request const& request);
Reply delete_account(World& world, Request const& request);

Reply get_session_info(World& world, Request const& request);
Reply list_organisations(World& world, Request const& request);
Reply list_projects(World& world, Request const& request);
Reply create_cli_session(World& world, Request const& request);
Reply get_cli_session(World& world, Request const& request);

Reply request_upload(World& world, Request const& request);

Reply create_tool_session(World& world, Request const& request);
Reply get_tool_session(World& world, Request const& request);
Reply delete_tool_session(World& world, Request const& request);
Reply search_tool_session(World& world, Request const& request);

/// The hosted page and its two buttons: `/link/…`.
HttpResponse answer_link(World& world, HttpRequest const& request);
/// The page on which somebody lets a program log in, and its two buttons: `/dashboard…`.
HttpResponse answer_dashboard(World& world, HttpRequest const& request);
/// The bytes that a proxied request was answered with: `/answers/…`.
HttpResponse answer_kept(World& world, HttpRequest const& request);
/// Where signed URLs lead: `/storage/…`.
HttpResponse answer_storage(World& world, HttpRequest const& request);
/// `/_sandbox/files`: what is in the storage, and with POST a file more.
Reply control_files(World& world, std::string_view method, nlohmann::json const& body);
/// The sandbox's own controls: `/_sandbox/…`.
HttpResponse answer_control(World& world, HttpRequest const& request);
/// `/_sandbox/catalog`: a new version of a toolkit while clients hold the old one.
Reply control_catalog(World& world, std::string_view method, nlohmann::json const& body);
/// Everything under `/api/`: version, key, route, planted faults.
HttpResponse answer_api(World& world, HttpRequest const& request);

/// The tool-router session that the path names; 404 where the request's project has none such.
ApiResult<ToolSession*> get_named_session(World& world, Request const& request);
/// Refuses an account whose status keeps tools and the proxy from using it.
ApiResult<void> check_active(Account const& account);
/// The account that an execution's body is about, if there is one; no refusals, nothing changes.
Account* find_meant_account(World& world, Request const& request);

}  // namespace agenta::daemon::sandbox
