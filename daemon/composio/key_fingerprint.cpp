#include "daemon/composio/key_fingerprint.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <span>
#include <stdexcept>

namespace agenta::daemon {
namespace {

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string to_hex(std::span<unsigned char const> bytes) {
  constexpr auto kDigits = std::string_view{"0123456789abcdef"};
  auto text = std::string{};
  for (auto const byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

unsigned char const* bytes_of(std::string_view text) {
  return reinterpret_cast<unsigned char const*>(text.data());
}

}  // namespace

std::string key_fingerprint(Secret const& key, std::string_view salt) {
  auto digest = Digest{};
  auto size = 0U;
  auto const& text = key.reveal();
  if (::HMAC(::EVP_sha256(), salt.data(), static_cast<int>(salt.size()), bytes_of(text), text.size(),
             digest.data(), &size) == nullptr)
    throw std::runtime_error{"OpenSSL has no HMAC-SHA256"};
  return to_hex(std::span{digest.data(), 8});
}

std::string sha256_hex(std::string_view text) {
  auto digest = Digest{};
  auto size = 0U;
  if (::EVP_Digest(text.data(), text.size(), digest.data(), &size, ::EVP_sha256(), nullptr) != 1)
    throw std::runtime_error{"OpenSSL has no SHA-256"};
  return to_hex(std::span{digest.data(), size});
}

}  // namespace agenta::daemon
