#include "cli/clients/config_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "cli/clients/config_place.hpp"
#include "cli/clients/config_turn.hpp"
#include "shared/base/private_dir.hpp"
#include "tests/support/temporary_directory.hpp"

namespace agenta::cli {
namespace {

using namespace std::literals;

class ConfigFiles : public ::testing::Test {
 protected:
  void write(std::string const& text) const { std::ofstream{path_} << text; }
  std::string read() const { return read_file(path_).value_or("(none)"); }
  ConfigFile load() const { return ConfigFile::load(path_).value(); }
  std::size_t count() const {
    auto const entries = std::filesystem::directory_iterator{directory_.path()};
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
  }

  test::TemporaryDirectory directory_{};
  std::filesystem::path path_{directory_ / "c.json"};
};

TEST_F(ConfigFiles, WhatChangedSinceItWasReadIsNotOverwritten) {
  write("old");
  auto const file = load();
  write("theirs");

  EXPECT_EQ(file.save("new", Readers::owner).value(), Change::overtaken);
  EXPECT_EQ(file.remove().value(), Change::overtaken);
  EXPECT_EQ(read(), "theirs");
  EXPECT_EQ(count(), 1U);
}

TEST_F(ConfigFiles, WhatWasMadeSinceIsNotOverwritten) {
  auto const file = load();
  write("theirs");

  EXPECT_EQ(file.save("new", Readers::owner).value(), Change::overtaken);
  EXPECT_EQ(read(), "theirs");
  EXPECT_EQ(count(), 1U);
}

TEST_F(ConfigFiles, WhatWasTakenAwaySinceIsNotMadeAgain) {
  write("old");
  auto const file = load();
  std::filesystem::remove(path_);

  EXPECT_EQ(file.save("new", Readers::owner).value(), Change::overtaken);
  EXPECT_EQ(count(), 0U);
}

TEST_F(ConfigFiles, AFileOfSeveralNamesThatChangedIsNotOverwrittenEither) {
  write("old");
  std::filesystem::create_hard_link(path_, directory_ / "other");
  auto const file = load();
  write("theirs");

  EXPECT_EQ(file.save("new", Readers::owner).value(), Change::overtaken);
  EXPECT_EQ(read(), "theirs");
  EXPECT_EQ(count(), 2U);
}

TEST_F(ConfigFiles, ATextThatGotShorterLeavesNothingBehindIt) {
  write("a long old text");
  std::filesystem::create_hard_link(path_, directory_ / "other");

  EXPECT_EQ(load().save("new", Readers::owner).value(), Change::made);
  EXPECT_EQ(read(), "new");
  EXPECT_EQ(read_file(directory_ / "other").value(), "new");
}

TEST_F(ConfigFiles, WhatRootWritesStaysItsOwners) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root writes other people's files";
  constexpr uid_t kNobody = 65534;
  write("old");
  ASSERT_EQ(::chown(path_.c_str(), kNobody, kNobody), 0);

  EXPECT_EQ(load().save("new", Readers::owner).value(), Change::made);

  struct stat found {};
  ASSERT_EQ(::stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_uid, kNobody);
  EXPECT_EQ(found.st_gid, kNobody);
  EXPECT_EQ(read(), "new");
}

TEST_F(ConfigFiles, ATurnThatDoesNotEndIsGivenUpOn) {
  UniqueFd const held{::open(directory_.path().c_str(), O_RDONLY | O_DIRECTORY)};
  ASSERT_EQ(::flock(held.get(), LOCK_EX), 0);
  auto const part = make_part_name(path_);
  std::ofstream{part} << "of a live one";

  auto const turn = ConfigTurn::take(path_, 1ms);

  ASSERT_FALSE(turn.has_value());
  EXPECT_EQ(turn.error().retryable, Retryable::yes);
  EXPECT_TRUE(std::filesystem::exists(part));
}

TEST_F(ConfigFiles, ATurnThatHasEndedIsTheNextOnes) {
  { auto const first = ConfigTurn::take(path_, 1ms).value(); }

  EXPECT_TRUE(ConfigTurn::take(path_, 0ms).has_value());
}

TEST_F(ConfigFiles, OnlyNamesMadeHereAreNamesOfParts) {
  EXPECT_TRUE(is_part_name(make_part_name(path_).filename().string(), "c.json"));
  for (char const* name : {".c.json.agenta-tools-.part", ".c.json.agenta-tools-0g.part", ".c.json.0a.part",
                           ".d.json.agenta-tools-0a.part", ".c.json.agenta-tools-0a.part2"}) {
    EXPECT_FALSE(is_part_name(name, "c.json")) << name;
  }
}

}  // namespace
}  // namespace agenta::cli
