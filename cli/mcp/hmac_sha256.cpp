#include "cli/mcp/hmac_sha256.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <functional>

namespace agenta::mcp {
namespace {

constexpr std::size_t kBlock = 64;
constexpr std::size_t kLengthBytes = 8;

constexpr std::array<std::uint32_t, 64> kRound{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

using State = std::array<std::uint32_t, 8>;

constexpr State kInitial{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

std::uint32_t byte_at(std::string_view text, std::size_t at) { return static_cast<std::uint8_t>(text[at]); }

void add_block(State& state, std::string_view block) {
  std::array<std::uint32_t, 64> w{};
  for (std::size_t i = 0; i < 16; ++i) {
    w[i] = byte_at(block, 4 * i) << 24U | byte_at(block, 4 * i + 1) << 16U | byte_at(block, 4 * i + 2) << 8U |
           byte_at(block, 4 * i + 3);
  }
  for (std::size_t i = 16; i < w.size(); ++i) {
    std::uint32_t const s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ w[i - 15] >> 3U;
    std::uint32_t const s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ w[i - 2] >> 10U;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t i = 0; i < w.size(); ++i) {
    std::uint32_t const s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    std::uint32_t const first = h + s1 + ((e & f) ^ (~e & g)) + kRound[i] + w[i];
    std::uint32_t const s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    std::uint32_t const second = s0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + first, d = c, c = b, b = a, a = first + second;
  }
  State const added{a, b, c, d, e, f, g, h};
  std::ranges::transform(state, added, state.begin(), std::plus{});
}

}  // namespace

Digest sha256(std::string_view message) {
  State state = kInitial;
  std::uint64_t const bits = std::uint64_t{message.size()} * 8;
  for (; message.size() >= kBlock; message.remove_prefix(kBlock)) add_block(state, message.substr(0, kBlock));

  std::string rest{message};
  rest += '\x80';
  while (rest.size() % kBlock != kBlock - kLengthBytes) rest += '\0';
  for (std::size_t i = 0; i < kLengthBytes; ++i) rest += static_cast<char>(bits >> (56 - 8 * i) & 0xFFU);
  for (std::string_view left = rest; !left.empty(); left.remove_prefix(kBlock))
    add_block(state, left.substr(0, kBlock));

  Digest digest{};
  for (std::size_t i = 0; i < digest.size(); ++i)
    digest[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)) & 0xFFU);
  return digest;
}

Digest hmac_sha256(std::string_view key, std::string_view message) {
  std::string padded{key};
  if (key.size() > kBlock) {
    Digest const digest = sha256(key);
    padded.assign(digest.begin(), digest.end());
  }
  padded.resize(kBlock, '\0');
  auto const masked = [&](char mask) {
    std::string out = padded;
    for (char& each : out) each = static_cast<char>(each ^ mask);
    return out;
  };
  Digest const inner = sha256(masked(0x36) + std::string{message});
  return sha256(masked(0x5c) + std::string{inner.begin(), inner.end()});
}

std::string to_hex(Digest const& digest) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (std::uint8_t const byte : digest) {
    out += kHex[byte >> 4U];
    out += kHex[byte & 0xFU];
  }
  return out;
}

}  // namespace agenta::mcp
