#include "shared/base/run_program.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

namespace agenta {
namespace {

ProgramRun shell(std::string script) {
  ProgramRun run;
  run.program = "/bin/sh";
  run.arguments = {"-c", std::move(script)};
  run.limit = std::chrono::seconds{20};
  return run;
}

TEST(RunProgram, GivesTheInputAndTakesBothOutputs) {
  auto run = shell("cat; echo sorry >&2; exit 3");
  run.input = Secret{std::string(200'000, 'x')};
  run.most_output = 300'000;

  auto const end = run_program(run);

  ASSERT_TRUE(end);
  EXPECT_EQ(end->exit_code, 3);
  EXPECT_EQ(end->output.reveal().size(), 200'000U);
  EXPECT_EQ(end->complaints, "sorry\n");
  EXPECT_FALSE(end->timed_out);
}

TEST(RunProgram, ThrowsAwayWhatIsTooMuch) {
  auto run = shell("yes | head -c 100000");
  run.most_output = 10;

  auto const end = run_program(run);

  ASSERT_TRUE(end);
  EXPECT_EQ(end->output.reveal().size(), 10U);
  EXPECT_EQ(end->exit_code, 0);
}

TEST(RunProgram, ASleeperIsKilledWithWhatItStarted) {
  auto run = shell("sleep 300 & echo $!; wait");
  run.limit = std::chrono::milliseconds{200};
  auto const began = std::chrono::steady_clock::now();

  auto const end = run_program(run);

  ASSERT_TRUE(end);
  EXPECT_TRUE(end->timed_out);
  EXPECT_EQ(end->signal, SIGKILL);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds{15});
  auto const grandchild = static_cast<pid_t>(std::stol(end->output.reveal()));
  // It is init's to reap: gone, or a zombie, before long.
  auto const until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  auto const runs = [&] {
    std::array<char, 256> text{};
    int const fd = ::open(("/proc/" + std::to_string(grandchild) + "/stat").c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    auto const got = ::read(fd, text.data(), text.size());
    ::close(fd);
    std::string const stat{text.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
    auto const name_end = stat.rfind(')');
    return name_end != std::string::npos && stat.substr(name_end + 2, 1) != "Z";
  };
  while (runs() && std::chrono::steady_clock::now() < until) ::usleep(1000);
  EXPECT_FALSE(runs());
}

TEST(RunProgram, OneThatClosesItsOutputsAndStaysIsKilledToo) {
  auto run = shell("exec >&- 2>&-; sleep 300");
  run.limit = std::chrono::milliseconds{200};

  auto const end = run_program(run);

  ASSERT_TRUE(end);
  EXPECT_TRUE(end->timed_out);
}

TEST(RunProgram, OneThatTakesNoInputIsNoTrouble) {
  auto run = shell("exec <&-; exit 0");
  run.input = Secret{std::string(1 << 20, 'x')};

  auto const end = run_program(run);

  ASSERT_TRUE(end);
  EXPECT_EQ(end->exit_code, 0);
}

TEST(RunProgram, GetsTheEnvironmentItIsGivenAndNothingElse) {
  auto run = shell("env; ls /proc/self/fd");
  run.environment = {"PATH=/usr/bin:/bin", "NAME=value"};
  ::setenv("AGENTA_RUN_PROGRAM_CANARY", "1", 1);
  int const inherited =
      ::open("/dev/null", O_RDONLY);  // NOLINT(android-cloexec-open): that is what is tested
  ASSERT_GE(inherited, 0);

  auto const end = run_program(run);

  ::close(inherited);
  ::unsetenv("AGENTA_RUN_PROGRAM_CANARY");
  ASSERT_TRUE(end);
  auto const& out = end->output.reveal();
  EXPECT_NE(out.find("NAME=value\n"), std::string::npos);
  EXPECT_EQ(out.find("CANARY"), std::string::npos);
  EXPECT_NE(out.find("0\n1\n2\n3\n"), std::string::npos) << out;  // the third is ls's own
  EXPECT_EQ(out.find("\n4\n"), std::string::npos) << out;
}

TEST(RunProgram, SaysThatThereIsNoSuchProgram) {
  ProgramRun run;
  run.program = "/nonexistent/program";
  run.limit = std::chrono::seconds{1};

  auto const end = run_program(run);

  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().number, ENOENT);
}

}  // namespace
}  // namespace agenta
