#include "shared/base/id.hpp"

#include <sys/random.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <span>

namespace agenta {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

void fill_random(std::span<unsigned char> out) {
  while (!out.empty()) {
    ssize_t const got = ::getrandom(out.data(), out.size(), 0);
    // getrandom fails only where the kernel has no such call or the buffer is bad: neither is a state to go
    // on in.
    if (got <= 0) std::abort();
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

std::string to_hex(std::span<unsigned char const> bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (unsigned char const byte : bytes) {
    out += kHexDigits[byte >> 4];
    out += kHexDigits[byte & 0xf];
  }
  return out;
}

/// Milliseconds and a 12-bit counter that together never repeat nor go back (RFC 9562 §6.2, method 1).
struct Tick {
  std::uint64_t milliseconds = 0;
  std::uint32_t counter = 0;
};

Tick next_tick(std::uint32_t random) {
  static std::mutex mutex;
  static Tick last;
  auto const now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  auto const milliseconds = static_cast<std::uint64_t>(now.count());

  std::lock_guard const guard{mutex};
  if (milliseconds > last.milliseconds) {
    last.milliseconds = milliseconds;
    last.counter = random & 0x7ff;  // the upper half is room to count in
  } else if (++last.counter > 0xfff) {
    ++last.milliseconds;
    last.counter = random & 0x7ff;
  }
  return last;
}

}  // namespace

std::string make_uuid_v7() {
  std::array<unsigned char, 16> bytes{};
  fill_random(bytes);
  std::uint32_t const random = (std::uint32_t{bytes[6]} << 8) | bytes[7];
  Tick const tick = next_tick(random);
  for (int i = 0; i < 6; ++i)
    bytes[static_cast<std::size_t>(i)] = static_cast<unsigned char>(tick.milliseconds >> (40 - 8 * i));
  bytes[6] = static_cast<unsigned char>(0x70 | (tick.counter >> 8));
  bytes[7] = static_cast<unsigned char>(tick.counter & 0xff);
  bytes[8] = static_cast<unsigned char>(0x80 | (bytes[8] & 0x3f));

  std::string hex = to_hex(bytes);
  for (std::size_t const at : {20U, 16U, 12U, 8U}) hex.insert(at, 1, '-');
  return hex;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool const dash = i == 8 || i == 13 || i == 18 || i == 23;
    char const c = text[i];
    bool const hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

std::string random_hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  std::span<unsigned char> const view{reinterpret_cast<unsigned char*>(raw.data()), raw.size()};
  fill_random(view);
  return to_hex(view);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<unsigned char>(
        difference | (static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i])));
  }
  return difference == 0;
}

}  // namespace agenta
