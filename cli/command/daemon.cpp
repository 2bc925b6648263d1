#include <unistd.h>

#include "cli/command/commands.hpp"
#include "cli/command/daemon_log.hpp"
#include "cli/command/daemon_process.hpp"
#include "cli/terminal/card.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

std::string member_text(std::string_view document, std::string_view name) {
  auto const json = protocol::find_member(document, name);
  if (!json || *json == "null") return "";
  return protocol::read_string(*json).value_or(std::string{*json});
}

/// How much of the catalogue is here, in a sentence.
std::string catalogue_line(std::string_view document) {
  auto const member = protocol::find_member(document, "catalog");
  auto const status = protocol::decode_catalog_status(member.value_or("{}"));
  if (!member || !status || (status->integrations == 0 && !status->error)) return "";
  std::string line = std::to_string(status->tools) + " tools of " + std::to_string(status->integrations) +
                     " integrations" + (status->complete ? "" : ", not all");
  if (status->refresh_total > 0) {
    line += "; fetching, " + std::to_string(status->refresh_done) + " of " +
            std::to_string(status->refresh_total) + " integrations done";
  }
  if (status->error) line += "; " + status->error->message;
  return line;
}

Result<void> print_status(Context& context, std::string_view title) {
  AGENTA_TRY(auto const reply, context.call(protocol::get_daemon_status()));
  return present(context, reply.body, [&]() -> Result<void> {
    Card card{std::string{title} + ", pid " + member_text(reply.body, "pid")};
    for (char const* name : {"version", "started_at", "socket", "home", "log_file", "composio_url",
                             "sandbox_url", "executions_running", "logins_pending", "callback_port",
                             "idle_exit", "custom_error", "settings_error"}) {
      card.row(replace_all(name, "_", " "), member_text(reply.body, name));
    }
    card.row("catalogue", catalogue_line(reply.body));
    print(context.terminal, card);
    return {};
  });
}

struct StopOptions {
  std::string drain{};
  bool force = false;
};

Result<StopPlan> plan_of(StopOptions const& options) {
  StopPlan plan;
  plan.force = options.force;
  AGENTA_TRY(auto const drain, read_duration("--drain", options.drain));
  if (drain) plan.drain = *drain;
  return plan;
}

Result<void> run_stop(Context& context, StopOptions const& options) {
  AGENTA_TRY(auto const plan, plan_of(options));
  AGENTA_TRY(auto const stopped, stop_daemon(context, plan));
  std::string document = with_member("{}", "stopped", stopped ? "true" : "false");
  document = with_member(document, "pid", stopped ? std::to_string(*stopped) : "null");
  return present(context, document, [&]() -> Result<void> {
    context.terminal.out(stopped ? "The daemon (pid " + std::to_string(*stopped) + ") has stopped.\n"
                                 : std::string{"The daemon is not running.\n"});
    return {};
  });
}

void declare_stop(Syntax& syntax, StopOptions& options) {
  syntax.option("--drain", "DURATION", options.drain, "How long running work may take to end (default: 10s)")
      .flag("--force", options.force, "Kill it where it does not stop");
}

}  // namespace

RunFn add_daemon_run(Syntax& syntax) {
  syntax.note("Runs the daemon here, in the foreground, until it is told to stop.");
  return [](Context& context) { return exec_daemon(context, {"run"}); };
}

RunFn add_daemon_start(Syntax& syntax) {
  syntax.note("Starts the daemon where it is not running. Every command does that by itself.");
  return [](Context& context) { return print_status(context, "The daemon runs"); };
}

RunFn add_daemon_status(Syntax& syntax) {
  syntax.note("Starts the daemon where it is not running, unless --no-autostart is given.");
  return [](Context& context) { return print_status(context, "agenta-toolsd"); };
}

RunFn add_daemon_stop(Syntax& syntax) {
  auto options = std::make_shared<StopOptions>();
  declare_stop(syntax, *options);
  return [options](Context& context) { return run_stop(context, *options); };
}

RunFn add_daemon_restart(Syntax& syntax) {
  auto options = std::make_shared<StopOptions>();
  declare_stop(syntax, *options);
  return [options](Context& context) -> Result<void> {
    AGENTA_TRY(auto const plan, plan_of(*options));
    AGENTA_CHECK(stop_daemon(context, plan));
    return print_status(context, "The daemon has restarted");
  };
}

RunFn add_daemon_logs(Syntax& syntax) {
  auto options = std::make_shared<LogOptions>();
  syntax.flag("-f,--follow", options->follow, "Go on printing what is added, until interrupted")
      .option("-n,--lines", "N", options->lines, "Begin with the last N lines (default: 100)");
  return [options](Context& context) { return print_log(context, *options); };
}

}  // namespace agenta::cli
