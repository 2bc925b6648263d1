#include "daemon/sandbox/key_check.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace agenta::daemon::sandbox {
namespace {

ApiError key_error(unsigned status, int code, std::string slug, std::string message, std::string fix = {}) {
  ApiError error;
  error.status = status;
  error.code = code;
  error.slug = std::move(slug);
  error.message = std::move(message);
  error.suggested_fix = std::move(fix);
  return error;
}

/// The key's kind and its last four characters; nothing else of a key that may be real.
std::string masked_key(std::string_view key) {
  std::size_t const prefix = key.find('_');
  std::string text{prefix < 4 ? key.substr(0, prefix + 1) : std::string_view{}};
  text += "**";
  if (key.size() > 8) text += key.substr(key.size() - 4);
  return text;
}

/// FNV-1a: a name for the project of a key that does not hold the key, and that stays from run to run.
std::string project_of(std::string_view key) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (char const c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
  return std::string{"pr_"} + text.data();
}

std::size_t count_credentials(HttpRequest const& request) {
  std::size_t count = 0;
  for (char const* name : {"x-api-key", "x-user-api-key", "x-org-api-key"}) {
    if (find_header(request.headers, name)) ++count;
  }
  auto const cookie = find_header(request.headers, "cookie");
  return cookie && cookie->find("authToken=") != std::string_view::npos ? count + 1 : count;
}

}  // namespace

ApiResult<std::string> check_key(std::string_view accepted, HttpRequest const& request, KeyUse use) {
  std::size_t const credentials = count_credentials(request);
  if (credentials == 0) return refuse(key_error(401, 906, "Auth_NoAuthProvided", "No API key provided"));
  if (credentials > 1) {
    return refuse(key_error(401, 10401, "HTTP_Unauthorized",
                            "Multiple authentication modes were provided. Send exactly one credential."));
  }
  auto const key = find_header(request.headers, "x-api-key");
  if (!key) return refuse(key_error(401, 2113, "UserApiKey_Unauthorized", "Invalid user API key"));
  if (!key->starts_with(accepted)) {
    return refuse(key_error(401, 801, "APIKey_InvalidAPIKey", "Invalid API key: " + masked_key(*key),
                            "Ensure you are using a valid API key"));
  }
  if (key->ends_with("_expired"))
    return refuse(key_error(401, 811, "APIKey_APIKeyExpired", "API key has expired"));
  if (use == KeyUse::execution && key->ends_with("_scoped")) {
    return refuse(key_error(403, 812, "APIKey_InsufficientPermissions",
                            "API key does not have permission for this operation"));
  }
  return project_of(*key);
}

}  // namespace agenta::daemon::sandbox
