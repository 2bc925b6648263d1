#include "daemon/app/services.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <csignal>
#include <future>
#include <utility>

#include "daemon/app/core.hpp"
#include "daemon/app/process.hpp"
#include "daemon/app/service_options.hpp"
#include "shared/base/version.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kSocketCheck{2};
constexpr milliseconds kShutdownCheck{20};
/// What is aborted still has to come back and be journaled.
constexpr std::chrono::seconds kAfterAbort{3};

}  // namespace

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
