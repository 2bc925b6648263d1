#include "shared/client/launcher.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>

#include "shared/base/version.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/json_slice.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/shared/client/fake_daemon.hpp"

namespace agenta::client {
namespace {

using namespace std::chrono_literals;
using test::always;
using test::FakeDaemon;
using test::reply;

std::string content_of(std::filesystem::path const& path) { return read_file(path).value_or(""); }

/// A home, and beside it a stand-in for agenta-toolsd: a shell script that notes that it was started.
struct LauncherTest : testing::Test {
  test::TemporaryDirectory place{};
  LaunchOptions options = [this] {
    LaunchOptions made;
    made.paths.home = place / "home";
    made.own_program = place.path() / "bin" / "agenta-tools";
    made.deadline = 5s;
    return made;
  }();
  std::filesystem::path started = place / "started";
  DaemonClient client{options.paths.socket(), {}};

  void install(std::string const& script) const {
    std::filesystem::create_directories(place / "bin");
    auto const program = place.path() / "bin" / "agenta-toolsd";
    std::ofstream{program} << "#!/bin/sh\necho \"$@\" >> " << started.string() << "\n" << script << "\n";
    ASSERT_EQ(::chmod(program.c_str(), 0700), 0);
  }
  /// A script that waits until the test serves in its name, and says that it is ready.
  std::string serving_script() const {
    return "until [ -S " + options.paths.socket().string() + " ]; do sleep 0.01; done; echo \"ready $$\" >&3";
  }
  bool was_started() const { return std::filesystem::exists(started); }
  /// Gives up where the test has failed already: nobody will start it then.
  void wait_until_started() const {
    auto const end = std::chrono::steady_clock::now() + 4 * options.deadline;
    while (!was_started() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(5ms);
  }
  UniqueFd hold_daemon_lock() const {
    EXPECT_TRUE(open_private_dir(options.paths.run_dir()));
    UniqueFd fd{::open(options.paths.daemon_lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    EXPECT_EQ(::flock(fd.get(), LOCK_EX | LOCK_NB), 0);
    return fd;
  }
};

TEST_F(LauncherTest, StartsNothingWhereItMayNot) {
  install("exit 1");
  options.autostart = Autostart::no;

  auto const ensured = ensure_daemon(client, options);

  ASSERT_FALSE(ensured);
  EXPECT_EQ(ensured.error().code, ErrorCode::daemon_unavailable);
  EXPECT_EQ(ensured.error().next_step, (std::vector<std::string>{"agenta-tools", "daemon", "start"}));
  EXPECT_FALSE(was_started());
  EXPECT_FALSE(std::filesystem::exists(options.paths.home));
}

TEST_F(LauncherTest, UsesTheDaemonThatServes) {
  install("exit 1");
  FakeDaemon const daemon{options.paths.socket(), always(reply(200, "{}"))};

  EXPECT_TRUE(ensure_daemon(client, options));
  EXPECT_FALSE(was_started());
}

TEST_F(LauncherTest, StartsTheDaemonAndConnectsOnceItIsReady) {
  install(serving_script());
  std::optional<FakeDaemon> daemon;
  std::jthread const server{[&] {
    wait_until_started();
    daemon.emplace(options.paths.socket(), always(reply(200, "{}")));
  }};

  auto const ensured = ensure_daemon(client, options);

  ASSERT_TRUE(ensured) << ensured.error().message;
  EXPECT_EQ(content_of(started), "run --ready-fd 3 --home " + options.paths.home.string() + "\n");
  EXPECT_TRUE(client.call(protocol::whoami(), {}));
}

TEST_F(LauncherTest, TellsASandboxedDaemonThatItIsOne) {
  install("exit 1");
  options.sandboxed = config::Sandboxed::yes;

  EXPECT_FALSE(ensure_daemon(client, options));

  EXPECT_NE(content_of(started).find(" --sandbox"), std::string::npos);
}

TEST_F(LauncherTest, PassesOnNeitherSecretsNorDescriptorsNorTheSession) {
  auto const notes = place / "notes";
  install("{ env; ls -l /proc/$$/fd; cut -d' ' -f6 /proc/$$/stat; echo pid $$; } > " + notes.string() +
          " 2>&1; echo '{\"detail\":\"enough\",\"code\":\"INTERNAL\"}' >&3");
  int const leak = ::open("/etc/passwd", O_RDONLY);  // on purpose without O_CLOEXEC
  ASSERT_EQ(::setenv("COMPOSIO_API_KEY", "sk-canary", 1), 0);
  ASSERT_EQ(::setenv("STRIPE_KEY", "other-canary", 1), 0);
  ASSERT_EQ(::setenv("AGENTA_TOOLS_IDLE_EXIT", "7m", 1), 0);

  EXPECT_FALSE(ensure_daemon(client, options));

  ::unsetenv("COMPOSIO_API_KEY");
  ::unsetenv("STRIPE_KEY");
  ::unsetenv("AGENTA_TOOLS_IDLE_EXIT");
  ::close(leak);
  std::string const seen = content_of(notes);
  EXPECT_EQ(seen.find("sk-canary"), std::string::npos);
  EXPECT_EQ(seen.find("other-canary"), std::string::npos)
      << "a daemon gets the variables it needs and no others";
  EXPECT_NE(seen.find("AGENTA_TOOLS_IDLE_EXIT=7m"), std::string::npos);
  EXPECT_EQ(seen.find("/etc/passwd"), std::string::npos) << seen;
  EXPECT_NE(seen.find("0 -> /dev/null"), std::string::npos) << seen;
  std::string const pid = seen.substr(seen.find("pid ") + 4);
  EXPECT_NE(seen.find("\n" + pid), std::string::npos) << "the session is the daemon's own: " << seen;
}

TEST_F(LauncherTest, GivesTheDaemonsOwnReasonForNotStarting) {
  install(
      R"(echo '{"detail":"the disk is full","code":"STORAGE_UNAVAILABLE","next_step":["df"]}' >&3; exit 1)");

  auto const ensured = ensure_daemon(client, options);

  ASSERT_FALSE(ensured);
  EXPECT_EQ(ensured.error().code, ErrorCode::storage_unavailable);
  EXPECT_EQ(ensured.error().message, "the disk is full");
  EXPECT_EQ(ensured.error().next_step, std::vector<std::string>{"df"});
}

TEST_F(LauncherTest, NamesTheLogWhereTheDaemonSaysNothing) {
  install("exit 7");

  auto const ensured = ensure_daemon(client, options);

  ASSERT_FALSE(ensured);
  EXPECT_EQ(ensured.error().code, ErrorCode::daemon_unavailable);
  EXPECT_NE(ensured.error().message.find("exit 7"), std::string::npos) << ensured.error().message;
  EXPECT_NE(ensured.error().message.find(options.paths.log_file().string()), std::string::npos);
  EXPECT_EQ(content_of(started).find('\n'), content_of(started).size() - 1) << "it was tried once";
}

TEST_F(LauncherTest, DoesNotWaitForeverForReady) {
  install("exec sleep 3");
  options.deadline = 200ms;

  auto const ensured = ensure_daemon(client, options);

  ASSERT_FALSE(ensured);
  EXPECT_EQ(ensured.error().code, ErrorCode::daemon_unavailable);
}

TEST_F(LauncherTest, ReplacesASocketWhoseDaemonIsGone) {
  { FakeDaemon const gone{options.paths.socket(), always("")}; }
  install(serving_script());
  std::optional<FakeDaemon> daemon;
  std::jthread const server{[&] {
    wait_until_started();
    if (!std::filesystem::exists(options.paths.socket())) {
      daemon.emplace(options.paths.socket(), always(reply(200, "{}")));
    }
  }};

  auto const ensured = ensure_daemon(client, options);

  EXPECT_TRUE(ensured) << ensured.error().message;
}

TEST_F(LauncherTest, NeverRemovesWhatIsNoSocket) {
  install("exit 1");
  ASSERT_TRUE(open_private_dir(options.paths.run_dir()));
  auto const path = options.paths.socket();
  auto const make = [&](int kind) {
    if (kind == 0) std::ofstream{path} << "a file";
    if (kind == 1) std::filesystem::create_directory(path);
    if (kind == 2) std::filesystem::create_symlink("nowhere", path);
    if (kind == 3 && ::mkfifo(path.c_str(), 0600) != 0) ADD_FAILURE();
  };
  for (int kind = 0; kind < 4; ++kind) {
    make(kind);
    auto const before = std::filesystem::symlink_status(path).type();

    auto const ensured = ensure_daemon(client, options);

    ASSERT_FALSE(ensured) << kind;
    EXPECT_NE(ensured.error().message.find(path.string()), std::string::npos) << ensured.error().message;
    EXPECT_EQ(std::filesystem::symlink_status(path).type(), before) << kind;
    EXPECT_FALSE(was_started()) << kind;
    std::filesystem::remove(path);
  }
}

TEST_F(LauncherTest, NeitherRemovesNorStartsWhileADaemonHoldsItsLock) {
  install("exit 1");
  { FakeDaemon const silent{options.paths.socket(), always("")}; }
  auto const held = hold_daemon_lock();
  options.deadline = 200ms;

  auto const ensured = ensure_daemon(client, options);

  ASSERT_FALSE(ensured);
  EXPECT_EQ(ensured.error().code, ErrorCode::daemon_unavailable);
  EXPECT_TRUE(std::filesystem::is_socket(options.paths.socket()));
  EXPECT_FALSE(was_started());
}

TEST_F(LauncherTest, WaitsForADaemonThatIsComingUp) {
  install("exit 1");
  auto const held = hold_daemon_lock();
  std::optional<FakeDaemon> daemon;
  std::jthread const server{[&] {
    std::this_thread::sleep_for(50ms);
    daemon.emplace(options.paths.socket(), always(reply(200, "{}")));
  }};

  auto const ensured = ensure_daemon(client, options);

  EXPECT_TRUE(ensured) << ensured.error().message;
  EXPECT_FALSE(was_started());
}

TEST_F(LauncherTest, GivesUpWhereAnotherProgramStartsForTooLong) {
  install("exit 1");
  ASSERT_TRUE(open_private_dir(options.paths.run_dir()));
  UniqueFd const held{::open(options.paths.start_lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  ASSERT_EQ(::flock(held.get(), LOCK_EX), 0);
  options.deadline = 150ms;

  auto const ensured = ensure_daemon(client, options);

  ASSERT_FALSE(ensured);
  EXPECT_NE(ensured.error().message.find(options.paths.start_lock().string()), std::string::npos);
  EXPECT_FALSE(was_started());
}

TEST_F(LauncherTest, StopsWaitingForAnotherProgramWhenInterrupted) {
  install("exit 1");
  ASSERT_TRUE(open_private_dir(options.paths.run_dir()));
  UniqueFd const held{::open(options.paths.start_lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  ASSERT_EQ(::flock(held.get(), LOCK_EX), 0);
  options.deadline = 1h;
  std::stop_source stop;
  std::jthread const person{[&] {
    std::this_thread::sleep_for(30ms);
    stop.request_stop();
  }};

  auto const ensured = ensure_daemon(client, options, stop.get_token());

  ASSERT_FALSE(ensured);
  EXPECT_EQ(ensured.error().code, ErrorCode::cancelled);
}

TEST_F(LauncherTest, StopsWaitingForADaemonThatIsNeverReadyWhenInterrupted) {
  install("exec sleep 5");
  options.deadline = 1h;
  std::stop_source stop;
  std::jthread const person{[&] {
    wait_until_started();
    stop.request_stop();
  }};

  auto const ensured = ensure_daemon(client, options, stop.get_token());

  ASSERT_FALSE(ensured);
  EXPECT_EQ(ensured.error().code, ErrorCode::cancelled);
}

TEST_F(LauncherTest, ServesAllOfManyThatStartAtOnceFromOneDaemon) {
  install(serving_script());
  std::optional<FakeDaemon> daemon;
  std::jthread const server{[&] {
    wait_until_started();
    daemon.emplace(options.paths.socket(), [](FakeDaemon&, int) {});
  }};
  std::atomic<int> served{0};
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 12; ++i) {
      callers.emplace_back([&] {
        DaemonClient own{options.paths.socket(), {}};
        if (ensure_daemon(own, options)) ++served;
      });
    }
  }

  EXPECT_EQ(served, 12);
  std::string const starts = content_of(started);
  EXPECT_EQ(std::ranges::count(starts, '\n'), 1);
}

TEST_F(LauncherTest, SaysWhereItLookedForTheDaemonsProgram) {
  ASSERT_EQ(::setenv("AGENTA_TOOLSD", "/nowhere/agenta-toolsd", 1), 0);

  auto const ensured = ensure_daemon(client, options);

  ::unsetenv("AGENTA_TOOLSD");
  ASSERT_FALSE(ensured);
  EXPECT_NE(ensured.error().message.find(options.own_program.string()), std::string::npos)
      << ensured.error().message;
  EXPECT_NE(ensured.error().message.find("/nowhere/agenta-toolsd"), std::string::npos);
}

/// A daemon of another version: it answers nothing but a request to go, and that only where no version is
/// stated.
/// What a daemon that was told to stop does with the connection it was told on.
enum class Leaving { closes, lingers };

FakeDaemon::Serve skewed(std::string const& why, Leaving leaving = Leaving::closes) {
  return [why, leaving](FakeDaemon& daemon, int fd) {
    for (;;) {
      std::string const request = daemon.read_request(fd);
      if (request.empty()) return;
      bool const states_version = request.find("\r\nAgenta-Tools-Version: ") != std::string::npos;
      bool const shutdown = request.starts_with("POST /api/tools/daemon/shutdown") && !states_version;
      if (shutdown) daemon.stop_listening();
      daemon.write(
          fd, shutdown
                  ? reply(200, "{}")
                  : reply(426, R"({"detail":"versions differ","code":"VERSION_SKEW","context":{"reason":")" +
                                   why +
                                   R"(","daemon_version":"0.0.1","daemon_program":"/old/agenta-toolsd"}})"));
      if (shutdown && leaving == Leaving::closes) return;
    }
  };
}

TEST_F(LauncherTest, ReplacesAnOlderDaemonOnceAndRunsTheCallOnce) {
  FakeDaemon old{options.paths.socket(), skewed("client_newer")};
  install("until [ -e " + (place / "up").string() + " ]; do sleep 0.01; done; echo \"ready $$\" >&3");
  std::optional<FakeDaemon> fresh;
  std::jthread const server{[&] {
    wait_until_started();
    fresh.emplace(options.paths.socket(), always(reply(200, "{\"new\":true}")));
    std::ofstream{place / "up"} << "x";
  }};
  LaunchingClient launching{{}, options};

  auto const answer = launching.call(protocol::whoami(), {});

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "{\"new\":true}");
  auto const is_call = [](std::string const& request) {
    return request.starts_with("GET /api/tools/whoami");
  };
  auto const seen = fresh->requests();
  EXPECT_EQ(std::ranges::count_if(seen, is_call), 1);
}

TEST_F(LauncherTest, DoesNotTakeTheOpenConnectionToALeavingDaemonForOneToANewOne) {
  FakeDaemon old{options.paths.socket(), skewed("client_newer", Leaving::lingers)};
  install(serving_script());
  std::optional<FakeDaemon> fresh;
  std::jthread const server{[&] {
    wait_until_started();
    fresh.emplace(options.paths.socket(), always(reply(200, "{\"new\":true}")));
  }};
  LaunchingClient launching{{}, options};

  auto const answer = launching.call(protocol::whoami(), {});

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "{\"new\":true}");
}

TEST_F(LauncherTest, RefusesWithBothProgramsNamedWhereTheDaemonItStartsIsOlderToo) {
  FakeDaemon old{options.paths.socket(), skewed("client_newer")};
  install("until [ -e " + (place / "up").string() + " ]; do sleep 0.01; done; echo \"ready $$\" >&3");
  std::optional<FakeDaemon> fresh;
  std::jthread const server{[&] {
    wait_until_started();
    fresh.emplace(options.paths.socket(), skewed("client_newer"));
    std::ofstream{place / "up"} << "x";
  }};
  LaunchingClient launching{{}, options};

  auto const answer = launching.call(protocol::whoami(), {});
  auto const again = launching.call(protocol::whoami(), {});

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::version_skew);
  EXPECT_NE(answer.error().message.find(options.own_program.string()), std::string::npos)
      << answer.error().message;
  EXPECT_NE(answer.error().message.find("/old/agenta-toolsd"), std::string::npos) << answer.error().message;
  EXPECT_EQ(again.error().code, ErrorCode::version_skew);
  std::string const starts = content_of(started);
  EXPECT_EQ(std::ranges::count(starts, '\n'), 1) << "replaced once, then refused";
}

TEST_F(LauncherTest, NeverStopsADaemonThatIsNotOlder) {
  install("exit 1");
  for (auto const* reason : {"protocol", "client_older", ""}) {
    std::filesystem::remove(options.paths.socket());
    FakeDaemon daemon{options.paths.socket(), skewed(reason)};
    LaunchingClient launching{{}, options};

    auto const answer = launching.call(protocol::whoami(), {});

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::version_skew) << reason;
    EXPECT_EQ(daemon.requests().size(), 1U) << reason;
    EXPECT_FALSE(was_started()) << reason;
  }
}

TEST_F(LauncherTest, StartsADaemonAgainThatLeftBetweenTwoCalls) {
  std::optional<FakeDaemon> first;
  first.emplace(options.paths.socket(), always(reply(200, "1")));
  install(serving_script());
  LaunchingClient launching{{}, options};
  ASSERT_TRUE(launching.call(protocol::whoami(), {}));
  first.reset();
  std::optional<FakeDaemon> second;
  std::jthread const server{[&] {
    wait_until_started();
    second.emplace(options.paths.socket(), always(reply(200, "2")));
  }};

  auto const answer = launching.call(protocol::whoami(), {});

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "2");
}

TEST(LockRecord, IsReadWhereItIsWhole) {
  test::TemporaryDirectory const place;
  std::ofstream{place / "lock"}
      << R"({"pid":12,"start_time":345,"version":"0.1.0","protocol":"1-1","socket":"/s","program":"/p"})";

  auto const record = read_lock_record(place / "lock");

  ASSERT_TRUE(record);
  EXPECT_EQ(record->pid, 12);
  EXPECT_EQ(record->start_time, 345U);
  EXPECT_EQ(record->version, "0.1.0");
  EXPECT_EQ(record->socket, "/s");
  EXPECT_EQ(record->program, "/p");
}

TEST(LockRecord, IsNothingWhereItIsNotWhole) {
  test::TemporaryDirectory const place;
  EXPECT_FALSE(read_lock_record(place / "none"));
  for (auto const* content : {"", "{", "[]", "{}", R"({"pid":12})", R"({"pid":"12","start_time":1})",
                              R"({"pid":0,"start_time":1})", R"({"pid":-1,"start_time":1})"}) {
    std::ofstream{place / "lock", std::ios::trunc} << content;
    EXPECT_FALSE(read_lock_record(place / "lock")) << content;
  }
}

TEST(LockRecord, KnowsAProcessByItsStartTime) {
  LockRecord record;
  record.pid = ::getpid();
  record.start_time = process_start_time(::getpid()).value();
  EXPECT_TRUE(is_alive(record));

  record.start_time += 1;

  EXPECT_FALSE(is_alive(record)) << "a reused pid is another process";
}

TEST(LockRecord, TakesAProcessThatHasEndedAsGoneBeforeItIsReaped) {
  pid_t const child = ::fork();
  if (child == 0) ::_exit(0);
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);

  EXPECT_FALSE(process_start_time(child));

  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(process_start_time(child));
}

}  // namespace
}  // namespace agenta::client
