#include "cli/mcp/outbox.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <vector>

#include "shared/base/unique_fd.hpp"

namespace agenta::mcp {
namespace {

struct Ends {
  UniqueFd reader{};
  UniqueFd writer{};
};

Ends make_pipe() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  return {UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

Ends make_socket() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  return {UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

std::string read_all(int fd) {
  std::string out;
  std::array<char, 65536> piece{};
  for (ssize_t got = 0; (got = ::read(fd, piece.data(), piece.size())) > 0;)
    out.append(piece.data(), static_cast<std::size_t>(got));
  return out;
}

TEST(Outbox, WritesWholeLinesOfManyThreads) {
  for (auto const make : {make_pipe, make_socket}) {
    Ends ends = make();
    std::string said;
    std::thread reader{[&] { said = read_all(ends.reader.get()); }};
    {
      Outbox outbox{ends.writer.get(), {}};
      std::vector<std::thread> senders;
      for (char letter = 'a'; letter < 'i'; ++letter) {
        senders.emplace_back([&outbox, letter] {
          for (int i = 0; i < 50; ++i) outbox.send(std::string(10'000, letter));
        });
      }
      for (auto& each : senders) each.join();
      outbox.close(std::chrono::seconds{20});
    }
    ends.writer.reset();
    reader.join();

    EXPECT_EQ(said.size(), 8U * 50U * 10'001U);
    for (std::size_t at = 0; at < said.size(); at += 10'001) {
      EXPECT_EQ(said.substr(at, 10'000), std::string(10'000, said[at]));
      EXPECT_EQ(said[at + 10'000], '\n');
    }
  }
}

TEST(Outbox, GivesUpOnAClientThatDoesNotRead) {
  Ends const ends = make_pipe();
  Outbox outbox{ends.writer.get(), {}};
  outbox.send(std::string(1 << 20, 'x'));

  auto const begin = std::chrono::steady_clock::now();
  outbox.close(std::chrono::milliseconds{50});

  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{10});
}

TEST(Outbox, SaysThatNobodyReadsAnyMore) {
  ::signal(SIGPIPE, SIG_IGN);
  Ends ends = make_pipe();
  ends.reader.reset();
  std::atomic<bool> broken = false;

  {
    Outbox outbox{ends.writer.get(), [&](int error) { broken = error != 0; }};
    outbox.send("x");
    outbox.close(std::chrono::seconds{20});
  }

  EXPECT_TRUE(broken);
}

}  // namespace
}  // namespace agenta::mcp
