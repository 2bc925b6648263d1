#include "cli/command/output_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "tests/support/temporary_directory.hpp"

namespace agenta::cli {
namespace {

namespace fs = std::filesystem;
using Access = OutputFile::Access;

struct OutputFileTest : testing::Test {
  test::TemporaryDirectory directory;
  fs::path const file = directory.path() / "out";

  void put(std::string const& text) const { std::ofstream{file} << text; }
  static std::string read(fs::path const& path) {
    std::ifstream in{path};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  static unsigned mode(fs::path const& path) {
    return static_cast<unsigned>(fs::status(path).permissions()) & 0777U;
  }
  std::ptrdiff_t files() const {
    return std::distance(fs::directory_iterator{directory.path()}, fs::directory_iterator{});
  }
};

TEST_F(OutputFileTest, ReplacesWhatIsThereOnceItIsWhole) {
  put("old");
  auto out = OutputFile::begin(file, Access::by_umask);
  ASSERT_TRUE(out);

  ASSERT_TRUE(out->write("new"));
  EXPECT_EQ(read(file), "old");
  ASSERT_TRUE(out->finish());

  EXPECT_EQ(read(file), "new");
  EXPECT_EQ(files(), 1);
}

TEST_F(OutputFileTest, LeavesWhatIsThereWhereItIsDropped) {
  put("old");

  { ASSERT_TRUE(OutputFile::begin(file, Access::owner).value().write("half")); }

  EXPECT_EQ(read(file), "old");
  EXPECT_EQ(files(), 1);
}

TEST_F(OutputFileTest, OpensToNobodyWhatWasClosedAndKeepsTheOwnersToItself) {
  put("old");
  fs::permissions(file, fs::perms{0600});
  ASSERT_TRUE(OutputFile::begin(file, Access::by_umask).value().finish());
  EXPECT_EQ(mode(file), 0600U);

  fs::permissions(file, fs::perms{0644});
  ASSERT_TRUE(OutputFile::begin(file, Access::owner).value().finish());
  EXPECT_EQ(mode(file), 0600U);
}

TEST_F(OutputFileTest, WritesWhatALinkLeadsTo) {
  put("old");
  fs::path const link = directory.path() / "link";
  fs::create_symlink(file, link);
  auto out = OutputFile::begin(link, Access::by_umask);
  ASSERT_TRUE(out);

  ASSERT_TRUE(out->write("new"));
  ASSERT_TRUE(out->finish());

  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(read(file), "new");
}

TEST_F(OutputFileTest, RefusesWhatCannotBeWritten) {
  EXPECT_EQ(OutputFile::begin(directory.path(), Access::owner).error().code, ErrorCode::usage);
  EXPECT_EQ(OutputFile::begin(directory.path() / "no" / "where", Access::owner).error().code,
            ErrorCode::usage);
  EXPECT_TRUE(OutputFile::begin("/dev/null", Access::owner).value().finish());
}

}  // namespace
}  // namespace agenta::cli
