#include "daemon/sandbox/account_view.hpp"

#include <nlohmann/json.hpp>

#include "daemon/sandbox/links.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(std::string const& text) { return text.empty() ? Json{} : Json(text); }

void add_fields(Json& val, World const& world, Account const& account) {
  auto const* scheme = find_scheme(world, account);
  auto const* fields = scheme == nullptr ? nullptr : &scheme->connection;
  for (auto const& [name, value] : account.fields)
    val[name] = is_secret_field(fields, name) ? masked(value) : value;
}

void add_tokens(Json& val, World const& world, Account const& account) {
  if (account.scheme == "OAUTH1") {
    val["oauth_token"] = "REDACTED";
    val["oauth_token_secret"] = "REDACTED";
  }
  if (account.scheme != "OAUTH2" && account.scheme != "DCR_OAUTH" && account.scheme != "S2S_OAUTH2") return;
  val["access_token"] = "REDACTED";
  val["refresh_token"] = "REDACTED";
  val["token_type"] = "Bearer";
  val["expires_in"] = 28800;
  val["scope"] = join(scopes_of(world, account), ",");
  auto const* toolkit = world.catalog.find_toolkit(account.toolkit);
  if (toolkit != nullptr && !toolkit->base_url.empty()) val["base_url"] = toolkit->base_url;
}

}  // namespace

Json connection_state(World const& world, Account const& account) {
  Json val{{"status", name_of(account.status)}};
  switch (account.status) {
    case AccountStatus::initializing: break;
    case AccountStatus::initiated:
      val["redirectUrl"] = link_url(world, account);
      if (!account.callback_url.empty()) val["callback_url"] = account.callback_url;
      break;
    case AccountStatus::active:
    case AccountStatus::inactive:
      add_tokens(val, world, account);
      add_fields(val, world, account);
      break;
    case AccountStatus::failed:
      val["error"] = account.error;
      val["error_description"] = account.error_description;
      break;
    case AccountStatus::expired: val["expired_at"] = format_rfc3339(account.updated_at); break;
    case AccountStatus::revoked: break;
  }
  return Json{{"authScheme", account.scheme}, {"val", std::move(val)}};
}

Json account_document(World& world, Account const& account, Detail detail) {
  auto const* config = world.book.find_auth_config(account.project, account.auth_config);
  bool const managed = config != nullptr && config->managed;
  bool const disabled = config != nullptr && config->disabled;
  Json const state = connection_state(world, account);
  Json document{{"toolkit", {{"slug", account.toolkit}}},
                {"auth_config",
                 {{"id", account.auth_config},
                  {"auth_scheme", account.scheme},
                  {"is_composio_managed", managed},
                  {"is_disabled", disabled}}},
                {"id", account.id},
                {"word_id", account.word_id},
                {"alias", text_or_null(account.alias)},
                {"user_id", account.user},
                {"status", name_of(account.status)},
                {"created_at", format_rfc3339(account.created_at)},
                {"updated_at", format_rfc3339(account.updated_at)},
                {"state", state},
                {"data", state["val"]},
                {"status_reason", text_or_null(account.status_reason)},
                {"is_disabled", account.disabled},
                {"experimental", {{"account_type", "PRIVATE"}}}};
  if (detail == Detail::list) return document;
  document["params"] = Json::object();
  if (config != nullptr && config->scheme == "OAUTH2") document["requested_scopes"] = config->scopes;
  return document;
}

}  // namespace agenta::daemon::sandbox
