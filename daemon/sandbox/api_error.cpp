#include "daemon/sandbox/api_error.hpp"

#include <nlohmann/json.hpp>

#include "daemon/sandbox/json_value.hpp"

namespace agenta::daemon::sandbox {
namespace {

std::string_view generic_slug(unsigned status) {
  switch (status) {
    case 400: return "HTTP_BadRequest";
    case 401: return "HTTP_Unauthorized";
    case 403: return "HTTP_Forbidden";
    case 404: return "HTTP_NotFound";
    case 405: return "HTTP_MethodNotAllowed";
    case 409: return "HTTP_Conflict";
    case 410: return "HTTP_Gone";
    case 422: return "HTTP_UnprocessableEntity";
    case 501: return "HTTP_NotImplemented";
    case 503: return "HTTP_ServiceUnavailable";
    default: return "HTTP_InternalServerError";
  }
}

}  // namespace

ApiError generic_error(unsigned status, std::string message) {
  ApiError error;
  error.status = status;
  error.code = 10000 + static_cast<int>(status);
  error.slug = generic_slug(status);
  error.message = std::move(message);
  return error;
}

ApiError bad_request(std::string message) { return generic_error(400, std::move(message)); }

ApiError account_not_found(std::string_view id) {
  ApiError error;
  error.status = 404;
  error.code = 606;
  error.slug = "ConnectedAccount_ResourceNotFound";
  error.message = "Connected account \"" + std::string{id} + "\" not found";
  error.suggested_fix = "Check if the connected account ID is valid and exists in your project";
  return error;
}

ApiError account_bad_request(std::string message, std::string suggested_fix) {
  ApiError error;
  error.status = 400;
  error.code = 600;
  error.slug = "ConnectedAccount_BadRequest";
  error.message = std::move(message);
  error.suggested_fix = std::move(suggested_fix);
  return error;
}

ApiError tool_not_found(std::string_view slug) {
  ApiError error;
  error.status = 404;
  error.code = 2401;
  error.slug = "Tool_ToolNotFound";
  error.message = "Tool " + std::string{slug} + " not found";
  error.suggested_fix = "Ensure the tool slug and version are valid";
  return error;
}

std::string error_document(ApiError const& error, std::string_view request_id) {
  nlohmann::ordered_json content{{"message", error.message}};
  if (error.code) content["code"] = *error.code;
  if (!error.slug.empty()) content["slug"] = error.slug;
  content["status"] = error.status;
  content["request_id"] = request_id;
  if (!error.suggested_fix.empty()) content["suggested_fix"] = error.suggested_fix;
  if (!error.errors.empty()) content["errors"] = error.errors;
  return to_text(nlohmann::ordered_json{{"error", std::move(content)}});
}

}  // namespace agenta::daemon::sandbox
