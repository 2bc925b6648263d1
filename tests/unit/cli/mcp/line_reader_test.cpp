#include "cli/mcp/line_reader.hpp"

#include <gtest/gtest.h>

#include <array>
#include <thread>

namespace agenta::mcp {
namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    out.reset(ends[0]);
    in.reset(ends[1]);
  }
  void write(std::string_view text) const {
    while (!text.empty()) {
      ssize_t const written = ::write(in.get(), text.data(), text.size());
      ASSERT_GT(written, 0);
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  UniqueFd out{};
  UniqueFd in{};
};

using End = LineReader::End;

TEST(LineReader, GivesLinesHoweverTheyArrive) {
  Pipe pipe;
  LineReader reader{pipe.out.get(), {}};

  pipe.write("one\ntw");
  EXPECT_EQ(reader.next().line, "one");
  pipe.write("o\r\n\n  \nthree\nfour");
  EXPECT_EQ(reader.next().line, "two\r");
  EXPECT_EQ(reader.next().line, "three");
  pipe.in.reset();

  EXPECT_EQ(reader.next().end, End::closed);
}

TEST(LineReader, SkipsALineThatIsTooLongAndGoesOn) {
  Pipe pipe;
  LineReader reader{pipe.out.get(), {}};
  std::thread writer{[&] {
    std::string const piece(1 << 20, 'x');
    for (int i = 0; i < 17; ++i) pipe.write(piece);
    pipe.write("\nnext\n");
  }};

  auto const first = reader.next();
  auto const second = reader.next();
  writer.join();

  EXPECT_EQ(first.end, End::too_long);
  EXPECT_EQ(second.line, "next");
}

TEST(LineReader, TakesALineOfTheLongestLength) {
  Pipe pipe;
  LineReader reader{pipe.out.get(), {}};
  std::thread writer{[&] { pipe.write(std::string(kLongestMessage, 'x') + "\n"); }};

  auto const line = reader.next();
  writer.join();

  EXPECT_EQ(line.end, End::line);
  EXPECT_EQ(line.line.size(), kLongestMessage);
}

TEST(LineReader, StopsWhileItWaits) {
  Pipe pipe;
  std::stop_source stop;
  LineReader reader{pipe.out.get(), stop.get_token()};
  std::thread stopper{[&] { stop.request_stop(); }};

  auto const next = reader.next();
  stopper.join();

  EXPECT_EQ(next.end, End::stopped);
}

}  // namespace
}  // namespace agenta::mcp
