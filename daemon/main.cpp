#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "daemon/app/daemon.hpp"
#include "daemon/app/process.hpp"
#include "daemon/app/sandbox_door.hpp"
#include "shared/base/version.hpp"

int main(int argc, char** argv) {
  agenta::daemon::harden_process();
  CLI::App app{"The per-user daemon of agenta-tools. The CLI starts it by itself; see agenta-toolsd(8)."};
  app.set_version_flag("--version", "agenta-toolsd " + std::string{agenta::product_version()});
  app.require_subcommand(1);

  auto* const run = app.add_subcommand("run", "Serve this user's home in the foreground");
  agenta::daemon::RunOptions run_options;
  std::string home;
  bool sandboxed = false;
  run->add_option("--home", home, "The directory to serve instead of the user's own")->type_name("DIR");
  run->add_option("--ready-fd", run_options.ready_fd, "Where to say `ready`, or why not")->type_name("FD");
  run->add_flag("--sandbox", sandboxed, "Work with the embedded sandbox instead of Composio");

  auto* const serve =
      app.add_subcommand("sandbox-serve", "Serve a sandbox for other programs, in the foreground");
  agenta::daemon::SandboxServeOptions serve_options;
  serve->add_option("--port", serve_options.port, "The port on 127.0.0.1; 0 for any free one")
      ->type_name("N");
  serve->add_option("--catalog", serve_options.catalog, "A catalogue to serve instead of the built-in one")
      ->type_name("DIR");
  serve->add_option("--state", serve_options.state_file, "Keep accounts and tool state in this file")
      ->type_name("FILE");

  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    constexpr int kUsage = 2;
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  if (serve->parsed()) return agenta::daemon::serve_sandbox(serve_options);
  if (!home.empty()) run_options.home = home;
  if (sandboxed) run_options.sandboxed = agenta::config::Sandboxed::yes;
  return agenta::daemon::run_daemon(run_options);
}
