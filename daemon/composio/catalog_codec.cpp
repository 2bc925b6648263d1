#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/composio/composio_codec.hpp"
#include "daemon/composio/wire_json.hpp"
#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon {
namespace {

using wire::Json;
using wire::Slice;

/// Lists call a category's key `id`, details call it `slug`.
std::vector<Category> read_categories(Json const& list) {
  auto categories = std::vector<Category>{};
  if (!list.is_array()) return categories;
  for (auto const& each : list) {
    auto slug = wire::text_at(each, "id");
    if (slug.empty()) slug = wire::text_at(each, "slug");
    auto name = wire::text_at(each, "name");
    if (slug.empty()) slug = name;
    if (!slug.empty()) categories.push_back({std::move(slug), std::move(name)});
  }
  return categories;
}

/// The object that a member is; one without members where it is none.
Slice slice_at(Slice const& object, std::string_view name) {
  auto slice = Slice::of(object.raw(name));
  return slice ? std::move(*slice) : Slice{};
}

std::optional<Integration> read_integration(Slice const& json) {
  auto integration = Integration{};
  integration.slug.text = to_lower(wire::text_at(json, "slug"));
  if (!wire::is_slug(integration.slug.text)) return std::nullopt;
  auto const meta = slice_at(json, "meta");
  integration.name = wire::text_at(json, "name");
  integration.description = wire::text_at(meta, "description");
  integration.logo_url = wire::text_at(meta, "logo");
  integration.app_url = wire::text_at(meta, "app_url");
  integration.categories = read_categories(meta.build("categories"));
  integration.auth_schemes = wire::texts_at(json, "auth_schemes");
  integration.managed_auth_schemes = wire::texts_at(json, "composio_managed_auth_schemes");
  integration.tools_count = wire::number_at(meta, "tools_count");
  integration.version = wire::text_at(meta, "version");
  integration.updated_at = wire::text_at(meta, "updated_at");
  auto const only_no_auth =
      !integration.auth_schemes.empty() &&
      std::ranges::all_of(integration.auth_schemes, [](auto const& s) { return s == "NO_AUTH"; });
  integration.no_auth = wire::find_flag(json, "no_auth").value_or(only_no_auth) || only_no_auth;
  return integration;
}

/// Older answers do not say which fields are secret; then the name tells.
bool is_named_like_a_secret(std::string_view name) {
  auto const lower = to_lower(name);
  auto const has = [&](std::string_view part) { return lower.find(part) != std::string::npos; };
  return has("key") || has("secret") || has("token") || has("password");
}

void read_fields(Json const& group, char const* name, bool required, std::vector<AuthField>& into) {
  auto const& list = wire::member(group, name);
  if (!list.is_array()) return;
  for (auto const& json : list) {
    auto field = AuthField{};
    field.name = wire::text_at(json, "name");
    if (field.name.empty()) continue;
    field.display_name = wire::text_at(json, "displayName");
    if (field.display_name.empty()) field.display_name = field.name;
    if (auto type = wire::text_at(json, "type"); !type.empty()) field.type = std::move(type);
    field.description = wire::text_at(json, "description");
    if (!wire::member(json, "default").is_null()) field.default_value = wire::text_at(json, "default");
    field.required = required;
    field.secret = wire::flag_at(json, "is_secret") || is_named_like_a_secret(field.name);
    into.push_back(std::move(field));
  }
}

std::vector<AuthField> read_field_group(Json const& fields, char const* name) {
  auto const& group = wire::member(fields, name);
  auto all = std::vector<AuthField>{};
  read_fields(group, "required", true, all);
  read_fields(group, "optional", false, all);
  return all;
}

std::vector<std::string> managed_scopes(Json const& json, std::string const& mode) {
  auto const& list = wire::member(json, "composio_managed_auth");
  if (!list.is_array()) return {};
  for (auto const& each : list) {
    if (wire::text_at(each, "mode") == mode) return wire::texts_at(wire::member(each, "scopes"), "available");
  }
  return {};
}

AuthScheme read_scheme(Json const& json, Json const& toolkit, std::vector<std::string> const& managed) {
  auto const& fields = wire::member(json, "fields");
  auto scheme = AuthScheme{};
  scheme.mode = wire::text_at(json, "mode");
  scheme.name = wire::text_at(json, "name");
  scheme.managed = std::ranges::find(managed, scheme.mode) != managed.end();
  scheme.auth_config_fields = read_field_group(fields, "auth_config_creation");
  scheme.connection_fields = read_field_group(fields, "connected_account_initiation");
  scheme.scopes = managed_scopes(toolkit, scheme.mode);
  scheme.help_url = wire::text_at(json, "auth_hint_url");
  if (scheme.help_url.empty()) scheme.help_url = wire::text_at(toolkit, "auth_guide_url");
  return scheme;
}

/// Kept as it is written: its author's order, numbers and spelling are what a model is shown.
JsonText read_schema(Slice const& json, std::string_view name) {
  auto const raw = json.raw(name);
  return raw.starts_with('{') ? JsonText{std::string{raw}} : JsonText{};
}

std::optional<Tool> read_tool(Slice const& json) {
  auto tool = Tool{};
  tool.slug.text = to_upper(wire::text_at(json, "slug"));
  tool.integration.text = to_lower(wire::text_at(slice_at(json, "toolkit"), "slug"));
  if (!wire::is_slug(tool.slug.text)) return std::nullopt;
  if (!tool.integration.empty() && !wire::is_slug(tool.integration.text)) return std::nullopt;
  tool.name = wire::text_at(json, "name");
  tool.description = wire::text_at(json, "description");
  tool.tags = wire::texts_at(json, "tags");
  tool.version = wire::text_at(json, "version");
  tool.available_versions = wire::texts_at(json, "available_versions");
  tool.input_schema = read_schema(json, "input_parameters");
  tool.output_schema = read_schema(json, "output_parameters");
  tool.scopes = wire::texts_at(json, "scopes");
  tool.no_auth = wire::flag_at(json, "no_auth");
  tool.deprecated = wire::flag_at(json, "is_deprecated");
  return tool;
}

/// One item after the other: a page is never a tree as a whole. What is broken costs itself and no other.
template <class T, class Read>
Result<Page<T>> read_page(std::string_view body, std::string_view what, Read read) {
  auto const json = Slice::parse(body);
  auto const items = json ? protocol::elements_of(json->raw("items")) : std::nullopt;
  if (!items) return wire::unreadable(what);
  auto page = Page<T>{};
  page.items.reserve(items->size());
  for (auto const each : *items) {
    auto const slice = Slice::of(each);
    if (!slice) continue;
    if (auto item = read(*slice)) page.items.push_back(std::move(*item));
  }
  // One that is broken costs itself; where all are, this is no list of what was asked for.
  if (page.items.empty() && !items->empty()) return wire::unreadable(what);
  page.total = wire::number_at(*json, "total_items", static_cast<std::int64_t>(page.items.size()));
  if (auto cursor = wire::text_at(*json, "next_cursor"); !cursor.empty())
    page.next_cursor = std::move(cursor);
  return page;
}

}  // namespace

Result<Page<Integration>> parse_integrations(std::string_view body) {
  return read_page<Integration>(body, "no list of toolkits", read_integration);
}

Result<IntegrationDetail> parse_integration(std::string_view body) {
  auto const json = wire::parse_object(body);
  auto const slice = Slice::of(body);
  auto integration = json && slice ? read_integration(*slice) : std::nullopt;
  if (!integration) return wire::unreadable("no toolkit");
  auto detail = IntegrationDetail{};
  detail.integration = std::move(*integration);
  detail.available_versions = wire::texts_at(wire::member(*json, "meta"), "available_versions");
  detail.current_user_endpoint = wire::text_at(*json, "get_current_user_endpoint");
  detail.current_user_method = wire::text_at(*json, "get_current_user_endpoint_method");
  auto const& schemes = wire::member(*json, "auth_config_details");
  if (!schemes.is_array()) return detail;
  for (auto const& each : schemes) {
    auto scheme = read_scheme(each, *json, detail.integration.managed_auth_schemes);
    if (!scheme.mode.empty()) detail.auth.push_back(std::move(scheme));
  }
  // A detail says its schemes only by their descriptions.
  if (detail.integration.auth_schemes.empty()) {
    for (auto const& scheme : detail.auth) detail.integration.auth_schemes.push_back(scheme.mode);
    auto const needs_none = [](AuthScheme const& scheme) { return scheme.mode == "NO_AUTH"; };
    if (!detail.auth.empty() && std::ranges::all_of(detail.auth, needs_none))
      detail.integration.no_auth = true;
  }
  return detail;
}

Result<Page<Tool>> parse_tools(std::string_view body) {
  return read_page<Tool>(body, "no list of tools", read_tool);
}

Result<Tool> parse_tool(std::string_view body) {
  auto const json = Slice::parse(body);
  auto tool = json ? read_tool(*json) : std::nullopt;
  if (!tool) return wire::unreadable("no tool");
  return std::move(*tool);
}

}  // namespace agenta::daemon
