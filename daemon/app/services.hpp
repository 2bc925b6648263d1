#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "daemon/app/browser_login_desk.hpp"
#include "daemon/app/catalog_keeper.hpp"
#include "daemon/app/control_routes.hpp"
#include "daemon/app/dispatcher.hpp"
#include "daemon/app/instance_lock.hpp"
#include "daemon/app/login_desk.hpp"
#include "daemon/app/sandbox_door.hpp"
#include "daemon/app/session_doors.hpp"
#include "daemon/net/unix_listener.hpp"
#include "daemon/store/database.hpp"
#include "shared/config/settings.hpp"
#include "shared/log/log.hpp"

namespace agenta::daemon {

struct Core;

/// The daemon's object graph, built top to bottom and destroyed bottom to top, and its life: serving,
/// noticing a lost socket, reloading, idling out, and the ordered shutdown. Loop thread only.
class Services {
 public:
  /// Opens the log, the database and the socket: once it returns, requests are answered as soon as `run` is
  /// entered. `lock` outlives the services.
  static Result<std::unique_ptr<Services>> open(config::Paths const& paths, config::Sandboxed sandboxed,
                                                config::Settings settings, InstanceLock const& lock);
  ~Services();

  /// Serves until the shutdown is complete.
  void run();

 private:
  Services(config::Paths paths, config::Settings settings, InstanceLock const& lock, log::Log log,
           std::unique_ptr<store::Database> database);
  Result<void> wire(config::Sandboxed sandboxed);
  void make_core();
  Result<void> mend();
  void make_routes();
  void make_doors();
  Result<void> listen();
  void watch_socket();
  void follow_connections();
  void follow_sessions();
  void end_sessions();
  void tidy_when_idle();
  void watch_idleness();
  void watch_signals();
  Result<void> reload();
  DaemonStatus status();
  void begin_shutdown(std::chrono::milliseconds drain, std::string const& why);
  void continue_shutdown();
  void hurry_shutdown();

  config::Paths const paths_;
  config::Settings settings_;
  InstanceLock const& lock_;
  log::Log log_;
  SystemClock const clock_{};
  WallTime const started_at_ = clock_.wall();
  boost::asio::io_context loop_{1};
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<SandboxDoor> sandbox_;
  WaitList waits_{loop_.get_executor()};
  std::unique_ptr<LoginDesk> desk_;
  std::unique_ptr<BrowserLoginDesk> browser_desk_;
  std::unique_ptr<CatalogKeeper> keeper_;
  std::unique_ptr<Core> core_;
  std::unique_ptr<api::Router> router_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<UnixListener> listener_;
  std::unique_ptr<api::Router> session_router_;
  std::unique_ptr<SessionDoors> doors_;
  std::atomic<std::uint64_t> session_order_ = 0;
  boost::asio::signal_set signals_{loop_};
  boost::asio::steady_timer socket_timer_{loop_};
  boost::asio::steady_timer idle_timer_{loop_};
  boost::asio::steady_timer shutdown_timer_{loop_};
  std::optional<SteadyTime> shutdown_deadline_{};
  bool aborted_ = false;
  bool following_ = false;
  bool follow_again_ = false;
  bool ending_ = false;
  SteadyTime tidied_at_{};
  std::stop_source tidying_{};
  std::optional<std::string> settings_error_{};
  // Last, so that their threads are joined before anything they work on goes away.
  WorkerPool local_{"agenta-local", 4};
  WorkerPool provider_workers_;
};

}  // namespace agenta::daemon
