#include "daemon/core/file_digest.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace agenta::daemon {
namespace {

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&::EVP_MD_CTX_free)>;

Context begin(EVP_MD const* algorithm) {
  Context context{::EVP_MD_CTX_new(), &::EVP_MD_CTX_free};
  if (!context || ::EVP_DigestInit_ex(context.get(), algorithm, nullptr) != 1)
    throw std::runtime_error{"OpenSSL has no such digest"};
  return context;
}

std::string end(EVP_MD_CTX* context) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (::EVP_DigestFinal_ex(context, digest.data(), &size) != 1)
    throw std::runtime_error{"OpenSSL could not finish a digest"};
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (unsigned at = 0; at < size; ++at) {
    text += kDigits[digest[at] >> 4];
    text += kDigits[digest[at] & 15];
  }
  return text;
}

}  // namespace

struct FileDigest::State {
  Context md5 = begin(::EVP_md5());
  Context sha256 = begin(::EVP_sha256());
};

FileDigest::FileDigest() : state_(std::make_unique<State>()) {}
FileDigest::~FileDigest() = default;

void FileDigest::add(std::string_view bytes) {
  ::EVP_DigestUpdate(state_->md5.get(), bytes.data(), bytes.size());
  ::EVP_DigestUpdate(state_->sha256.get(), bytes.data(), bytes.size());
}

FileDigest::Digests FileDigest::finish() { return {end(state_->md5.get()), end(state_->sha256.get())}; }

}  // namespace agenta::daemon
