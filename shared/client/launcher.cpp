#include "shared/client/launcher.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "shared/base/private_dir.hpp"
#include "shared/base/try.hpp"
#include "shared/base/unique_fd.hpp"
#include "shared/base/version.hpp"
#include "shared/client/daemon_process.hpp"
#include "shared/client/daemon_socket.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::client {
namespace {

using std::chrono::milliseconds;

/// How often a lock or a socket that is not there yet is looked at again.
constexpr milliseconds kInterval{10};
/// What running work of an older daemon gets to finish in before it is replaced.
constexpr milliseconds kDrain{10'000};
/// And what its process gets, beyond that, to be gone.
constexpr milliseconds kDeparture{5'000};

milliseconds left_until(SteadyTime deadline) {
  auto const left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
  return std::max(left, milliseconds{0});
}

bool nobody_serves(Reach reach) { return reach == Reach::refused || reach == Reach::absent; }

Result<UniqueFd> open_lock_file(std::filesystem::path const& path) {
  constexpr mode_t kOwnerOnly = 0600;
  UniqueFd fd{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly)};
  if (!fd)
    return fail(
        error_from(OsError{errno, "open the lock file " + path.string()}, ErrorCode::daemon_unavailable));
  return fd;
}

/// Takes the lock without waiting; false where another holds it.
Result<bool> try_lock(UniqueFd const& fd, std::filesystem::path const& path) {
  for (;;) {
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return true;
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) return fail(error_from(OsError{errno, "lock " + path.string()}));
  }
}

enum class GiveWay : bool { no, yes };

Error interrupted() {
  Error error;
  error.code = ErrorCode::cancelled;
  error.message = "interrupted while waiting for the daemon; nothing was sent";
  return error;
}

/// The right to start or replace the daemon: one program at a time has it. Nothing where a daemon came to
/// serve `client` while this one waited, if `give_way` allows that.
Result<std::optional<UniqueFd>> take_start_lock(DaemonClient& client, config::Paths const& paths,
                                                SteadyTime deadline, std::stop_token const& stop,
                                                GiveWay give_way) {
  if (auto const directory = open_private_dir(paths.run_dir()); !directory)
    return fail(error_from(directory.error()));
  AGENTA_TRY(UniqueFd fd, open_lock_file(paths.start_lock()));
  for (;;) {
    AGENTA_TRY(bool const locked, try_lock(fd, paths.start_lock()));
    if (locked) return std::optional<UniqueFd>{std::move(fd)};
    if (give_way == GiveWay::yes && client.connect(milliseconds{0}, stop)) return std::optional<UniqueFd>{};
    if (left_until(deadline).count() == 0) {
      return fail(
          ErrorCode::daemon_unavailable,
          "another program has been starting the daemon for long: it holds " + paths.start_lock().string());
    }
    if (stop.stop_requested()) return fail(interrupted());
    std::this_thread::sleep_for(kInterval);
  }
}

/// What is at the socket's path, where nobody answers. Only a socket may be removed.
Result<void> remove_stale_socket(std::filesystem::path const& socket) {
  struct stat info {};
  if (::lstat(socket.c_str(), &info) != 0) {
    if (errno == ENOENT) return {};
    return fail(error_from(OsError{errno, "inspect " + socket.string()}));
  }
  if (!S_ISSOCK(info.st_mode)) {
    return fail(ErrorCode::daemon_unavailable,
                "there is something else than a socket at " + socket.string() +
                    ", where the daemon's socket goes; it was left as it is. Move it away");
  }
  if (::unlink(socket.c_str()) != 0 && errno != ENOENT) {
    return fail(error_from(OsError{errno, "remove the stale socket " + socket.string()}));
  }
  return {};
}

Error unresponsive(config::Paths const& paths, milliseconds waited) {
  auto const record = read_lock_record(paths.daemon_lock());
  std::string const who = record ? "the daemon (pid " + std::to_string(record->pid) + ")" : "a daemon";
  return reach_failure(Reach::unresponsive, paths.socket(),
                       who + " runs but did not serve " + paths.socket().string() + " within " +
                           format_duration(waited),
                       {"agenta-tools", "daemon", "restart"})
      .error;
}

/// Under the start lock: waits for a daemon that is there, or proves that none is and starts one. Holding the
/// daemon's own lock while asking at the socket makes the proof: no daemon can come up between question and
/// removal.
Result<void> serve_locked(DaemonClient& client, LaunchOptions const& options, SteadyTime deadline,
                          std::stop_token const& stop) {
  config::Paths const& paths = options.paths;
  std::optional<Error> failed_start;
  for (;;) {
    AGENTA_TRY(UniqueFd daemon_lock, open_lock_file(paths.daemon_lock()));
    AGENTA_TRY(bool const nobody_runs, try_lock(daemon_lock, paths.daemon_lock()));
    auto const reached = client.connect(left_until(deadline), stop);
    if (reached) return {};
    if (stop.stop_requested()) return fail(interrupted());
    if (!nobody_serves(reached.error().reach)) return fail(reached.error().error);
    if (nobody_runs && failed_start) return fail(std::move(*failed_start));
    if (nobody_runs) {
      AGENTA_CHECK(remove_stale_socket(paths.socket()));
      daemon_lock.reset();
      auto started = start_daemon(options, deadline, stop);
      if (started) break;
      // It may have failed because one begun by hand was quicker: then that one holds the lock, and will
      // serve.
      failed_start = std::move(started).error();
      continue;
    }
    if (left_until(deadline).count() == 0)
      return fail(failed_start.value_or(unresponsive(paths, options.deadline)));
    daemon_lock.reset();
    std::this_thread::sleep_for(kInterval);
  }
  auto const reached = client.connect(std::max(left_until(deadline), milliseconds{1'000}), stop);
  if (!reached) return fail(reached.error().error);
  return {};
}

std::string context_text(Error const& error, std::string_view name) {
  auto const json = protocol::find_member(error.context.text, name);
  return json ? protocol::read_string(*json).value_or("") : std::string{};
}

/// Only a daemon that says that its client is the newer one may be replaced.
bool is_older_daemon(Error const& error) {
  return error.code == ErrorCode::version_skew && context_text(error, "reason") == "client_newer";
}

/// Whether no daemon was there to take the request.
bool found_nobody(Error const& error) {
  std::string const reason = context_text(error, "reason");
  return error.code == ErrorCode::daemon_unavailable &&
         (reason == name_of(Reach::refused) || reason == name_of(Reach::absent));
}

Result<void> wait_until_gone(LockRecord const& record, SteadyTime deadline, std::stop_token const& stop) {
  while (is_alive(record)) {
    if (stop.stop_requested()) return fail(interrupted());
    if (left_until(deadline).count() == 0) {
      return fail(ErrorCode::daemon_unavailable,
                  "the older daemon (pid " + std::to_string(record.pid) + ", version " + record.version +
                      ") is still finishing its work; try again when it is done",
                  {"agenta-tools", "daemon", "status"});
    }
    std::this_thread::sleep_for(kInterval);
  }
  return {};
}

Error still_older(LaunchOptions const& options, Error error) {
  auto const record = read_lock_record(options.paths.daemon_lock());
  std::string const program =
      record && !record->program.empty() ? record->program : context_text(error, "daemon_program");
  error.message = "two installations of agenta-tools are mixed: this program is " +
                  options.own_program.string() + " (version " + std::string{product_version()} +
                  "), and the daemon it started is " + (program.empty() ? "another" : program) +
                  " (version " + context_text(error, "daemon_version") + "); remove one of them";
  error.next_step.clear();
  return error;
}

}  // namespace

Result<void> ensure_daemon(DaemonClient& client, LaunchOptions const& options, std::stop_token stop) {
  SteadyTime const deadline = std::chrono::steady_clock::now() + options.deadline;
  auto const reached = client.connect(options.deadline, stop);
  if (reached) return {};
  if (!nobody_serves(reached.error().reach) || options.autostart == Autostart::no)
    return fail(reached.error().error);
  AGENTA_TRY(auto const lock, take_start_lock(client, options.paths, deadline, stop, GiveWay::yes));
  return lock ? serve_locked(client, options, deadline, stop) : Result<void>{};
}

Result<void> replace_older_daemon(DaemonClient& client, LaunchOptions const& options, std::stop_token stop) {
  SteadyTime const deadline = std::chrono::steady_clock::now() + kDrain + kDeparture + options.deadline;
  AGENTA_TRY(auto const lock, take_start_lock(client, options.paths, deadline, stop, GiveWay::no));

  // Whoever had the lock before may have replaced it already.
  ServiceRequest probe = protocol::get_daemon_status();
  probe.timeout = options.deadline;
  auto const before = client.call(probe, stop);
  if (before) return {};
  bool const gone = found_nobody(before.error());
  if (!gone && !is_older_daemon(before.error())) return fail(before.error());

  if (!gone) {
    auto const record = read_lock_record(options.paths.daemon_lock());
    ServiceRequest shutdown = protocol::shut_daemon_down(kDrain);
    shutdown.timeout = kDrain + kDeparture;
    auto const stopped = client.call(shutdown, stop);
    // A daemon that goes may take its answer along.
    if (!stopped && stopped.error().code != ErrorCode::daemon_unavailable) return fail(stopped.error());
    client.disconnect();  // what is still open leads to a daemon that is leaving
    if (record)
      AGENTA_CHECK(wait_until_gone(*record, std::chrono::steady_clock::now() + kDrain + kDeparture, stop));
  }
  AGENTA_CHECK(serve_locked(client, options, std::chrono::steady_clock::now() + options.deadline, stop));

  auto after = client.call(probe, stop);
  if (after) return {};
  if (after.error().code == ErrorCode::version_skew)
    return fail(still_older(options, std::move(after).error()));
  return fail(after.error());
}

LaunchingClient::LaunchingClient(ClientIdentity identity, LaunchOptions options)
    : options_(std::move(options)), client_(options_.paths.socket(), std::move(identity)) {}

Result<ServiceReply> LaunchingClient::call(ServiceRequest const& request, std::stop_token stop) {
  return launch(stop, [&] { return client_.call(request, stop); });
}

Result<ServiceReply> LaunchingClient::call_streaming(ServiceRequest const& request, BodySink const& sink,
                                                     std::stop_token stop) {
  return launch(stop, [&] { return client_.call_streaming(request, sink, stop); });
}

Result<ServiceReply> LaunchingClient::launch(std::stop_token const& stop,
                                             std::function<Result<ServiceReply>()> const& ask) {
  AGENTA_CHECK(ensure_daemon(client_, options_, stop));
  auto result = ask();
  if (result || options_.autostart == Autostart::no) return result;

  // A daemon that left between the two: nothing of the request had reached it.
  if (!client_.lost_reply() && found_nobody(result.error())) {
    AGENTA_CHECK(ensure_daemon(client_, options_, stop));
    result = ask();
  }
  if (result || replaced_ || !is_older_daemon(result.error())) return result;
  replaced_ = true;
  AGENTA_CHECK(replace_older_daemon(client_, options_, stop));
  return ask();
}

}  // namespace agenta::client
