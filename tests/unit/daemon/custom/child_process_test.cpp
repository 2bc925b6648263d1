#include "daemon/custom/child_process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "tests/support/temporary_directory.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

ChildProcess shell(std::string const& script) {
  ChildProcess child;
  child.program = "/bin/sh";
  child.arguments = {"-c", script};
  child.environment = {"PATH=/usr/bin:/bin"};
  child.most_output = 1 << 16;
  child.deadline = std::chrono::steady_clock::now() + seconds{60};
  return child;
}

bool is_alive(pid_t pid) {
  // A zombie that nobody reaps is not alive.
  std::ifstream stat{"/proc/" + std::to_string(pid) + "/stat"};
  std::string text{std::istreambuf_iterator<char>{stat}, {}};
  auto const state = text.rfind(") ");
  return state != std::string::npos && text.size() > state + 2 && text[state + 2] != 'Z';
}

/// Waits for something another process does; a minute is the end of it.
template <class Predicate>
bool eventually(Predicate predicate) {
  auto const end = std::chrono::steady_clock::now() + seconds{60};
  while (std::chrono::steady_clock::now() < end) {
    if (predicate()) return true;
    std::this_thread::sleep_for(milliseconds{5});
  }
  return predicate();
}

pid_t read_pid(std::filesystem::path const& file) {
  pid_t pid = 0;
  std::ifstream{file} >> pid;
  return pid;
}

TEST(ChildProcess, GivesBackBothStreamsAndTheExitCode) {
  auto const end = run_child(shell("cat; echo out; echo err >&2; exit 3"));

  ASSERT_TRUE(end);
  EXPECT_EQ(end->why, ChildEnd::Why::itself);
  EXPECT_EQ(end->exit_code, 3);
  EXPECT_EQ(end->out, "out\n");
  EXPECT_EQ(end->err, "err\n");
}

TEST(ChildProcess, ItsInputIsWholeHoweverLarge) {
  auto child = shell("wc -c < /dev/stdin");
  child.input = std::string(3'000'000, 'x');

  auto const end = run_child(child);

  ASSERT_TRUE(end);
  EXPECT_EQ(std::stoi(end->out), 3'000'000);
}

TEST(ChildProcess, AnInputThatNobodyReadsIsNoTrouble) {
  auto child = shell("exit 0");
  child.input = std::string(3'000'000, 'x');

  auto const end = run_child(child);

  ASSERT_TRUE(end);
  EXPECT_EQ(end->exit_code, 0);
}

TEST(ChildProcess, HasTheEnvironmentItIsGivenAndNoOther) {
  ::setenv("AGENTA_TEST_SECRET", "leaked", 1);
  auto child = shell("exec /usr/bin/env");

  auto const end = run_child(child);
  ::unsetenv("AGENTA_TEST_SECRET");

  ASSERT_TRUE(end);
  EXPECT_EQ(end->out.find("leaked"), std::string::npos);
  EXPECT_NE(end->out.find("PATH=/usr/bin:/bin\n"), std::string::npos);
}

TEST(ChildProcess, InheritsNoDescriptorNorMaskNorDirectory) {
  int const open = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
  ASSERT_GE(open, 0);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);

  auto const end = run_child(shell("ls /proc/$$/fd; umask; pwd; grep SigBlk /proc/self/status"));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::close(open);

  ASSERT_TRUE(end);
  EXPECT_EQ(end->out, "0\n1\n2\n0077\n/\nSigBlk:\t0000000000000000\n");
}

TEST(ChildProcess, IsTheLeaderOfASessionOfItsOwn) {
  auto const end = run_child(shell("cut -d' ' -f6 /proc/$$/stat; echo $$"));

  ASSERT_TRUE(end);
  auto const line = end->out.find('\n');
  EXPECT_EQ(end->out.substr(0, line) + "\n", end->out.substr(line + 1));
}

TEST(ChildProcess, OneThatDoesNotEndIsEndedWithItsGroup) {
  test::TemporaryDirectory directory;
  auto child = shell("sleep 600 & echo $! > " + (directory / "pid").string() + "; wait");
  child.deadline = std::chrono::steady_clock::now() + milliseconds{500};

  auto const end = run_child(child);

  ASSERT_TRUE(end);
  EXPECT_EQ(end->why, ChildEnd::Why::deadline);
  pid_t const grandchild = read_pid(directory / "pid");
  ASSERT_GT(grandchild, 0);
  EXPECT_TRUE(eventually([&] { return !is_alive(grandchild); }));
}

TEST(ChildProcess, OneThatIgnoresSigtermIsKilled) {
  auto child = shell("trap '' TERM; while :; do sleep 0.05; done");
  child.deadline = std::chrono::steady_clock::now() + milliseconds{100};

  auto const end = run_child(child);

  ASSERT_TRUE(end);
  EXPECT_EQ(end->why, ChildEnd::Why::deadline);
  EXPECT_EQ(end->signal, SIGKILL);
}

TEST(ChildProcess, OneThatHeedsSigtermMayTidyUp) {
  auto child = shell("trap 'echo tidied; exit 7' TERM; while :; do sleep 0.05; done");
  child.deadline = std::chrono::steady_clock::now() + milliseconds{300};

  auto const end = run_child(child);

  ASSERT_TRUE(end);
  EXPECT_EQ(end->exit_code, 7);
  EXPECT_EQ(end->out, "tidied\n");
}

TEST(ChildProcess, AStopEndsItAtOnce) {
  test::TemporaryDirectory directory;
  std::stop_source stop;
  auto child = shell("echo $$ > " + (directory / "pid").string() + "; sleep 600");
  child.stop = stop.get_token();
  std::thread canceller{[&] {
    eventually([&] { return read_pid(directory / "pid") > 0; });
    stop.request_stop();
  }};

  auto const end = run_child(child);
  canceller.join();

  ASSERT_TRUE(end);
  EXPECT_EQ(end->why, ChildEnd::Why::stopped);
}

TEST(ChildProcess, OneThatSaysTooMuchIsEnded) {
  auto child = shell("exec yes");
  child.most_output = 10'000;

  auto const end = run_child(child);

  ASSERT_TRUE(end);
  EXPECT_EQ(end->why, ChildEnd::Why::too_much_output);
  EXPECT_EQ(end->out.size(), 10'000U);
}

TEST(ChildProcess, TooMuchIsTooMuchOfWhatExitsByItselfToo) {
  auto child = shell("head -c 10001 /dev/zero");
  child.most_output = 10'000;

  auto const end = run_child(child);

  ASSERT_TRUE(end);
  EXPECT_EQ(end->why, ChildEnd::Why::too_much_output);
}

TEST(ChildProcess, WhatItLeavesBehindIsKilledAndNotWaitedFor) {
  test::TemporaryDirectory directory;
  auto const begin = std::chrono::steady_clock::now();

  auto const end = run_child(shell("sleep 600 & echo $! > " + (directory / "pid").string()));

  ASSERT_TRUE(end);
  EXPECT_EQ(end->exit_code, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds{30});
  pid_t const left = read_pid(directory / "pid");
  EXPECT_TRUE(eventually([&] { return !is_alive(left); }));
}

TEST(ChildProcess, WhatCannotBeStartedIsAnErrorAndLeavesNoProcess) {
  for (auto const& [program, number] :
       {std::pair{"/nonexistent/program", ENOENT}, std::pair{"/etc", EACCES}}) {
    auto child = shell("");
    child.program = program;

    auto const end = run_child(child);

    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().number, number);
  }
  auto child = shell("true");
  child.directory = "/nonexistent";
  EXPECT_FALSE(run_child(child));
}

TEST(ChildProcess, LeavesNoDescriptorOpen) {
  auto const count = [] { return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {}); };
  static_cast<void>(run_child(shell("true")));
  auto const before = count();

  for (int i = 0; i < 20; ++i) static_cast<void>(run_child(shell("echo x")));

  EXPECT_EQ(count(), before);
}

}  // namespace
}  // namespace agenta::daemon
