#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/catalog_source.hpp"
#include "daemon/sandbox/json_value.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::ordered_json;

Json field_json(CredentialField const& field) {
  Json json{{"name", field.name},         {"displayName", field.label},
            {"type", field.type},         {"description", field.description},
            {"required", field.required}, {"is_secret", field.secret}};
  if (field.default_value) json["default"] = *field.default_value;
  if (field.name == "generic_api_key") json["legacy_template_name"] = "api_key";
  return json;
}

Json groups_of(std::vector<CredentialField> const& fields) {
  Json groups{{"required", Json::array()}, {"optional", Json::array()}};
  for (auto const& field : fields)
    groups[field.required ? "required" : "optional"].push_back(field_json(field));
  return groups;
}

Json details_of(Toolkit const& toolkit) {
  Json details = Json::array();
  for (auto const& scheme : toolkit.schemes) {
    Json fields{{"auth_config_creation", groups_of(scheme.creation)},
                {"connected_account_initiation", groups_of(scheme.connection)}};
    Json detail{{"mode", scheme.mode},
                {"name", toolkit.slug + "_" + scheme.mode},
                {"fields", std::move(fields)},
                {"auth_hint_url", nullptr}};
    if (!toolkit.base_url.empty()) detail["proxy"] = {{"base_url", toolkit.base_url}};
    details.push_back(std::move(detail));
  }
  return details;
}

/// The modes of all schemes, or of those that Composio has an app for.
Json modes_of(Toolkit const& toolkit, bool only_managed) {
  Json modes = Json::array();
  for (auto const& scheme : toolkit.schemes) {
    if (!only_managed || scheme.managed) modes.push_back(scheme.mode);
  }
  return modes;
}

Json item_of(Toolkit const& toolkit) {
  Json item{{"slug", toolkit.slug}, {"name", toolkit.name}, {"type", "native"}};
  // Absent where unknown: the official SDK takes null for a malformed answer.
  if (!toolkit.schemes.empty()) item["auth_schemes"] = modes_of(toolkit, false);
  item["composio_managed_auth_schemes"] = modes_of(toolkit, true);
  item["is_local_toolkit"] = false;
  item["no_auth"] = toolkit.no_auth;
  item["auth_guide_url"] = nullptr;
  item["deprecated"] = {{"toolkitId", "tk_" + toolkit.slug}};
  return item;
}

}  // namespace

void render_toolkit(Toolkit& toolkit, nlohmann::ordered_json const& meta) {
  Json item = item_of(toolkit);
  item["meta"] = meta;
  toolkit.list_json = to_text(item);

  Json detail = item_of(toolkit);
  detail.erase("auth_schemes");
  detail.erase("no_auth");
  detail["enabled"] = true;
  detail["composio_managed_auth"] = Json::array();
  for (auto const& scheme : toolkit.schemes) {
    if (!scheme.managed) continue;
    detail["composio_managed_auth"].push_back(
        {{"mode", scheme.mode}, {"scopes", {{"available", toolkit.scopes}}}});
  }
  detail["auth_config_details"] = details_of(toolkit);
  if (!toolkit.base_url.empty()) detail["base_url"] = toolkit.base_url;
  detail["meta"] = meta;
  detail["meta"]["available_versions"] = toolkit.versions;
  detail["meta"]["categories"] = Json::array();
  for (auto const& category : toolkit.categories) {
    detail["meta"]["categories"].push_back({{"slug", category.id}, {"name", category.name}});
  }
  if (!toolkit.current_user.endpoint.empty()) {
    detail["get_current_user_endpoint"] = toolkit.current_user.endpoint;
    detail["get_current_user_endpoint_method"] = toolkit.current_user.method;
  }
  detail["deprecated"]["rawProxyInfoByAuthSchemes"] = Json::array();
  toolkit.detail_json = to_text(detail);
  toolkit.haystack = toolkit.slug + " " + toolkit.name + " " + meta.value("description", std::string{});
}

}  // namespace agenta::daemon::sandbox
