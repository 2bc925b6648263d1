#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <iterator>
#include <tuple>
#include <utility>

#include "daemon/api/routes.hpp"
#include "daemon/app/core.hpp"
#include "daemon/app/custom_notice.hpp"
#include "daemon/app/service_options.hpp"
#include "daemon/app/services.hpp"
#include "shared/base/try.hpp"

// How the daemon is put together: what each part is told, and who is told what of whom.
namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;

/// Threads for what may ask Composio beside the executions that are out: planning further ones among it.
constexpr std::size_t kOtherWork = 16;

std::string user_name() {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> buffer{};
  if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return {};
  return entry.pw_name;
}

std::string host_name() {
  std::array<char, 256> buffer{};
  ::gethostname(buffer.data(), buffer.size() - 1);
  return buffer.data();
}

Result<log::Log> open_log(config::Paths const& paths, config::Settings const& settings) {
  auto opened = log::open(log_options(paths, settings));
  if (!opened) return fail(error_from(opened.error(), ErrorCode::storage_unavailable));
  return std::move(*opened);
}

}  // namespace

Services::Services(config::Paths paths, config::Settings settings, InstanceLock const& lock, log::Log log,
                   std::unique_ptr<store::Database> database)
    : paths_(std::move(paths)),
      settings_(std::move(settings)),
      lock_(lock),
      log_(std::move(log)),
      database_(std::move(database)),
      provider_workers_("agenta-composio", static_cast<std::size_t>(settings_.integer("limits.in_flight") +
                                                                    settings_.integer("custom.in_flight")) +
                                               kOtherWork) {}

Services::~Services() = default;

Result<std::unique_ptr<Services>> Services::open(config::Paths const& paths, config::Sandboxed sandboxed,
                                                 config::Settings settings, InstanceLock const& lock) {
  AGENTA_TRY(auto log, open_log(paths, settings));
  auto database = store::Database::open(paths.database());
  if (!database) {
    log.error("daemon.no_database", {{"why", database.error().message}});
    return fail(std::move(database).error());
  }
  std::unique_ptr<Services> services{
      new Services{paths, std::move(settings), lock, std::move(log), std::move(database).value()}};
  AGENTA_CHECK(services->wire(sandboxed));
  AGENTA_CHECK(services->listen());
  AGENTA_TRY(auto const open, services->core_->sessions.list_open());
  services->doors_->follow(open, ++services->session_order_);
  return services;
}

Result<void> Services::wire(config::Sandboxed sandboxed) {
  if (sandboxed == config::Sandboxed::yes) {
    sandbox::Options options;
    options.state_file = paths_.sandbox_state();
    AGENTA_TRY(auto sandbox, sandbox::Sandbox::open(std::move(options), clock_));
    AGENTA_TRY(sandbox_,
               SandboxDoor::reopen(loop_.get_executor(), std::move(sandbox), paths_.sandbox_port()));
  }
  LoginDesk::Options desk_options;
  desk_options.callback = settings_.boolean("connect.callback");
  std::tie(desk_options.door.first_port, desk_options.door.last_port) =
      settings_.ports("connect.callback_port");
  desk_ = std::make_unique<LoginDesk>(loop_, provider_workers_, waits_, log_, desk_options);
  browser_desk_ = std::make_unique<BrowserLoginDesk>(loop_, provider_workers_, waits_, log_);
  keeper_ = std::make_unique<CatalogKeeper>(loop_, provider_workers_, log_, clock_,
                                            keeper_options(settings_, paths_));
  make_core();
  AGENTA_CHECK(mend());
  make_routes();
  make_doors();
  return {};
}

/// The use cases, and those who wait for them and are told by them.
void Services::make_core() {
  Core::Options options;
  options.credentials = credential_options(settings_, sandbox_.get(), database_->salt());
  options.credential_file = paths_.credentials();
  options.keyring = keyring_options(paths_);
  options.session_bus = own_session_bus();
  options.executions = execution_options(settings_, sandbox_.get());
  options.results = result_options(settings_, paths_);
  options.history.keep_for = settings_.duration("history.keep_for");
  options.history.keep_rows = settings_.integer("history.keep_rows");
  options.proxies = proxy_options(options.executions, paths_);
  options.executions.wake = [this](std::string const& key) {
    boost::asio::post(loop_, [this, key] { dispatcher_->wake(key); });
  };
  options.checks.proves_dead_credential = options.executions.proves_dead_credential;
  options.custom_runner = runner_options();
  options.custom = custom_options(settings_, paths_, log_);
  options.shelf = shelf_options(paths_);
  options.catalog = catalog_options(settings_, *keeper_);
  options.spool = paths_.spool_dir();
  options.approvals.timeout = settings_.duration("approvals.timeout");
  options.approvals.changed = [this](ApprovalId const& id) {
    boost::asio::post(loop_, [this, key = approval_key(id)] {
      waits_.notify(key);
      waits_.notify(std::string{api::kApprovalChanges});
      dispatcher_->wake(key);
    });
  };
  options.connection_changed = [this] {
    if (core_) core_->sessions.note_connections_changed();
    boost::asio::post(loop_, [this] {
      waits_.notify(std::string{api::kConnectionChanges});
      follow_connections();
    });
  };
  options.session_changed = [this] {
    boost::asio::post(loop_, [this] { waits_.notify(std::string{api::kSessionChanges}); });
  };
  options.sessions.socket_of = [directory = paths_.sessions_dir()](std::string_view project,
                                                                   Session const& session) {
    return (directory / SessionDoors::file_name(project, session)).string();
  };
  options.sessions.opened_or_ended = [this] { follow_sessions(); };
  core_ = std::make_unique<Core>(*database_, std::move(options), *desk_, *browser_desk_, clock_);
  desk_->attach(core_->flow);
  browser_desk_->attach(core_->browser_logins);
  keeper_->attach(core_->catalog, core_->shelf);
}

/// What the last daemon left unfinished.
Result<void> Services::mend() {
  AGENTA_TRY(int const recovered, core_->journal.recover(clock_.wall()));
  if (recovered > 0) log_.warn("journal.recovered", {{"executions", std::to_string(recovered)}});
  core_->results.sweep([this](ExecutionId const& id) {
    auto const found = core_->journal.find(id);
    return !found || (*found && (*found)->result_file);  // unreadable: not known to be an orphan
  });
  AGENTA_CHECK(core_->approvals.withdraw_left_behind());
  AGENTA_CHECK(core_->flow.forget_unmade());
  core_->spool.clear();
  return {};
}

void Services::make_routes() {
  Controls controls;
  controls.status = [this] { return status(); };
  controls.shut_down = [this](std::optional<milliseconds> drain) {
    begin_shutdown(drain.value_or(settings_.duration("daemon.drain")), "asked");
  };
  controls.reload = [this] { return reload(); };
  controls.sandbox_changed = [this] { core_->executions.forget_rates(); };
  controls.sandbox = sandbox_ ? &sandbox_->sandbox() : nullptr;
  std::vector<api::Route> routes = control_routes(std::move(controls));
  auto const add = [&routes](std::vector<api::Route> more) {
    std::ranges::move(more, std::back_inserter(routes));
  };
  add(api::catalog_routes({.catalog = core_->catalog,
                           .search = core_->search,
                           .connections = core_->connected,
                           .credentials = core_->credentials,
                           .refresher = *keeper_,
                           .sessions = &core_->sessions}));
  add(api::connection_routes({.flow = core_->flow,
                              .connections = core_->connected,
                              .checks = core_->checks,
                              .sync = core_->sync,
                              .credentials = core_->credentials,
                              .watcher = *desk_}));
  add(api::execution_routes(core_->executions));
  add(api::file_routes(core_->uploads, core_->downloads));
  add(api::proxy_routes(core_->proxies));
  add(api::input_routes(core_->inputs));
  add(api::history_routes(core_->history, core_->executions));
  add(api::batch_routes(core_->batches));
  add(api::session_routes(core_->sessions));
  add(api::policy_routes(core_->policies));
  add(api::approval_routes(core_->approvals, core_->sessions));
  for (api::Route& route : routes) tell_problem_of(core_->custom, route);
  add(api::account_routes(core_->credentials, core_->browser_logins, *keeper_));
  router_ = std::make_unique<api::Router>(std::move(routes));
  session_router_ = std::make_unique<api::Router>(
      api::session_door_routes(router_->routes(), core_->sessions, core_->connected, core_->credentials));
}

/// The daemon's own, which `listen` binds, and those of sessions.
void Services::make_doors() {
  Dispatcher::Options door;
  door.sandbox_flag = sandbox_ ? "--sandbox" : "";
  door.user = user_name();
  door.host = host_name();
  dispatcher_ =
      std::make_unique<Dispatcher>(*router_, local_, provider_workers_, waits_, log_, std::move(door));
  server_ = std::make_unique<HttpServer>(loop_.get_executor(), server_options(settings_),
                                         [this](HttpRequest request, HttpPeer peer) {
                                           return dispatcher_->handle(std::move(request), std::move(peer));
                                         });
  doors_ = std::make_unique<SessionDoors>(
      loop_.get_executor(), paths_.sessions_dir(), server_options(settings_), *session_router_,
      [this](HttpRequest request, HttpPeer peer, std::shared_ptr<SessionEntrance const> by) {
        return dispatcher_->handle(std::move(request), std::move(peer), std::move(by));
      },
      log_);
}

Result<void> Services::listen() {
  UnixListener::Events events;
  events.accepted = [this](StreamSocket socket, Peer peer) { server_->adopt(std::move(socket), peer); };
  events.refused = [this](Peer peer) {
    log_.warn("socket.refused", {{"uid", std::to_string(peer.uid)}, {"pid", std::to_string(peer.pid)}});
  };
  auto bound = UnixListener::bind(loop_.get_executor(), paths_.socket(), std::move(events));
  if (!bound) return fail(error_from(bound.error(), ErrorCode::daemon_unavailable));
  listener_ = std::move(*bound);
  return {};
}

}  // namespace agenta::daemon
