#pragma once

#include "cli/command/context.hpp"

/// Every command's door: declares what the command takes and gives the function that runs it.
/// `app/commands.cpp` lists them; each is defined in the file of its noun.
namespace agenta::cli {

RunFn add_connect(Syntax& syntax);
RunFn add_disconnect(Syntax& syntax);
RunFn add_connections_list(Syntax& syntax);
RunFn add_connections_show(Syntax& syntax);
RunFn add_connections_check(Syntax& syntax);
RunFn add_connections_rename(Syntax& syntax);
RunFn add_connections_default(Syntax& syntax);
RunFn add_connections_refresh(Syntax& syntax);
RunFn add_connections_sync(Syntax& syntax);
RunFn add_connections_prune(Syntax& syntax);
RunFn add_connections_cancel(Syntax& syntax);
RunFn add_connections_watch(Syntax& syntax);
RunFn add_integrations_list(Syntax& syntax);
RunFn add_integrations_show(Syntax& syntax);
RunFn add_integrations_search(Syntax& syntax);
RunFn add_integrations_categories(Syntax& syntax);
RunFn add_integrations_refresh(Syntax& syntax);
RunFn add_browse(Syntax& syntax);
RunFn add_tools_list(Syntax& syntax);
RunFn add_tools_show(Syntax& syntax);
RunFn add_tools_search(Syntax& syntax);
RunFn add_tools_schema(Syntax& syntax);
RunFn add_tools_versions(Syntax& syntax);
RunFn add_tools_check(Syntax& syntax);
RunFn add_tools_lint(Syntax& syntax);
RunFn add_execute(Syntax& syntax);
RunFn add_batch(Syntax& syntax);
RunFn add_proxy(Syntax& syntax);
RunFn add_mcp(Syntax& syntax);
RunFn add_session_create(Syntax& syntax);
RunFn add_session_list(Syntax& syntax);
RunFn add_session_show(Syntax& syntax);
RunFn add_session_add(Syntax& syntax);
RunFn add_session_remove(Syntax& syntax);
RunFn add_session_close(Syntax& syntax);
RunFn add_session_socket(Syntax& syntax);
RunFn add_policy_test(Syntax& syntax);
RunFn add_policy_explain(Syntax& syntax);
RunFn add_approvals_list(Syntax& syntax);
RunFn add_approvals_show(Syntax& syntax);
RunFn add_approvals_approve(Syntax& syntax);
RunFn add_approvals_deny(Syntax& syntax);
RunFn add_approvals_revoke(Syntax& syntax);
RunFn add_approvals_watch(Syntax& syntax);
RunFn add_mcp_install(Syntax& syntax);
RunFn add_history_list(Syntax& syntax);
RunFn add_history_show(Syntax& syntax);
RunFn add_history_result(Syntax& syntax);
RunFn add_history_export(Syntax& syntax);
RunFn add_history_verify(Syntax& syntax);
RunFn add_history_replay(Syntax& syntax);
RunFn add_history_gc(Syntax& syntax);
RunFn add_login(Syntax& syntax);
RunFn add_logout(Syntax& syntax);
RunFn add_whoami(Syntax& syntax);
RunFn add_daemon_run(Syntax& syntax);
RunFn add_daemon_start(Syntax& syntax);
RunFn add_daemon_stop(Syntax& syntax);
RunFn add_daemon_restart(Syntax& syntax);
RunFn add_daemon_status(Syntax& syntax);
RunFn add_daemon_logs(Syntax& syntax);
RunFn add_sandbox_serve(Syntax& syntax);
RunFn add_sandbox_faults(Syntax& syntax);
RunFn add_sandbox_reset(Syntax& syntax);
RunFn add_sandbox_clock(Syntax& syntax);
RunFn add_sandbox_consent(Syntax& syntax);
RunFn add_config_list(Syntax& syntax);
RunFn add_config_get(Syntax& syntax);
RunFn add_config_set(Syntax& syntax);
RunFn add_config_unset(Syntax& syntax);
RunFn add_config_path(Syntax& syntax);
RunFn add_api(Syntax& syntax);
RunFn add_agent_help(Syntax& syntax);
RunFn add_completion(Syntax& syntax);
RunFn add_help(Syntax& syntax);
RunFn add_version(Syntax& syntax);

}  // namespace agenta::cli
