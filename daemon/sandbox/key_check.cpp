#include "daemon/sandbox/key_check.hpp"

#include <algorithm>
#include <optional>

#include "daemon/sandbox/organisation.hpp"

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

std::size_t count_credentials(HttpRequest const& request) {
  std::size_t count = 0;
  for (char const* name : {"x-api-key", "x-user-api-key", "x-org-api-key"}) {
    if (find_header(request.headers, name)) ++count;
  }
  auto const cookie = find_header(request.headers, "cookie");
  return cookie && cookie->find("authToken=") != std::string_view::npos ? count + 1 : count;
}

ApiResult<std::string> check_project_key(std::string_view accepted, std::string_view key, KeyUse use) {
  if (!key.starts_with(accepted)) {
    return refuse(key_error(401, 801, "APIKey_InvalidAPIKey", "Invalid API key: " + masked_key(key),
                            "Ensure you are using a valid API key"));
  }
  if (key.ends_with("_expired"))
    return refuse(key_error(401, 811, "APIKey_APIKeyExpired", "API key has expired"));
  if (use == KeyUse::execution && key.ends_with("_scoped")) {
    return refuse(key_error(403, 812, "APIKey_InsufficientPermissions",
                            "API key does not have permission for this operation"));
  }
  return project_of(accepted, key);
}

/// The project that the two headers choose; without them, the user's first.
ApiResult<std::string> chosen_project(std::string_view accepted, HttpRequest const& request) {
  auto const projects = projects_of(accepted);
  auto const organisation = find_header(request.headers, "x-org-id");
  auto const project = find_header(request.headers, "x-project-id");
  if (!organisation && !project) return projects.front().id;
  if (!organisation || !project) return refuse(bad_request("x-org-id and x-project-id go together"));
  auto const found = std::ranges::find(projects, *project, &Project::id);
  if (*organisation != kOrganisation || found == projects.end())
    return refuse(key_error(403, 2206, "Organization_InsufficientPermissions", "Insufficient permissions"));
  return found->id;
}

ApiResult<std::string> check_user_key(std::string_view accepted, HttpRequest const& request,
                                      std::string_view key, Access access) {
  bool const is_known = key.starts_with(user_key_prefix(accepted)) && !key.ends_with("_expired");
  if (!is_known) return refuse(key_error(401, 2113, "UserApiKey_Unauthorized", "Invalid user API key"));
  if (access == Access::project)
    return refuse(key_error(401, 10401, "HTTP_Unauthorized", "This endpoint takes no user API key"));
  return chosen_project(accepted, request);
}

}  // namespace

ApiResult<std::string> check_key(std::string_view accepted, HttpRequest const& request, Access access,
                                 KeyUse use) {
  if (access == Access::open) return std::string{};
  std::size_t const credentials = count_credentials(request);
  if (credentials == 0) return refuse(key_error(401, 906, "Auth_NoAuthProvided", "No API key provided"));
  if (credentials > 1) {
    return refuse(key_error(401, 10401, "HTTP_Unauthorized",
                            "Multiple authentication modes were provided. Send exactly one credential."));
  }
  if (auto const key = find_header(request.headers, "x-user-api-key"))
    return check_user_key(accepted, request, *key, access);
  auto const key = find_header(request.headers, "x-api-key");
  if (!key || access == Access::user)
    return refuse(key_error(401, 10401, "HTTP_Unauthorized", "This endpoint takes another kind of key"));
  return check_project_key(accepted, *key, use);
}

}  // namespace agenta::daemon::sandbox
