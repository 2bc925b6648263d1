#include "daemon/composio/dead_credential.hpp"

#include <gtest/gtest.h>

#include <string>

namespace agenta::daemon {
namespace {

TEST(DeadCredential, IsProvedByEachKnownToken) {
  for (auto const* token :
       {"account_inactive", "expired_token", "invalid_auth", "invalid_client", "invalid_grant",
        "invalid_token", "not_authed", "token_expired", "token_revoked", "unauthorized_client"}) {
    EXPECT_TRUE(proves_dead_credential(token)) << token;
    EXPECT_TRUE(proves_dead_credential(std::string{"slack: {\"error\":\""} + token + "\"}")) << token;
    EXPECT_FALSE(proves_dead_credential(std::string{token} + "s")) << token;
    EXPECT_FALSE(proves_dead_credential(std::string{"my_"} + token)) << token;
  }
}

TEST(DeadCredential, IsProvedByEachKnownPhraseInAnyCase) {
  EXPECT_TRUE(proves_dead_credential("401: Bad credentials"));
  EXPECT_TRUE(proves_dead_credential("Code: InvalidAuthenticationToken."));
  EXPECT_TRUE(proves_dead_credential("Token has been EXPIRED or revoked."));
}

TEST(DeadCredential, IsNotProvedByOtherFailures) {
  for (auto const* words : {"", "invalid token", "404 Not Found", "Following fields are missing: {'token'}",
                            "rate limited", "credentials", "forbidden"})
    EXPECT_FALSE(proves_dead_credential(words)) << words;
}

}  // namespace
}  // namespace agenta::daemon
