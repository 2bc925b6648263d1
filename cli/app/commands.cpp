#include "cli/app/commands.hpp"

#include <array>
#include <string_view>

#include "cli/command/commands.hpp"

namespace agenta::cli {
namespace {

constexpr std::string_view kConnect = "Connect services";
constexpr std::string_view kRun = "Run tools";
constexpr std::string_view kAgents = "Work with agents";
constexpr std::string_view kAccount = "Composio account";
constexpr std::string_view kOperate = "Operate";
constexpr std::string_view kAbout = "About";

constexpr std::array kCommands{
    Command{"connect", "", kConnect, "Connect an account of a service", Needs::service, add_connect},
    Command{"disconnect", "", kConnect, "Revoke and forget a connection", Needs::service, add_disconnect},
    Command{"connections", "list", kConnect, "List your connections", Needs::service, add_connections_list},
    Command{"connections", "show", kConnect, "Show one connection", Needs::service, add_connections_show},
    Command{"connections", "check", kConnect, "Check that the services still take them", Needs::service,
            add_connections_check},
    Command{"connections", "rename", kConnect, "Give a connection another name", Needs::service,
            add_connections_rename},
    Command{"connections", "default", kConnect, "Make a connection the default of its kind", Needs::service,
            add_connections_default},
    Command{"connections", "refresh", kConnect, "Ask Composio how a connection is", Needs::service,
            add_connections_refresh},
    Command{"connections", "sync", kConnect, "Take over what was done at Composio", Needs::service,
            add_connections_sync},
    Command{"connections", "prune", kConnect, "Clear dead logins away", Needs::service,
            add_connections_prune},
    Command{"connections", "cancel", kConnect, "End a login that is open", Needs::service,
            add_connections_cancel},
    Command{"connections", "watch", kConnect, "Print what happens to connections", Needs::service,
            add_connections_watch},
    Command{"integrations", "list", kConnect, "List the services one can connect", Needs::service,
            add_integrations_list},
    Command{"integrations", "show", kConnect, "Show one service and how it is connected", Needs::service,
            add_integrations_show},
    Command{"integrations", "search", kConnect, "Find a service by words", Needs::service,
            add_integrations_search},
    Command{"integrations", "categories", kConnect, "List the categories of services", Needs::service,
            add_integrations_categories},
    Command{"integrations", "refresh", kConnect, "Fetch the catalogue anew", Needs::service,
            add_integrations_refresh},
    Command{"browse", "", kRun, "Look through services and tools on the whole terminal", Needs::screen,
            add_browse},
    Command{"tools", "list", kRun, "List tools, of a service or all", Needs::service, add_tools_list},
    Command{"tools", "show", kRun, "Show what a tool takes and gives back", Needs::service, add_tools_show},
    Command{"tools", "search", kRun, "Find a tool by words", Needs::service, add_tools_search},
    Command{"tools", "schema", kRun, "Print tools in the format of a model's API", Needs::service,
            add_tools_schema},
    Command{"tools", "versions", kRun, "List the versions of a tool", Needs::service, add_tools_versions},
    Command{"tools", "check", kRun, "Check the file that declares your own tools", Needs::paths,
            add_tools_check},
    Command{"execute", "", kRun, "Run one tool and print its result", Needs::service, add_execute},
    Command{"batch", "", kRun, "Run many calls, a line each", Needs::service, add_batch},
    Command{"proxy", "", kRun, "Make a raw request through a connection", Needs::service, add_proxy},
    Command{"history", "list", kRun, "List what was run", Needs::service, add_history_list},
    Command{"history", "show", kRun, "Show one run with its result", Needs::service, add_history_show},
    Command{"history", "result", kRun, "Print the result of one run", Needs::service, add_history_result},
    Command{"history", "export", kRun, "Print whole records, or their chain of hashes", Needs::service,
            add_history_export},
    Command{"history", "verify", kRun, "Check that nothing of it was altered", Needs::service,
            add_history_verify},
    Command{"history", "replay", kRun, "Run something again", Needs::service, add_history_replay},
    Command{"history", "gc", kRun, "Drop old arguments and results", Needs::service, add_history_gc},
    Command{"session", "list", kAgents, "List your sessions", Needs::service, add_session_list},
    Command{"session", "create", kAgents, "Open a session: tools, their connections, a policy",
            Needs::service, add_session_create},
    Command{"session", "show", kAgents, "Show one session and its tools", Needs::service, add_session_show},
    Command{"session", "add", kAgents, "Add tools to a session", Needs::service, add_session_add},
    Command{"session", "remove", kAgents, "Take tools out of a session", Needs::service, add_session_remove},
    Command{"session", "close", kAgents, "End a session", Needs::service, add_session_close},
    Command{"session", "socket", kAgents, "Print the socket that has only a session", Needs::service,
            add_session_socket},
    Command{"policy", "test", kAgents, "Try a policy on a table of cases", Needs::service, add_policy_test},
    Command{"policy", "explain", kAgents, "Say which rule decides a call", Needs::service,
            add_policy_explain},
    Command{"approvals", "list", kAgents, "List what agents asked to run", Needs::service,
            add_approvals_list},
    Command{"approvals", "show", kAgents, "Show one call that needs approval", Needs::service,
            add_approvals_show},
    Command{"approvals", "approve", kAgents, "Let a call run", Needs::service, add_approvals_approve},
    Command{"approvals", "deny", kAgents, "Refuse a call", Needs::service, add_approvals_deny},
    Command{"approvals", "watch", kAgents, "Ask about each call as it comes", Needs::service,
            add_approvals_watch},
    Command{"login", "", kAccount, "Save your Composio API key", Needs::service, add_login},
    Command{"logout", "", kAccount, "Forget the saved Composio API key", Needs::service, add_logout},
    Command{"whoami", "", kAccount, "Say which Composio key is used", Needs::service, add_whoami},
    Command{"daemon", "status", kOperate, "Say how the daemon is", Needs::service, add_daemon_status},
    Command{"daemon", "start", kOperate, "Start the daemon", Needs::service, add_daemon_start},
    Command{"daemon", "stop", kOperate, "Stop the daemon", Needs::paths, add_daemon_stop},
    Command{"daemon", "restart", kOperate, "Stop the daemon and start it again", Needs::service,
            add_daemon_restart},
    Command{"daemon", "run", kOperate, "Run the daemon in the foreground", Needs::paths, add_daemon_run},
    Command{"daemon", "logs", kOperate, "Print the daemon's log", Needs::paths, add_daemon_logs},
    Command{"config", "list", kOperate, "List the settings in force", Needs::paths, add_config_list},
    Command{"config", "get", kOperate, "Print one setting", Needs::paths, add_config_get},
    Command{"config", "set", kOperate, "Change a setting in your config file", Needs::paths, add_config_set},
    Command{"config", "unset", kOperate, "Put a setting back to its default", Needs::paths, add_config_unset},
    Command{"config", "path", kOperate, "Print where your config file is", Needs::paths, add_config_path},
    Command{"sandbox", "serve", kOperate, "Serve Composio's API offline", Needs::nothing, add_sandbox_serve},
    Command{"sandbox", "faults", kOperate, "Plant, list or clear faults", Needs::service, add_sandbox_faults},
    Command{"sandbox", "reset", kOperate, "Make the sandbox forget all", Needs::service, add_sandbox_reset},
    Command{"sandbox", "clock", kOperate, "Move the sandbox's clock", Needs::service, add_sandbox_clock},
    Command{"sandbox", "consent", kOperate, "Let the sandbox answer its consent pages", Needs::service,
            add_sandbox_consent},
    Command{"api", "", kOperate, "Make a request of the daemon's API", Needs::service, add_api},
    Command{"completion", "", kAbout, "Print a shell completion script", Needs::nothing, add_completion},
    Command{"help", "", kAbout, "Explain a command, or the exit codes", Needs::nothing, add_help},
    Command{"version", "", kAbout, "Print the version", Needs::nothing, add_version},
};

}  // namespace

std::span<Command const> command_table() { return kCommands; }

}  // namespace agenta::cli
