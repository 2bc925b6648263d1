#include "daemon/app/services.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <csignal>
#include <future>
#include <iterator>
#include <tuple>
#include <utility>

#include "daemon/api/routes.hpp"
#include "daemon/app/custom_notice.hpp"
#include "daemon/app/custom_web.hpp"
#include "daemon/app/process.hpp"
#include "daemon/app/service_options.hpp"
#include "daemon/composio/file_storage.hpp"
#include "daemon/core/connect_flow.hpp"
#include "daemon/core/connections.hpp"
#include "daemon/core/custom_tools.hpp"
#include "daemon/core/downloads.hpp"
#include "daemon/core/executions.hpp"
#include "daemon/core/history.hpp"
#include "daemon/core/sessions.hpp"
#include "daemon/core/tool_search.hpp"
#include "daemon/core/uploads.hpp"
#include "daemon/custom/declared_runner.hpp"
#include "shared/base/try.hpp"
#include "shared/base/version.hpp"
#include "shared/protocol/codec_approval.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kSocketCheck{2};
constexpr milliseconds kShutdownCheck{20};
/// Threads for what may ask Composio beside the executions that are out: planning further ones among it.
constexpr std::size_t kOtherWork = 16;
/// What is aborted still has to come back and be journaled.
constexpr std::chrono::seconds kAfterAbort{3};

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

/// Stores first, use cases after what they use.
struct Services::Core {
  struct Options {
    Credentials::Options credentials{};
    std::filesystem::path credential_file{};
    store::KeyringProcess::Options keyring{};
    std::string session_bus{};
    DeclaredRunner::Options custom_runner{};
    CustomTools::Options custom{};
    Executions::Options executions{};
    ResultFiles::Options results{};
    History::Options history{};
    ProxyRequests::Options proxies{};
    ConnectionChecks::Options checks{};
    CatalogShelf::Options shelf{};
    Catalog::Options catalog{};
    std::function<void()> connection_changed{};
    std::function<void()> session_changed{};
    Sessions::Options sessions{};
    Approvals::Options approvals{};
    std::filesystem::path spool{};
  };
  Core(store::Database& database, Options options, LoginWatcher& watcher,
       BrowserLoginWatcher& browser_watcher, Clock const& clock)
      : projects(database),
        connections(database, std::move(options.connection_changed)),
        auth_config_store(database),
        journal(database),
        credential_file(std::move(options.credential_file)),
        keyring(std::move(options.keyring)),
        safe(credential_file, keyring, std::move(options.session_bus)),
        auth_configs(auth_config_store, composio, clock, options.credentials.fingerprint),
        credentials(safe, composio, accounts, std::move(options.credentials)),
        browser_logins(credentials, accounts, browser_watcher, clock),
        runner(web, std::move(options.custom_runner)),
        custom(runner, std::move(options.custom)),
        shelf(std::move(options.shelf)),
        catalog(composio, clock, shelf, with_custom(std::move(options.catalog))),
        search(catalog, composio),
        results(std::move(options.results)),
        session_store(database, std::move(options.session_changed)),
        sessions(projects, connections, session_store, catalog, credentials, clock,
                 std::move(options.sessions)),
        approval_store(database),
        approvals(projects, approval_store, clock, with_waiting(std::move(options.approvals))),
        connected(projects, connections, turns, credentials, composio, clock, &sessions),
        policies(catalog, credentials, sessions, connected),
        flow(projects, connections, turns, auth_configs, catalog, credentials, composio, watcher, clock),
        spool(std::move(options.spool)),
        uploads(spool, files, clock, {}),
        recent_files(clock),
        executions(projects, connections, journal, catalog, credentials, composio, clock,
                   with_rooms(std::move(options.executions))),
        downloads({projects, executions, credentials, spool, files, recent_files}),
        history(database, journal, clock, dropping_files(std::move(options.history))),
        proxies(projects, connections, catalog, credentials, composio, executions, clock,
                with_sessions(std::move(options.proxies))),
        inputs(catalog, credentials, composio, clock),
        checks(connections, connected, catalog, credentials, composio, executions, clock,
               std::move(options.checks)),
        sync(projects, connections, turns, catalog, credentials, composio, checks, clock),
        batch_store(database),
        batches(projects, batch_store, clock) {}

  Catalog::Options with_custom(Catalog::Options more) {
    more.custom = &custom;
    return more;
  }
  History::Options dropping_files(History::Options more) {
    more.drop_file = [this](ResultFile const& file) { results.remove(file); };
    more.digest_file = [this](ExecutionId const& id, std::stop_token const& stop) {
      return results.digest(id, stop);
    };
    return more;
  }
  Approvals::Options with_waiting(Approvals::Options more) {
    more.changed = [this, tell = std::move(more.changed)](ApprovalId const& id) {
      executions.approval_changed(id);
      tell(id);
    };
    more.approved = [this](Approval const& approval) {
      store::SessionNote note;
      note.change = SessionChange::approved;
      note.at = approval.decided_at.value_or(approval.created_at);
      note.detail.text = protocol::encode_own_approval(approval);
      (void)session_store.record(approval.session, note);  // it counts all the same
    };
    return more;
  }
  ProxyRequests::Options with_sessions(ProxyRequests::Options more) {
    more.sessions = &sessions;
    return more;
  }
  Executions::Options with_rooms(Executions::Options more) {
    more.results = &results;
    more.files = &uploads;
    more.sessions = &sessions;
    more.approvals = &approvals;
    more.returned = [this](Execution const& execution) { recent_files.remember(execution); };
    more.run_custom = [this](auto const& call, auto const& request) { return custom.execute(call, request); };
    return more;
  }

  store::ProjectStore projects;
  store::ConnectionStore connections;
  store::AuthConfigStore auth_config_store;
  store::ExecutionJournal journal;
  store::CredentialFile credential_file;
  store::KeyringProcess keyring;
  KeySafe safe;
  HttpPool http;
  ComposioClient composio{http};
  AuthConfigs auth_configs;
  ComposioAccounts accounts{http};
  Credentials credentials;
  BrowserLogins browser_logins;
  CustomWeb web{http};
  DeclaredRunner runner;
  CustomTools custom;
  CatalogShelf shelf;
  Catalog catalog;
  ToolSearch search;
  ResultFiles results;
  store::SessionStore session_store;
  Sessions sessions;
  store::ApprovalStore approval_store;
  Approvals approvals;
  ConnectionTurns turns;
  Connections connected;
  Policies policies;
  ConnectFlow flow;
  ComposioFiles files{http};
  Spool spool;
  Uploads uploads;
  RecentFiles recent_files;
  Executions executions;
  Downloads downloads;
  History history;
  ProxyRequests proxies;
  ToolInputs inputs;
  ConnectionChecks checks;
  ConnectionSync sync;
  store::BatchStore batch_store;
  Batches batches;
};

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

  AGENTA_TRY(int const recovered, core_->journal.recover(clock_.wall()));
  if (recovered > 0) log_.warn("journal.recovered", {{"executions", std::to_string(recovered)}});
  core_->results.sweep([this](ExecutionId const& id) {
    auto const found = core_->journal.find(id);
    return !found || (*found && (*found)->result_file);  // unreadable: not known to be an orphan
  });
  AGENTA_CHECK(core_->approvals.withdraw_left_behind());
  AGENTA_CHECK(core_->flow.forget_unmade());
  core_->spool.clear();

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
  add(api::approval_routes(core_->approvals));
  for (api::Route& route : routes) tell_problem_of(core_->custom, route);
  add(api::account_routes(core_->credentials, core_->browser_logins, *keeper_));
  router_ = std::make_unique<api::Router>(std::move(routes));
  session_router_ = std::make_unique<api::Router>(
      api::session_door_routes(router_->routes(), core_->sessions, core_->connected, core_->credentials));

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
  return {};
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

void Services::run() {
  log_.info("daemon.start", {{"pid", std::to_string(::getpid())},
                             {"version", std::string{build_id()}},
                             {"socket", paths_.socket().string()}});
  watch_signals();
  watch_socket();
  watch_idleness();
  // The saved key may be in a keyring that takes its time.
  local_.post([this] {
    if (auto const resumed = core_->flow.resume_pending(Caller{}); !resumed)
      log_.info("logins.not_resumed", {{"why", resumed.error().message}});
    auto identity = core_->credentials.identify(Caller{});
    if (!identity) return;
    boost::asio::post(loop_, [this, access = std::move(identity->access)]() mutable {
      if (!shutdown_deadline_) keeper_->start(std::move(access));
    });
  });
  loop_.run();
  log_.info("daemon.stop", {{"pid", std::to_string(::getpid())}});
}

/// A socket that was deleted or replaced is bound again while the lock is ours; without the lock this home
/// has another owner, and its socket is not to be touched.
void Services::watch_socket() {
  socket_timer_.expires_after(kSocketCheck);
  socket_timer_.async_wait([this](boost::system::error_code error) {
    if (error || shutdown_deadline_) return;
    if (!lock_.still_held()) {
      log_.error("daemon.lock_lost", {{"lock", paths_.daemon_lock().string()}});
      listener_->abandon();
      begin_shutdown(settings_.duration("daemon.drain"), "the lock file was taken away");
      return;
    }
    if (!listener_->in_place()) {
      log_.warn("socket.lost", {{"socket", paths_.socket().string()}});
      if (auto const again = listen(); !again)
        log_.error("socket.not_rebound", {{"why", again.error().message}});
    }
    core_->uploads.tidy();
    end_sessions();
    doors_->look_after();
    tidy_when_idle();
    watch_socket();
  });
}

/// What becomes of connections becomes of the sessions that are bound to them. A crowd of changes is followed
/// once.
void Services::follow_connections() {
  if (following_ || shutdown_deadline_) {
    follow_again_ = true;
    return;
  }
  following_ = true;
  follow_again_ = false;
  local_.post([this] {
    auto const followed = core_->sessions.follow_connections();
    boost::asio::post(loop_, [this, why = followed ? std::string{} : followed.error().message] {
      if (!why.empty()) log_.warn("sessions.not_followed", {{"why", why}});
      following_ = false;
      if (follow_again_) follow_connections();
    });
  });
}

/// Gives sessions that were opened their sockets, and takes those of ended ones away, before whoever opened
/// or ended them is answered. On a worker's thread.
void Services::follow_sessions() {
  constexpr std::chrono::seconds kPatience{2};
  auto const order = ++session_order_;
  auto open = core_->sessions.list_open();
  if (!open) {
    log_.warn("sessions.not_followed", {{"why", open.error().message}});
    return;
  }
  auto done = std::make_shared<std::promise<void>>();
  auto const followed = done->get_future();
  boost::asio::post(loop_, [this, order, done, all = std::move(*open)] {
    doors_->follow(all, order);
    done->set_value();
  });
  followed.wait_for(kPatience);
  // What was asked in a session that is over needs no answer.
  if (auto const ended = core_->approvals.expire_due(); !ended)
    log_.warn("approvals.not_ended", {{"why", ended.error().message}});
}

/// Sessions whose time is over.
void Services::end_sessions() {
  if (ending_) return;
  ending_ = true;
  local_.post([this] {
    auto ended = core_->sessions.expire_due();
    if (ended) ended = core_->approvals.expire_due();
    boost::asio::post(loop_, [this, why = ended ? std::string{} : ended.error().message] {
      if (!why.empty()) log_.warn("sessions.not_ended", {{"why", why}});
      ending_ = false;
    });
  });
}

/// Caches that only speed up the next call are given back once nobody has called for a while.
void Services::tidy_when_idle() {
  constexpr std::chrono::seconds kQuiet{5};
  SteadyTime const idle_since = dispatcher_->last_activity();
  bool const busy = dispatcher_->active() > 0 || keeper_->busy();
  if (busy || tidied_at_ > idle_since || clock_.steady() - idle_since < kQuiet) return;
  tidied_at_ = clock_.steady();
  local_.post([this] {
    core_->shelf.release_memory();
    if (auto const dropped = core_->history.tidy(tidying_.get_token()); dropped && dropped->executions > 0) {
      log_.info("history.cleaned", {{"executions", std::to_string(dropped->executions)},
                                    {"bytes", std::to_string(dropped->bytes)}});
    }
    release_memory();
  });
}

/// Idle: no request, no execution, no login, no open session, and none for as long as the setting says: who
/// works in a session cannot start a daemon. The clock is the
/// monotonic one: neither a changed date nor a night's sleep counts.
void Services::watch_idleness() {
  milliseconds const limit = settings_.duration("daemon.idle_exit");
  if (limit.count() == 0) return;
  bool const busy = dispatcher_->active() > 0 || core_->executions.running() > 0 || desk_->pending() > 0 ||
                    browser_desk_->pending() > 0 || keeper_->busy() || doors_->count() > 0;
  SteadyTime const idle_since = dispatcher_->last_activity();
  SteadyTime const now = clock_.steady();
  if (!busy && now - idle_since >= limit) {
    begin_shutdown(settings_.duration("daemon.drain"), "idle");
    return;
  }
  milliseconds const left = std::chrono::ceil<milliseconds>(idle_since + limit - now);
  idle_timer_.expires_after(busy ? limit : left);
  idle_timer_.async_wait([this](boost::system::error_code error) {
    if (!error && !shutdown_deadline_) watch_idleness();
  });
}

void Services::watch_signals() {
  for (int const number : {SIGTERM, SIGINT, SIGHUP}) signals_.add(number);
  signals_.async_wait([this](boost::system::error_code error, int number) {
    if (error) return;
    watch_signals();
    if (number == SIGHUP) {
      if (auto const reloaded = reload(); !reloaded)
        log_.error("settings.kept", {{"why", reloaded.error().message}});
    } else if (shutdown_deadline_) {
      hurry_shutdown();
    } else {
      begin_shutdown(settings_.duration("daemon.drain"), number == SIGTERM ? "SIGTERM" : "SIGINT");
    }
  });
}

/// All of the new settings, or all of the old.
Result<void> Services::reload() {
  auto fresh = config::Settings::load(paths_, config::process_environment(), {}, {});
  if (!fresh) {
    settings_error_ = fresh.error().message;
    return fail(std::move(fresh).error());
  }
  settings_ = std::move(*fresh);
  settings_error_.reset();
  log_.set_level(log_options(paths_, settings_).level);
  core_->custom.reload();
  idle_timer_.cancel();
  watch_idleness();
  log_.info("settings.reloaded", {});
  return {};
}

DaemonStatus Services::status() {
  DaemonStatus status;
  status.pid = ::getpid();
  status.started_at = started_at_;
  status.socket = paths_.socket().string();
  status.home = paths_.home.string();
  status.database = paths_.database().string();
  status.log_file = paths_.log_file().string();
  status.base_url = sandbox_ ? sandbox_->base_url() : settings_.text("composio.base_url");
  if (sandbox_) status.sandbox_url = sandbox_->base_url();
  status.connections_open = server_->open();
  status.executions_running = core_->executions.running();
  status.logins_pending = desk_->pending() + browser_desk_->pending();
  status.callback_port = desk_->door().port();
  status.idle_exit = settings_.duration("daemon.idle_exit");
  status.catalog = keeper_->last_status();
  status.settings_error = settings_error_;
  if (auto const problem = core_->custom.problem()) status.custom_error = problem->message;
  return status;
}

/// Stop accepting; let what runs come to its end, within the drain; then cut it off, journal it, and go.
void Services::begin_shutdown(milliseconds drain, std::string const& why) {
  if (shutdown_deadline_) return;
  log_.info("daemon.stopping", {{"why", why}, {"drain_ms", std::to_string(drain.count())}});
  shutdown_deadline_ = clock_.steady() + drain;
  listener_->close();
  desk_->stop();
  browser_desk_->stop();
  keeper_->stop();
  tidying_.request_stop();
  waits_.close();
  server_->drain();
  doors_->drain();
  socket_timer_.cancel();
  idle_timer_.cancel();
  continue_shutdown();
}

void Services::continue_shutdown() {
  SteadyTime const now = clock_.steady();
  bool const quiet = server_->busy() + doors_->busy() == 0 && core_->executions.running() == 0;
  if (quiet || (aborted_ && now >= *shutdown_deadline_ + kAfterAbort)) {
    server_->close_all();
    doors_->close_all();
    loop_.stop();
    return;
  }
  if (!aborted_ && now >= *shutdown_deadline_) {
    aborted_ = true;
    log_.warn("daemon.aborting", {{"executions", std::to_string(core_->executions.running())}});
    core_->executions.abort_all();
    dispatcher_->end_pauses();
    core_->http.abort_all();
  }
  shutdown_timer_.expires_after(kShutdownCheck);
  shutdown_timer_.async_wait([this](boost::system::error_code error) {
    if (!error) continue_shutdown();
  });
}

void Services::hurry_shutdown() { shutdown_deadline_ = std::min(*shutdown_deadline_, clock_.steady()); }

}  // namespace agenta::daemon
