#include "daemon/app/daemon.hpp"

#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>
#include <utility>

#include "daemon/app/instance_lock.hpp"
#include "daemon/app/process.hpp"
#include "daemon/app/services.hpp"
#include "shared/base/try.hpp"
#include "shared/config/settings.hpp"
#include "shared/protocol/error_table.hpp"

namespace agenta::daemon {
namespace {

Result<config::Paths> paths_for(RunOptions const& options) {
  AGENTA_TRY(auto paths, config::find_paths(config::process_environment(), options.sandboxed));
  if (options.home) paths.home = *options.home;
  return paths;
}

Result<void> run(RunOptions const& options, ReadyPipe& pipe) {
  AGENTA_TRY(auto const paths, paths_for(options));
  AGENTA_TRY(auto lock, InstanceLock::take(paths));
  AGENTA_TRY(auto settings, config::Settings::load(paths, config::process_environment(), {}, {}));
  AGENTA_TRY(auto services, Services::open(paths, options.sandboxed, std::move(settings), lock));
  AGENTA_CHECK(lock.record(paths));
  pipe.ready();
  services->run();
  services.reset();
  lock.clear();
  return {};
}

}  // namespace

int run_daemon(RunOptions const& options) {
  ReadyPipe pipe{options.ready_fd};
  Result<void> result;
  try {
    result = run(options, pipe);
  } catch (std::exception const& failure) {  // such as too few descriptors for the loop
    result = fail(ErrorCode::daemon_unavailable, std::string{"the daemon cannot run: "} + failure.what());
  }
  if (result) return 0;
  pipe.failed(result.error());
  if (options.ready_fd < 0) std::fprintf(stderr, "agenta-toolsd: %s\n", result.error().message.c_str());
  return protocol::row_of(result.error().code).exit_code;
}

}  // namespace agenta::daemon
