#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/catalog_source.hpp"
#include "daemon/sandbox/json_value.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::ordered_json;

Json field_json(CredentialField const& field) {
  return Json{{"name", field.name},         {"displayName", field.label},
              {"type", "string"},           {"description", field.description},
              {"required", field.required}, {"is_secret", field.secret}};
}

Json groups_of(std::vector<CredentialField> const& fields) {
  Json groups{{"required", Json::array()}, {"optional", Json::array()}};
  for (auto const& field : fields)
    groups[field.required ? "required" : "optional"].push_back(field_json(field));
  return groups;
}

std::vector<CredentialField> creation_fields(std::string_view scheme) {
  if (scheme == "OAUTH2") {
    return {
        {"client_id", "Client id", "Client id of your OAuth app", true, false, {}},
        {"client_secret", "Client secret", "Client secret of your OAuth app", true, true, {}},
        {"oauth_redirect_uri", "Redirect URI", "Where the provider sends the user back to", false, false, {}},
        {"scopes", "Scopes", "What to ask consent for", false, false, {}}};
  }
  if (scheme == "OAUTH1") {
    return {{"consumer_key", "Consumer key", "Consumer key of your app", true, false, {}},
            {"consumer_secret", "Consumer secret", "Consumer secret of your app", true, true, {}}};
  }
  return {};
}

Json details_of(Toolkit const& toolkit) {
  Json details = Json::array();
  for (auto const& scheme : toolkit.schemes) {
    Json fields{{"auth_config_creation", groups_of(creation_fields(scheme))},
                {"connected_account_initiation",
                 groups_of(scheme == "NO_AUTH" ? std::vector<CredentialField>{} : toolkit.fields)}};
    Json detail{{"mode", scheme},
                {"name", toolkit.slug + "_" + scheme},
                {"fields", std::move(fields)},
                {"auth_hint_url", nullptr}};
    if (!toolkit.base_url.empty()) detail["proxy"] = {{"base_url", toolkit.base_url}};
    details.push_back(std::move(detail));
  }
  return details;
}

Json item_of(Toolkit const& toolkit) {
  Json item{{"slug", toolkit.slug}, {"name", toolkit.name}, {"type", "native"}};
  // Absent where unknown: the official SDK takes null for a malformed answer.
  if (!toolkit.schemes.empty()) item["auth_schemes"] = toolkit.schemes;
  item["composio_managed_auth_schemes"] = toolkit.managed_schemes;
  item["is_local_toolkit"] = false;
  item["no_auth"] = toolkit.no_auth;
  item["auth_guide_url"] = nullptr;
  item["deprecated"] = {{"toolkitId", "tk_" + toolkit.slug}};
  return item;
}

}  // namespace

std::vector<CredentialField> standard_fields(std::string_view scheme) {
  if (scheme == "API_KEY")
    return {{"generic_api_key", "API key", "The API key of your account", true, true, {}}};
  if (scheme == "BEARER_TOKEN")
    return {{"token", "Token", "An access token of your account", true, true, {}}};
  if (scheme == "BASIC" || scheme == "BASIC_WITH_JWT") {
    bool const needs_password = scheme == "BASIC_WITH_JWT";
    return {{"username", "User name", "The name you sign in with", true, false, {}},
            {"password", "Password", "The password or token that goes with it", needs_password, true, {}}};
  }
  if (scheme == "GOOGLE_SERVICE_ACCOUNT") {
    return {{"credentials_json", "Credentials", "The key file of the service account", true, true, {}}};
  }
  if (scheme == "SERVICE_ACCOUNT") {
    return {{"application_id", "Application id", "The id of the application", true, false, {}},
            {"installation_id", "Installation id", "The id of its installation", true, false, {}},
            {"private_key", "Private key", "The application's private key", true, true, {}}};
  }
  if (scheme == "S2S_OAUTH2") {
    return {{"client_id", "Client id", "Client id", true, false, {}},
            {"client_secret", "Client secret", "Client secret", true, true, {}}};
  }
  return {};
}

void render_toolkit(Toolkit& toolkit, nlohmann::ordered_json const& meta) {
  Json item = item_of(toolkit);
  item["meta"] = meta;
  toolkit.list_json = to_text(item);

  Json detail = item_of(toolkit);
  detail.erase("auth_schemes");
  detail.erase("no_auth");
  detail["enabled"] = true;
  detail["composio_managed_auth"] = Json::array();
  for (auto const& scheme : toolkit.managed_schemes) {
    detail["composio_managed_auth"].push_back(
        {{"mode", scheme}, {"scopes", {{"available", toolkit.scopes}}}});
  }
  detail["auth_config_details"] = details_of(toolkit);
  if (!toolkit.base_url.empty()) detail["base_url"] = toolkit.base_url;
  detail["meta"] = meta;
  detail["meta"]["available_versions"] = toolkit.versions;
  detail["meta"]["categories"] = Json::array();
  for (auto const& category : toolkit.categories) {
    detail["meta"]["categories"].push_back({{"slug", category.id}, {"name", category.name}});
  }
  detail["deprecated"]["rawProxyInfoByAuthSchemes"] = Json::array();
  toolkit.detail_json = to_text(detail);
  toolkit.haystack = toolkit.slug + " " + toolkit.name + " " + meta.value("description", std::string{});
}

}  // namespace agenta::daemon::sandbox
