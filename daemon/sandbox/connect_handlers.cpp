#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/account_view.hpp"
#include "daemon/sandbox/handlers.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "daemon/sandbox/links.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kColours{"red", "blue", "green", "amber", "violet", "silver", "coral", "olive"};
constexpr std::array kThings{"castle", "river", "lantern", "meadow", "harbour", "anchor", "window", "garden"};

std::string make_word_id(std::string const& toolkit, std::size_t number) {
  return toolkit + "_" + kColours[number % kColours.size()] + "-" +
         kThings[number / kColours.size() % kThings.size()];
}

ApiError missing_required(std::vector<std::string> const& names) {
  ApiError error;
  error.status = 400;
  error.code = 612;
  error.slug = "ConnectedAccount_MissingRequiredFields";
  error.message = "Missing required fields: " + join(names, ", ");
  error.suggested_fix = "Provide the missing fields in connection.state.val";
  return error;
}

/// The texts of a `val`, under their canonical names.
FieldValues read_fields(nlohmann::json const* val) {
  FieldValues fields;
  if (val == nullptr || !val->is_object()) return fields;
  for (auto const& [name, value] : val->items()) {
    if (value.is_string() && name != "status") fields[name] = value.get<std::string>();
  }
  if (auto old = fields.extract("api_key"); !old.empty()) {
    old.key() = "generic_api_key";
    fields.insert(std::move(old));
  }
  return fields;
}

ApiResult<AuthConfig*> usable_config(World& world, Request const& request,
                                     std::optional<std::string> const& id) {
  if (!id) return refuse(bad_request("auth_config_id is required"));
  auto* const config = world.book.find_auth_config(request.project, *id);
  if (config == nullptr) return refuse(generic_error(404, "Auth config " + *id + " not found"));
  if (config->disabled) return refuse(account_bad_request("Auth config " + *id + " is disabled"));
  return config;
}

/// Where the browser goes in the end; empty where nothing is given. It becomes a header, so it must be fit
/// for one.
ApiResult<std::string> checked_callback(std::optional<std::string> url) {
  bool const fit =
      std::ranges::all_of(url.value_or(""), [](unsigned char c) { return c > 0x20 && c != 0x7F; });
  if (!fit) return refuse(bad_request("callback_url must be a valid URL"));
  return std::move(url).value_or("");
}

/// A new account of the config's toolkit, not yet in the book. Refuses a taken alias.
ApiResult<Account> begin_account(World& world, AuthConfig const& config, std::string user,
                                 std::string alias) {
  Account account;
  account.id = make_nano_id("ca_");
  account.project = config.project;
  account.auth_config = config.id;
  account.toolkit = config.toolkit;
  account.scheme = config.scheme;
  account.user = std::move(user);
  account.created_at = account.updated_at = world.now();
  account.word_id = make_word_id(config.toolkit, world.book.accounts().size());
  if (!alias.empty() && world.book.alias_taken(account, alias)) {
    return refuse(account_bad_request("Alias \"" + alias +
                                      "\" is already in use by another connection for this entity"));
  }
  account.alias = std::move(alias);
  return account;
}

HttpResponse created(World const& world, Account const& account) {
  Json const url = account.link_token.empty() ? Json{} : Json(link_url(world, account));
  return json_response(201, to_text(Json{{"id", account.id},
                                         {"connectionData", connection_state(world, account)},
                                         {"status", name_of(account.status)},
                                         {"redirect_url", url},
                                         {"redirect_uri", url},
                                         {"experimental", {{"account_type", "PRIVATE"}}}}));
}

ApiResult<void> check_required(World const& world, Account const& account, FieldValues const& fields) {
  auto const* scheme = find_scheme(world, account);
  if (scheme == nullptr) return {};
  auto const missing = missing_fields(scheme->connection, fields);
  if (!missing.empty()) return refuse(missing_required(missing));
  return {};
}

/// Takes what the user gave, for schemes without a redirect. Validation refuses a wrong API key; wrong
/// credentials of the other schemes are the provider's to refuse, and leave a failed account behind.
ApiResult<void> accept_credentials(World& world, Account& account, FieldValues fields, bool validate) {
  AGENTA_CHECK(check_required(world, account, fields));
  auto const* scheme = find_scheme(world, account);
  if (scheme != nullptr) fill_defaults(scheme->connection, fields);
  auto const complaint = validate ? credential_complaint(scheme, fields) : std::nullopt;
  if (complaint && account.scheme == "API_KEY")
    return refuse(account_bad_request("Credential validation failed: " + *complaint));
  if (complaint) {
    account.error = "invalid_credentials";
    account.error_description = *complaint;
    set_status(world, account, AccountStatus::failed);
    return {};
  }
  activate(world, account, std::move(fields));
  return {};
}

}  // namespace

Reply link_account(World& world, Request const& request) {
  AGENTA_TRY(auto const* const config,
             usable_config(world, request, find_text(request.body, "auth_config_id")));
  auto user = find_text(request.body, "user_id").value_or("");
  if (user.empty()) return refuse(bad_request("user_id is required"));
  AGENTA_TRY(auto account,
             begin_account(world, *config, std::move(user), find_text(request.body, "alias").value_or("")));
  account.fields =
      without_secrets(find_scheme(world, account), read_fields(find_node(request.body, "connection_data")));
  AGENTA_TRY(auto callback, checked_callback(find_text(request.body, "callback_url")));
  start_link(world, account, std::move(callback));
  auto const& made = world.book.add(std::move(account));
  world.unsaved.accounts = true;
  return json_response(201, to_text(Json{{"link_token", made.link_token},
                                         {"redirect_url", link_url(world, made)},
                                         {"expires_at", format_rfc3339(made.linked_at + kLinkLifetime)},
                                         {"connected_account_id", made.id},
                                         {"experimental", {{"account_type", "PRIVATE"}}}}));
}

Reply create_account(World& world, Request const& request) {
  auto const empty = nlohmann::json::object();
  auto const* given_config = find_node(request.body, "auth_config");
  auto const* given = find_node(request.body, "connection");
  auto const& connection = given == nullptr ? empty : *given;
  auto const id = given_config == nullptr ? std::nullopt : find_text(*given_config, "id");
  AGENTA_TRY(auto const* const config, usable_config(world, request, id));
  if (config->managed && is_redirect_scheme(config->scheme)) {
    return refuse(
        account_bad_request("Creating connections on this endpoint for Composio-managed OAuth auth configs "
                            "is no longer supported. Use POST "
                            "/api/v3/connected_accounts/link instead.",
                            "Use POST /api/v3/connected_accounts/link"));
  }
  AGENTA_TRY(auto account, begin_account(world, *config, find_text(connection, "user_id").value_or("default"),
                                         find_text(connection, "alias").value_or("")));
  auto const* state = find_node(connection, "state");
  auto fields = read_fields(state == nullptr ? find_node(connection, "data") : find_node(*state, "val"));
  if (is_redirect_scheme(config->scheme)) {
    AGENTA_CHECK(check_required(world, account, fields));
    account.fields = without_secrets(find_scheme(world, account), std::move(fields));
    AGENTA_TRY(auto callback, checked_callback(find_text(connection, "callback_url")));
    start_link(world, account, std::move(callback));
    account.status = AccountStatus::initiated;
  } else {
    bool const validate = find_flag(request.body, "validate_credentials").value_or(false);
    AGENTA_CHECK(accept_credentials(world, account, std::move(fields), validate));
  }
  world.unsaved.accounts = true;
  return created(world, world.book.add(std::move(account)));
}

Reply refresh_account(World& world, Request const& request) {
  auto* const account = world.book.find_account(request.project, request.parameters.front());
  if (account == nullptr) return refuse(account_not_found(request.parameters.front()));
  if (!is_redirect_scheme(account->scheme)) {
    bool const validate = find_flag(request.body, "validate_credentials").value_or(false);
    AGENTA_CHECK(accept_credentials(world, *account, account->fields, validate));
    return json_response(
        200,
        to_text(Json{{"id", account->id}, {"status", name_of(account->status)}, {"redirect_url", nullptr}}));
  }
  auto callback = request.find_query("redirect_url");
  if (!callback) callback = find_text(request.body, "redirect_url");
  AGENTA_TRY(auto target, checked_callback(callback ? callback : account->callback_url));
  start_link(world, *account, std::move(target));
  set_status(world, *account, AccountStatus::initiated);
  return json_response(
      200, to_text(Json{
               {"id", account->id}, {"status", "INITIATED"}, {"redirect_url", link_url(world, *account)}}));
}

}  // namespace agenta::daemon::sandbox
