#include "daemon/store/keyring.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "tests/support/temporary_directory.hpp"

namespace agenta::daemon::store {
namespace {

using Kind = KeyringTrouble::Kind;

/// A script in the place of the program that asks the Secret Service.
struct KeyringProcessTest : testing::Test {
  test::TemporaryDirectory directory;
  std::string const bus = "unix:path=/bus";

  KeyringProcess with(std::string const& script) {
    auto const program = directory / "helper";
    std::ofstream{program} << "#!/bin/sh\n" << script;
    EXPECT_EQ(::chmod(program.c_str(), 0700), 0);
    KeyringProcess::Options options;
    options.program = program;
    options.home = "/the home";
    options.environment = {"PATH=/usr/bin:/bin"};
    return KeyringProcess{std::move(options)};
  }
  std::string written(char const* name) const {
    std::ifstream stream{directory / name};
    return {std::istreambuf_iterator<char>{stream}, {}};
  }
  std::string at(char const* name) const { return (directory / name).string(); }
};

TEST_F(KeyringProcessTest, TheSecretGoesInOnStdinAndNowhereElse) {
  auto keyring =
      with("cat > " + at("stdin") + "; echo \"$@\" > " + at("argv") + "; env > " + at("environ") + "\n");

  ASSERT_TRUE(keyring.store(bus, "id-1", "https://x", Secret{"canary"}));

  EXPECT_EQ(written("stdin"), "canary");
  EXPECT_EQ(written("argv"), "store --id id-1 --endpoint https://x --home /the home\n");
  EXPECT_NE(written("environ").find("DBUS_SESSION_BUS_ADDRESS=unix:path=/bus\n"), std::string::npos);
  EXPECT_EQ(written("environ").find("canary"), std::string::npos);
  EXPECT_EQ(written("environ").find("DISPLAY"), std::string::npos);
}

TEST_F(KeyringProcessTest, ComesOutOnStdout) {
  auto keyring = with("printf canary");

  EXPECT_EQ(keyring.load(bus, "id-1").value().reveal(), "canary");
}

TEST_F(KeyringProcessTest, TellsItsEndsApart) {
  auto const kind_of = [&](std::string const& script) {
    auto keyring = with(script);
    auto const found = keyring.load(bus, "id-1");
    EXPECT_FALSE(found);
    return found ? Kind::failed : found.error().kind;
  };

  EXPECT_EQ(kind_of("exit 3"), Kind::missing);
  EXPECT_EQ(kind_of("exit 4"), Kind::locked);
  EXPECT_EQ(kind_of("exit 5"), Kind::absent);
  EXPECT_EQ(kind_of("exit 1"), Kind::failed);
  EXPECT_EQ(kind_of("kill -SEGV $$"), Kind::failed);
  EXPECT_EQ(kind_of("exit 0"), Kind::missing) << "an empty key is none";
}

TEST_F(KeyringProcessTest, PassesOnWhatItComplainsOf) {
  auto keyring = with("echo the keyring is locked >&2; echo more >&2; exit 4");

  EXPECT_EQ(keyring.load(bus, "id-1").error().why, "the keyring is locked");
}

TEST_F(KeyringProcessTest, NothingToClearIsNoTrouble) {
  EXPECT_TRUE(with("exit 3").clear(bus, ""));
  EXPECT_FALSE(with("exit 4").clear(bus, ""));
}

TEST_F(KeyringProcessTest, WithoutABusOfThisComputerNothingIsStarted) {
  auto keyring = with("touch " + at("started"));

  for (auto const* address : {"", "tcp:host=x,port=1", "unixexec:path=/bin/sh", "unix:path=/b;tcp:host=x"})
    EXPECT_EQ(keyring.load(address, "id-1").error().kind, Kind::absent) << address;

  EXPECT_FALSE(std::filesystem::exists(directory / "started"));
}

TEST_F(KeyringProcessTest, AMissingProgramIsSaid) {
  KeyringProcess::Options options;
  options.program = directory / "none";
  KeyringProcess keyring{options};

  auto const error = keyring.load(bus, "id-1").error();

  EXPECT_EQ(error.kind, Kind::absent);
  EXPECT_NE(error.why.find("not installed"), std::string::npos) << error.why;
}

}  // namespace
}  // namespace agenta::daemon::store
