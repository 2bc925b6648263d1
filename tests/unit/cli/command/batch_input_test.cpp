#include "cli/command/batch_input.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <vector>

#include "tests/support/temporary_directory.hpp"

namespace agenta::cli {
namespace {

struct Taken {
  std::int64_t number = 0;
  std::string text{};
  bool operator==(Taken const&) const = default;
};

std::vector<Taken> all_of(BatchInput& input) {
  std::vector<Taken> taken;
  for (;;) {
    auto line = input.next({});
    EXPECT_TRUE(line);
    if (!line || !*line) return taken;
    taken.push_back({(*line)->number, (*line)->is_too_long ? "(too long)" : (*line)->text});
  }
}

std::filesystem::path write(test::TemporaryDirectory const& directory, std::string const& text) {
  auto const path = directory.path() / "input";
  std::ofstream{path, std::ios::binary} << text;
  return path;
}

TEST(BatchInput, CountsBlankLinesAndSkipsThem) {
  BatchInput input{"a\n\n  \r\nb\r\nlast"};

  EXPECT_EQ(all_of(input), (std::vector<Taken>{{1, "a"}, {4, "b"}, {5, "last"}}));
}

TEST(BatchInput, HasNoLineAfterTheLastEnd) {
  BatchInput input{"a\n"};
  BatchInput empty{""};

  EXPECT_EQ(all_of(input), (std::vector<Taken>{{1, "a"}}));
  EXPECT_TRUE(all_of(empty).empty());
}

TEST(BatchInput, ReadsAFileInPiecesWhereverTheyEnd) {
  test::TemporaryDirectory const directory;
  std::string text;
  std::vector<Taken> wanted;
  for (int i = 1; i <= 3000; ++i) {
    std::string const line(static_cast<std::size_t>(1 + i * 7 % 97), static_cast<char>('a' + i % 26));
    text += line + "\n";
    wanted.push_back({i, line});
  }
  auto input = BatchInput::open(write(directory, text).string());
  ASSERT_TRUE(input);

  EXPECT_EQ(input->size(), static_cast<std::int64_t>(text.size()));
  EXPECT_EQ(all_of(*input), wanted);
  EXPECT_EQ(input->bytes_taken(), static_cast<std::int64_t>(text.size()));
}

TEST(BatchInput, PassesOverALineThatIsTooLongAndGoesOn) {
  test::TemporaryDirectory const directory;
  std::string const text = "a\n" + std::string(BatchInput::kLongestLine * 2 + 5, 'x') + "\nb\n" +
                           std::string(BatchInput::kLongestLine + 1, 'y');
  auto input = BatchInput::open(write(directory, text).string());
  ASSERT_TRUE(input);

  EXPECT_EQ(all_of(*input), (std::vector<Taken>{{1, "a"}, {2, "(too long)"}, {3, "b"}, {4, "(too long)"}}));
  EXPECT_EQ(input->bytes_taken(), static_cast<std::int64_t>(text.size()));
}

TEST(BatchInput, EndsWhenItIsStopped) {
  BatchInput input{"a\nb\n"};
  std::stop_source stop;
  ASSERT_TRUE(*input.next(stop.get_token()));
  stop.request_stop();

  auto const line = input.next(stop.get_token());

  ASSERT_TRUE(line);
  EXPECT_FALSE(*line);
}

TEST(BatchInput, SaysWhatCannotBeRead) {
  test::TemporaryDirectory const directory;

  auto const missing = BatchInput::open((directory.path() / "nothing").string());
  auto const folder = BatchInput::open(directory.path().string());

  ASSERT_FALSE(missing);
  ASSERT_FALSE(folder);
  EXPECT_EQ(missing.error().code, ErrorCode::usage);
  EXPECT_EQ(folder.error().code, ErrorCode::usage);
}

}  // namespace
}  // namespace agenta::cli
