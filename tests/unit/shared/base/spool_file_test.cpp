#include "shared/base/spool_file.hpp"

#include <gtest/gtest.h>

#include "shared/base/base64.hpp"
#include "tests/support/temporary_directory.hpp"

namespace agenta {
namespace {

TEST(SpoolFile, GivesBackWhatWasAppendedAndHasNoName) {
  test::TemporaryDirectory directory;
  auto spool = SpoolFile::make(directory.path());
  ASSERT_TRUE(spool);

  ASSERT_TRUE(spool->append("lost"));
  ASSERT_TRUE(spool->clear());
  ASSERT_TRUE(spool->append("hello "));
  ASSERT_TRUE(spool->append("world"));

  EXPECT_EQ(spool->size(), 11);
  EXPECT_EQ(spool->read(6, 100).value(), "world");
  EXPECT_EQ(spool->read(0, 5).value(), "hello");
  EXPECT_EQ(spool->read(99, 5).value(), "");
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
  EXPECT_FALSE(SpoolFile::make(directory / "nowhere"));
}

TEST(Base64, GoesThereAndBack) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    bytes.push_back(static_cast<char>(i));
  }
  EXPECT_EQ(base64_encode("Ma"), "TWE=");
  EXPECT_FALSE(base64_decode("T"));
  EXPECT_FALSE(base64_decode("a b="));
}

}  // namespace
}  // namespace agenta
