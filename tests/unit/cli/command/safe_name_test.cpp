#include "cli/command/safe_name.hpp"

#include <gtest/gtest.h>

namespace agenta::cli {
namespace {

TEST(SafeName, StaysInItsDirectory) {
  EXPECT_EQ(safe_file_name("../../etc/passwd"), "passwd");
  EXPECT_EQ(safe_file_name("..\\..\\x.exe"), "x.exe");
  EXPECT_EQ(safe_file_name("/absolute"), "absolute");
  EXPECT_EQ(safe_file_name(".."), "file");
  EXPECT_EQ(safe_file_name("a/"), "file");
  EXPECT_EQ(safe_file_name(""), "file");
}

TEST(SafeName, IsNeitherHiddenNorReadAsSomethingElse) {
  EXPECT_EQ(safe_file_name(".bashrc"), "bashrc");
  EXPECT_EQ(safe_file_name("...x"), "x");
  EXPECT_EQ(safe_file_name("-rf"), "_rf");
  EXPECT_EQ(safe_file_name("report.pdf. "), "report.pdf");
}

TEST(SafeName, HasNothingUnseenInIt) {
  EXPECT_EQ(safe_file_name("in\x1b[31m\nvoice.pdf"), "in[31mvoice.pdf");
  EXPECT_EQ(safe_file_name("in\xE2\x80\xAE"
                           "fdp.exe"),
            "infdp.exe");
  EXPECT_EQ(safe_file_name("a\xE2\x81\xA6"
                           "b\xC2\x85"
                           "c"),
            "abc");
  EXPECT_EQ(safe_file_name("Rechnung M\xC3\xA4rz.pdf"), "Rechnung M\xC3\xA4rz.pdf");
  EXPECT_EQ(safe_file_name("bad\xFF.txt"), "bad.txt");
  EXPECT_EQ(safe_file_name(std::string{"nul\0l.txt", 9}), "null.txt");
}

TEST(SafeName, IsShortEnoughAndKeepsItsExtension) {
  std::string const longest(300, 'a');

  EXPECT_EQ(safe_file_name(longest + ".pdf"), std::string(236, 'a') + ".pdf");
  EXPECT_LE(safe_file_name(std::string(200, 'a') + std::string(100, '.')).size(), 240U);
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "\xC3\xA4";
  auto const name = safe_file_name(umlauts + ".txt");
  EXPECT_LE(name.size(), 240U);
  EXPECT_TRUE(name.ends_with("\xC3\xA4.txt")) << name;
}

TEST(SafeName, IsCountedBeforeItsExtension) {
  EXPECT_EQ(numbered_name("report.pdf", 1), "report.pdf");
  EXPECT_EQ(numbered_name("report.pdf", 2), "report (2).pdf");
  EXPECT_EQ(numbered_name("report", 3), "report (3)");
}

}  // namespace
}  // namespace agenta::cli
