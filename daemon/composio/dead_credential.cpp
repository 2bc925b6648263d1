#include "daemon/composio/dead_credential.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "shared/base/text.hpp"

namespace agenta::daemon {
namespace {

constexpr std::array<std::string_view, 10> kTokens{
    "account_inactive", "expired_token", "invalid_auth",  "invalid_client", "invalid_grant",
    "invalid_token",    "not_authed",    "token_expired", "token_revoked",  "unauthorized_client"};
constexpr std::array<std::string_view, 3> kPhrases{"bad credentials", "invalidauthenticationtoken",
                                                   "token has been expired or revoked"};

bool is_of_a_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

bool has_token(std::string_view text) {
  for (auto begin = text.begin(); begin != text.end();) {
    begin = std::find_if(begin, text.end(), is_of_a_word);
    auto const end = std::find_if_not(begin, text.end(), is_of_a_word);
    if (std::ranges::find(kTokens, std::string_view{begin, end}) != kTokens.end()) return true;
    begin = end;
  }
  return false;
}

}  // namespace

bool proves_dead_credential(std::string_view tool_error) {
  auto const text = to_lower(tool_error);
  return has_token(text) || std::ranges::any_of(kPhrases, [&](std::string_view phrase) {
           return text.find(phrase) != std::string::npos;
         });
}

}  // namespace agenta::daemon
