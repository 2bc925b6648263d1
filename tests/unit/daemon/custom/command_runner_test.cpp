#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"
#include "tests/unit/daemon/custom/runner_support.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct CommandRunner : testing::Test {
  FakeWeb web;
  std::map<std::string, std::string> environment{{"PATH", "/usr/bin:/bin"}, {"HOME", "/home/x"}};

  ExecuteOutcome run(std::string const& lines, std::string const& arguments = "{}",
                     milliseconds time = seconds{60}, std::stop_token stop = {}) {
    DeclaredRunner::Options options;
    options.variables = variables(environment);
    DeclaredRunner runner{web, std::move(options)};
    return runner.run(call_within(time, std::move(stop)), declared(lines), JsonText{arguments});
  }
};

TEST_F(CommandRunner, TextsAreTheDataOfACommandThatExitsWithZero) {
  auto const outcome = run("command = ['/bin/sh', '-c', 'echo out; echo err >&2']\n");

  ASSERT_EQ(outcome.fate, Fate::answered);
  ASSERT_TRUE(outcome.result && outcome.result->successful);
  EXPECT_EQ(outcome.result->data.text, R"({"stdout":"out\n","stderr":"err\n","exit_code":0})");
}

TEST_F(CommandRunner, TheArgumentsComeOnStdinAndJsonIsTheData) {
  auto const outcome = run("command = ['cat']\nstdin = 'json'\noutput = 'json'\n", R"({"a":[1,"x"]})");

  ASSERT_TRUE(outcome.result && outcome.result->successful);
  EXPECT_EQ(outcome.result->data.text, R"({"a":[1,"x"]})");
}

TEST_F(CommandRunner, WithoutStdinThereIsNothingToRead) {
  auto const outcome = run("command = ['wc', '-c']\n", R"({"a":1})");

  EXPECT_EQ(outcome.result->data.text, R"({"stdout":"0\n","stderr":"","exit_code":0})");
}

TEST_F(CommandRunner, WhatIsNoJsonIsTheToolsFailure) {
  auto const outcome = run("command = ['echo', 'no']\noutput = 'json'\n");

  ASSERT_TRUE(outcome.result);
  EXPECT_FALSE(outcome.result->successful);
  EXPECT_NE(outcome.result->error.find("no JSON"), std::string::npos);
}

TEST_F(CommandRunner, NoShellReadsAnArgument) {
  test::TemporaryDirectory directory;
  auto const file = (directory / "made").string();

  auto const outcome = run(
      "command = ['echo', '{a}']\ninput = {type='object',required=['a'],properties={a={type='string'}}}\n",
      R"({"a":"$(touch )" + file + R"(); touch )" + file + R"("})");

  ASSERT_TRUE(outcome.result && outcome.result->successful);
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(CommandRunner, AFailureCarriesExitCodeAndLastWords) {
  auto const outcome = run("command = ['/bin/sh', '-c', 'seq 9999 >&2; echo the last word >&2; exit 4']\n");

  ASSERT_EQ(outcome.fate, Fate::answered);
  ASSERT_TRUE(outcome.result);
  EXPECT_FALSE(outcome.result->successful);
  EXPECT_TRUE(outcome.result->error.starts_with("the command exited with 4: "));
  EXPECT_TRUE(outcome.result->error.ends_with("the last word"));
  EXPECT_LT(outcome.result->error.size(), 2200U);
  EXPECT_NE(outcome.result->data.text.find(R"("exit_code":4)"), std::string::npos);
}

TEST_F(CommandRunner, ASignalOfItsOwnIsTheToolsFailure) {
  auto const outcome = run("command = ['/bin/sh', '-c', 'kill -SEGV $$']\n");

  ASSERT_TRUE(outcome.result);
  EXPECT_NE(outcome.result->error.find("SIGSEGV"), std::string::npos);
}

TEST_F(CommandRunner, TheEnvironmentIsCleanButForWhatIsDeclared) {
  environment["GIVEN"] = "yes";
  environment["SECRET"] = "leaked";
  environment["COMPOSIO_API_KEY"] = "ak_leaked";

  auto const outcome = run("command = ['env']\nenv = ['GIVEN', 'MISSING']\n");

  EXPECT_EQ(outcome.result->data.text,
            R"({"stdout":"GIVEN=yes\nHOME=/home/x\nPATH=/usr/bin:/bin\n","stderr":"","exit_code":0})");
}

TEST_F(CommandRunner, WhatCannotBeStartedRanNotAndIsNotTriedAgain) {
  for (char const* const program : {"/nonexistent/program", "no-such-program-anywhere", "/etc"}) {
    auto const outcome = run(std::string{"command = ['"} + program + "']\n");

    EXPECT_EQ(outcome.fate, Fate::nothing_ran);
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->code, ErrorCode::tool_failed);
    EXPECT_EQ(outcome.error->retryable, Retryable::no);
    EXPECT_NE(outcome.error->message.find("nothing ran"), std::string::npos);
  }
}

TEST_F(CommandRunner, AnArgumentThatWouldBeAnOptionRunsNothing) {
  auto const outcome =
      run("command = ['echo', '{a}']\ninput = {type='object',required=['a'],properties={a={}}}\n",
          R"({"a":"--help"})");

  EXPECT_EQ(outcome.fate, Fate::nothing_ran);
  EXPECT_EQ(outcome.error->code, ErrorCode::invalid_arguments);
}

TEST_F(CommandRunner, AWriteThatWasEndedIsOfUnknownOutcome) {
  auto const outcome = run("command = ['sleep', '600']\ntimeout = '200ms'\n");

  EXPECT_EQ(outcome.fate, Fate::unknown);
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->code, ErrorCode::outcome_unknown);
  EXPECT_NE(outcome.error->message.find("timeout of 200ms"), std::string::npos);
}

TEST_F(CommandRunner, AReadThatWasEndedTimedOut) {
  auto const own = run("command = ['sleep', '600']\ntimeout = '200ms'\nread_only = true\n");
  auto const callers = run("command = ['sleep', '600']\nread_only = true\n", "{}", milliseconds{200});

  for (auto const* outcome : {&own, &callers}) {
    EXPECT_EQ(outcome->fate, Fate::answered);
    ASSERT_TRUE(outcome->error);
    EXPECT_EQ(outcome->error->code, ErrorCode::timeout);
  }
}

TEST_F(CommandRunner, TooMuchOutputIsTheToolsFailure) {
  auto const outcome = run("command = ['yes']\nmax_output = '10kB'\n");

  ASSERT_EQ(outcome.fate, Fate::answered);
  EXPECT_FALSE(outcome.result->successful);
  EXPECT_NE(outcome.result->error.find("max_output"), std::string::npos);
}

}  // namespace
}  // namespace agenta::daemon
