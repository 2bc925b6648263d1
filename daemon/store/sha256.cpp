#include "daemon/store/sha256.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <span>
#include <stdexcept>

namespace agenta::daemon::store {
namespace {

std::string to_hex(std::span<unsigned char const> digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(2 * digest.size());
  for (unsigned char const byte : digest) {
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0xfU];
  }
  return out;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  // `SHA256()` would look its implementation up at each call, which costs more than a short digest.
  static EVP_MD* const kSha256 = ::EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  if (kSha256 == nullptr ||
      ::EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, kSha256, nullptr) != 1)
    throw std::runtime_error{"OpenSSL has no SHA-256"};
  return to_hex(digest);
}

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&::EVP_MD_CTX_free)> context{::EVP_MD_CTX_new(), &::EVP_MD_CTX_free};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  if (!state_->context || ::EVP_DigestInit_ex(state_->context.get(), ::EVP_sha256(), nullptr) != 1)
    throw std::runtime_error{"OpenSSL has no SHA-256"};
}

Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
  ::EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size());
}

std::string Sha256::finish() {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  if (::EVP_DigestFinal_ex(state_->context.get(), digest.data(), nullptr) != 1)
    throw std::runtime_error{"OpenSSL cannot end a digest"};
  return to_hex(digest);
}

}  // namespace agenta::daemon::store
