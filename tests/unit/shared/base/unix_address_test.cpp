#include "shared/base/unix_address.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "shared/base/unique_fd.hpp"
#include "tests/support/temporary_directory.hpp"

namespace agenta {
namespace {

UniqueFd listen_at(std::filesystem::path const& path) {
  auto const address = UnixAddress::of(path);
  UniqueFd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!address || ::bind(fd.get(), address->data(), address->size()) != 0 || ::listen(fd.get(), 1) != 0)
    fd.reset();
  return fd;
}

UniqueFd connect_to(std::filesystem::path const& path) {
  auto const address = UnixAddress::of(path);
  UniqueFd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!address || ::connect(fd.get(), address->data(), address->size()) != 0) fd.reset();
  return fd;
}

TEST(UnixAddress, BindsAndConnectsAtAShortPath) {
  test::TemporaryDirectory const home;

  UniqueFd const listener = listen_at(home / "s");

  ASSERT_TRUE(listener);
  EXPECT_TRUE(connect_to(home / "s"));
}

TEST(UnixAddress, BindsAndConnectsAtAPathTooLongForTheKernelsStructure) {
  test::TemporaryDirectory const home;
  auto const directory = home.path() / std::string(100, 'a') / std::string(100, 'b');
  std::filesystem::create_directories(directory);
  auto const path = directory / "daemon.sock";
  ASSERT_GT(path.string().size(), 200U);

  UniqueFd const listener = listen_at(path);

  ASSERT_TRUE(listener);
  EXPECT_TRUE(std::filesystem::is_socket(path));
  EXPECT_TRUE(connect_to(path));
}

TEST(UnixAddress, IsTheSameSocketByItsLongAndItsShortPath) {
  test::TemporaryDirectory const home;
  auto const deep = home.path() / std::string(120, 'c');
  std::filesystem::create_directories(deep);
  std::filesystem::create_directory_symlink(deep, home / "d");

  UniqueFd const listener = listen_at(deep / "s");

  ASSERT_TRUE(listener);
  EXPECT_TRUE(connect_to(home.path() / "d" / "s"));
}

TEST(UnixAddress, RefusesANameThatNoDirectoryTrickMakesFit) {
  test::TemporaryDirectory const home;

  auto const address = UnixAddress::of(home / std::string(200, 'n'));

  ASSERT_FALSE(address);
  EXPECT_EQ(address.error().number, ENAMETOOLONG);
}

TEST(UnixAddress, SaysThatTheDirectoryOfALongPathIsMissing) {
  auto const address = UnixAddress::of("/nowhere/" + std::string(150, 'x') + "/s");

  ASSERT_FALSE(address);
  EXPECT_EQ(address.error().number, ENOENT);
}

TEST(Peer, IsWhoTheKernelSays) {
  test::TemporaryDirectory const home;
  UniqueFd const listener = listen_at(home / "s");
  UniqueFd const client = connect_to(home / "s");
  ASSERT_TRUE(client);

  auto const peer = peer_of(client.get());

  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->uid, ::geteuid());
  EXPECT_EQ(peer->pid, ::getpid());
}

}  // namespace
}  // namespace agenta
