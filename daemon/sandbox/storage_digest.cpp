#include "daemon/sandbox/storage_digest.hpp"

#include <openssl/evp.h>

#include <array>

namespace agenta::daemon::sandbox {

std::string md5_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  ::EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, ::EVP_md5(), nullptr);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (unsigned at = 0; at < size; ++at) {
    text += kDigits[digest[at] >> 4];
    text += kDigits[digest[at] & 15];
  }
  return text;
}

}  // namespace agenta::daemon::sandbox
