#include "shared/base/private_dir.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <string>

#include "tests/support/temporary_directory.hpp"

namespace agenta {
namespace {

mode_t mode_of(std::filesystem::path const& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

/// Restores the process's umask.
class Umask {
 public:
  explicit Umask(mode_t mask) : before_(::umask(mask)) {}
  Umask(Umask const&) = delete;
  Umask& operator=(Umask const&) = delete;
  ~Umask() { ::umask(before_); }

 private:
  mode_t before_;
};

TEST(PrivateDir, IsMadeClosedWhateverTheUmask) {
  test::TemporaryDirectory const home;
  Umask const loose{0};

  auto const opened = open_private_dir(home.path() / "a" / "b");

  ASSERT_TRUE(opened) << opened.error().message();
  EXPECT_EQ(mode_of(home / "a"), 0700U);
  EXPECT_EQ(mode_of(home.path() / "a" / "b"), 0700U);
}

TEST(PrivateDir, RefusesOneThatIsOpenToOthersAndLeavesItAsItIs) {
  test::TemporaryDirectory const home;
  auto const path = home / "run";
  ASSERT_EQ(::mkdir(path.c_str(), 0700), 0);
  ASSERT_EQ(::chmod(path.c_str(), 0755), 0);

  auto const opened = open_private_dir(path);

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().number, EPERM);
  EXPECT_NE(opened.error().message().find("mode 0755"), std::string::npos);
  EXPECT_NE(opened.error().message().find("chmod 700 " + path.string()), std::string::npos);
  EXPECT_EQ(mode_of(path), 0755U);
}

TEST(PrivateDir, RefusesASymbolicLink) {
  test::TemporaryDirectory const home;
  ASSERT_EQ(::mkdir((home / "real").c_str(), 0700), 0);
  std::filesystem::create_directory_symlink(home / "real", home / "run");

  auto const opened = open_private_dir(home / "run");

  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message().find("symbolic link"), std::string::npos);
}

TEST(PrivateDir, IsNotMadeByLookingForIt) {
  test::TemporaryDirectory const home;

  auto const opened = open_existing_private_dir(home / "run");

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().number, ENOENT);
  EXPECT_FALSE(std::filesystem::exists(home / "run"));
}

TEST(PrivateDir, RefusesAFileInItsPlace) {
  test::TemporaryDirectory const home;
  std::ofstream{home / "run"} << "not a directory";

  EXPECT_FALSE(open_private_dir(home / "run"));
}

TEST(PrivateFile, ComesBackWholeAndClosed) {
  test::TemporaryDirectory const home;
  Umask const loose{0};
  std::string const content{"secret\0text", 11};

  ASSERT_TRUE(write_private_file(home / "key", "old"));
  ASSERT_TRUE(write_private_file(home / "key", content));

  EXPECT_EQ(read_file(home / "key").value(), content);
  EXPECT_EQ(mode_of(home / "key"), 0600U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator{home.path()}, {}), 1)
      << "nothing is left beside it";
}

TEST(PrivateFile, IsRefusedWhereOthersCanReadItWithTheCommandThatMendsIt) {
  test::TemporaryDirectory const home;
  ASSERT_TRUE(write_private_file(home / "key", "x"));
  EXPECT_TRUE(check_private_file(home / "key"));
  ASSERT_EQ(::chmod((home / "key").c_str(), 0644), 0);

  auto const checked = check_private_file(home / "key");

  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message().find("chmod 600"), std::string::npos);
}

TEST(ReadFile, StopsAtItsLimit) {
  test::TemporaryDirectory const home;
  ASSERT_TRUE(write_private_file(home / "big", std::string(100, 'x')));

  EXPECT_EQ(read_file(home / "big", 99).error().number, EFBIG);
  EXPECT_EQ(read_file(home / "big", 100).value().size(), 100U);
  EXPECT_EQ(read_file(home / "none").error().number, ENOENT);
}

}  // namespace
}  // namespace agenta
