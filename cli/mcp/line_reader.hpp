#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>

#include "cli/mcp/wake_pipe.hpp"

namespace agenta::mcp {

/// Longest message that is taken: what the daemon takes as a body.
inline constexpr std::size_t kLongestMessage = std::size_t{16} << 20;

/// Reads lines from a descriptor, each at most `kLongestMessage` long. One thread.
class LineReader {
 public:
  enum class End {
    line,      ///< `line` is one, without its end
    too_long,  ///< there was one longer than is taken; it was skipped
    closed,    ///< the other side is done; what came of an unfinished line is dropped
    stopped,
  };
  struct Next {
    End end = End::closed;
    std::string line{};
  };

  LineReader(int fd, std::stop_token stop);
  /// Waits for the next line that is not empty.
  Next next();

 private:
  bool fill();
  std::size_t find_end();

  int fd_;
  std::stop_token stop_;
  WakePipe wake_{};
  std::stop_callback<std::function<void()>> on_stop_;
  std::string buffer_{};
  std::size_t begin_ = 0;    ///< of what was not yet given out
  std::size_t scanned_ = 0;  ///< up to here there is no end of a line
  bool skipping_ = false;    ///< a line that is too long
  bool closed_ = false;
};

}  // namespace agenta::mcp
