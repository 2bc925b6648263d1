#include "daemon/composio/key_fingerprint.hpp"

#include <gtest/gtest.h>

namespace agenta::daemon {
namespace {

TEST(KeyFingerprint, IsTheBeginningOfTheHmac) {
  // RFC 4231, test case 2.
  EXPECT_EQ(key_fingerprint(Secret{"what do ya want for nothing?"}, "Jefe"), "5bdcc146bf60754e");
}

TEST(KeyFingerprint, DependsOnKeyAndSalt) {
  auto const fingerprint = key_fingerprint(Secret{"ak_1"}, "salt");

  EXPECT_EQ(fingerprint, key_fingerprint(Secret{"ak_1"}, "salt"));
  EXPECT_NE(fingerprint, key_fingerprint(Secret{"ak_2"}, "salt"));
  EXPECT_NE(fingerprint, key_fingerprint(Secret{"ak_1"}, "pepper"));
}

TEST(Sha256Hex, MatchesTheStandardsExamples) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace agenta::daemon
