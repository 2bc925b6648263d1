#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "shared/base/unique_fd.hpp"

namespace agenta::mcp {

/// Something to poll for: readable once `wake` was called. Any thread.
class WakePipe {
 public:
  WakePipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return;
    reader_.reset(ends[0]);
    writer_.reset(ends[1]);
  }
  void wake() const {
    char const byte = 'w';
    [[maybe_unused]] ssize_t const written = ::write(writer_.get(), &byte, 1);
  }
  /// Makes it unreadable again.
  void clear() const {
    std::array<char, 64> bytes{};
    while (::read(reader_.get(), bytes.data(), bytes.size()) > 0) {
    }
  }
  int fd() const { return reader_.get(); }

 private:
  UniqueFd reader_{};
  UniqueFd writer_{};
};

}  // namespace agenta::mcp
