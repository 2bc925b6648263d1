#include "daemon/core/connect_flow.hpp"

#include <algorithm>
#include <utility>

#include "daemon/core/account_state.hpp"
#include "daemon/core/connect_plan.hpp"
#include "daemon/core/connection_choice.hpp"
#include "daemon/core/connections.hpp"
#include "daemon/core/scheme_fields.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon {
namespace {

/// What may be shown to a person and handed to a browser.
bool is_web_address(std::string_view url) {
  bool const plain = std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f'; });
  return plain && (url.starts_with("https://") || url.starts_with("http://"));
}

FieldUse use_of(AuthScheme const& scheme, std::string const& integration) {
  return {.integration = integration, .purpose = "to be connected by " + scheme.mode, .option = "--field"};
}

/// What a renewal gives up only once it has succeeded. A login that never became a connection has nothing of
/// that.
std::optional<Renewal> renewal_of(Connection const& row) {
  if (row.status == ConnectionStatus::failed) return std::nullopt;
  if (row.status == ConnectionStatus::pending) return row.renewal;
  Renewal renewal;
  renewal.account = row.account;
  renewal.auth_config = row.auth_config;
  renewal.auth_type = row.auth_type;
  renewal.status = row.status;
  renewal.error = row.error;
  return renewal;
}

/// The account of a login that was never finished.
AccountId unfinished_account(Connection const& row) {
  bool const unfinished = row.status == ConnectionStatus::pending || row.status == ConnectionStatus::failed;
  return unfinished ? row.account : AccountId{};
}

/// Whether a service's words hold a secret that was just given: as it is, or as JSON writes it.
bool tells_a_secret(std::string_view words, AuthScheme const& scheme, Fields const& given) {
  return std::ranges::any_of(given, [&](auto const& pair) {
    auto const field = std::ranges::find(scheme.connection_fields, pair.first, &AuthField::name);
    bool const is_secret = field == scheme.connection_fields.end() || field->secret;
    if (!is_secret || pair.second.empty()) return false;
    Secret const quoted{protocol::write_string(pair.second.reveal())};
    std::string_view const escaped{quoted.reveal().data() + 1, quoted.reveal().size() - 2};
    return words.find(pair.second.reveal()) != std::string_view::npos ||
           words.find(escaped) != std::string_view::npos;
  });
}

bool is_taken_alias(Error const& error) { return error.code == ErrorCode::connection_already_exists; }

/// Composio has an account of that name which is no connection here.
Error taken_there(Error error, std::string const& slug) {
  error.message = "Composio has an account named " + slug +
                  " already, which is no connection here: take it over with `agenta-tools connections sync`, "
                  "or choose another name with --as";
  error.next_step = {"agenta-tools", "connections", "sync"};
  return error;
}

}  // namespace

Result<protocol::ConnectReply> ConnectFlow::begin(Caller const& caller,
                                                  protocol::ConnectRequest const& request) {
  // Planned within the turn: what another decided meanwhile (the same login, the same renewal) is seen.
  AGENTA_TRY(std::string const integration, integration_of(caller, request));
  auto const turn = turns_.enter(caller.project, integration);
  AGENTA_TRY(Plan plan, this->plan(caller, request));
  if (plan.scheme.mode == "NO_AUTH") {
    protocol::ConnectReply reply;
    reply.status = ConnectionStatus::active;
    reply.message = plan.integration() + " needs no connection: its tools just run";
    return reply;
  }
  AGENTA_CHECK(check_fields(plan.scheme.connection_fields, request.credentials,
                            use_of(plan.scheme, plan.integration())));
  if (needs_browser(plan.scheme)) return begin_link(caller, std::move(plan), request);
  return begin_fields(caller, std::move(plan), request);
}

/// Makes something by the row's auth config; once more by another where Composio has deleted that one.
template <class Make>
auto ConnectFlow::with_auth_config(ProviderCall const& call, Plan const& plan,
                                   protocol::ConnectRequest const& request, Connection& row, Make make)
    -> decltype(make()) {
  auto made = make();
  if (made || plan.named_auth_config) return made;
  AuthConfigWish const wish{*plan.detail, plan.scheme, request.scopes, request.auth_config_fields};
  auto another = auth_configs_.replace(call, wish, made.error(), row.auth_config);
  if (!another) return fail(std::move(another).error());
  row.auth_config = std::move(*another);
  return make();
}

/// Lets an account go that has the row's name at Composio, is in no row, and never was one: its login came to
/// nothing, or a crash cut it off before its link was shown. Whether there was one.
bool ConnectFlow::free_alias(ProviderCall const& call, Connection const& row) {
  auto const accounts = provider_.list_accounts(call, user_id_of(row.project));
  if (!accounts) return false;
  store::ConnectionFilter filter;
  filter.integration = row.integration;
  auto const rows = connections_.list(row.project, filter);
  if (!rows) return false;
  auto const is_known = [&](AccountId const& id) {
    return std::ranges::any_of(*rows, [&](Connection const& each) {
      return each.account == id || (each.renewal && each.renewal->account == id);
    });
  };
  for (Account const& account : *accounts) {
    bool const has_it =
        equal_ignoring_case(account.alias, row.slug) && account.integration == row.integration;
    bool const is_dead = was_never_finished(account) || account.status == AccountStatus::initializing ||
                         account.status == AccountStatus::initiated;
    if (!has_it || !is_dead || is_known(account.id) || account.user_id != user_id_of(row.project)) continue;
    return provider_.delete_account(call, account.id).has_value();
  }
  return false;
}

/// Makes something that has the row's slug as its alias. A name that was ours to choose is not worth failing
/// for.
template <class Make>
auto ConnectFlow::with_alias(ProviderCall const& call, Plan const& plan,
                             protocol::ConnectRequest const& request, Connection& row, std::string& alias,
                             Make make) -> decltype(make()) {
  alias = plan.renewed ? "" : row.slug;  // of a renewal the old account has the name still
  auto made = with_auth_config(call, plan, request, row, make);
  if (made || !is_taken_alias(made.error())) return made;
  // No row here has the name, so what has it there is known to nobody.
  if (free_alias(call, row)) made = make();
  if (made || !is_taken_alias(made.error())) return made;
  if (!request.slug.empty()) return fail(taken_there(std::move(made).error(), row.slug));
  alias.clear();
  return make();
}

/// Takes back what was made for a connection that does not come to be. A renewal leaves the row as it is.
void ConnectFlow::discard(ProviderCall const& call, Plan const& plan, Connection const& row,
                          AccountId const& account) {
  if (!account.empty()) static_cast<void>(provider_.delete_account(call, account));
  if (!plan.renewed) static_cast<void>(connections_.erase(row, store::Durability::normal));
  // A renewal that was under way before goes on, and is watched.
  bool const goes_on = plan.renewed && plan.renewed->status == ConnectionStatus::pending;
  if (!goes_on) watcher_.settled(row.id);
}

/// What a user called the connection while Composio was asked is not taken back.
void ConnectFlow::keep_names(Connection& row) {
  auto const fresh = connections_.find(row.id);
  if (!fresh || !*fresh) return;
  row.slug = (*fresh)->slug;
  row.name = (*fresh)->name;
  row.is_default = (*fresh)->is_default;
}

Result<protocol::ConnectReply> ConnectFlow::begin_link(Caller const& caller, Plan plan,
                                                       protocol::ConnectRequest const& request) {
  AGENTA_TRY(auto joined, join(caller, plan, request));
  if (joined) return std::move(*joined);
  ProviderCall const call{plan.access, caller.deadline, caller.stop};
  AGENTA_TRY(Connection row, prepare_row(caller, plan, request));
  AGENTA_TRY(row.auth_config, auth_config_of(call, plan, request));
  // The row comes before the account: a crash between the two leaves a row to clear, not an account nobody
  // knows of.
  if (!plan.renewed) {
    row.status = ConnectionStatus::pending;
    AGENTA_CHECK(connections_.insert(row, store::Durability::full));
  }

  LinkRequest wanted;
  wanted.user_id = user_id_of(row.project);
  wanted.callback_url = watcher_.open_callback(row.id).value_or("");
  wanted.fields = with_defaults(plan.scheme.connection_fields, request.credentials);
  auto const make = [&] {
    wanted.auth_config = row.auth_config;
    return provider_.create_link(call, wanted);
  };
  auto link = with_alias(call, plan, request, row, wanted.alias, make);
  if (link && !is_web_address(link->redirect_url)) {
    static_cast<void>(provider_.delete_account(call, link->account));
    link = fail(ErrorCode::composio_error,
                "Composio gave a link that is no http or https address; it was not used");
  }
  if (!link) {
    discard(call, plan, row, {});
    return fail(std::move(link).error());
  }
  AccountId const abandoned = plan.renewed ? unfinished_account(*plan.renewed) : AccountId{};
  row.renewal = plan.renewed ? renewal_of(*plan.renewed) : std::nullopt;
  row.status = ConnectionStatus::pending;
  row.account = link->account;
  row.redirect_url = link->redirect_url;
  row.expires_at = link->expires_at;
  row.error.reset();
  // Before the row can be seen: who looks at it at once asks nothing yet.
  constexpr std::chrono::seconds kBrowserIsQuicker{1};
  rests_.with([&](auto& rests) { rests[row.id.text] = {clock_.steady() + kBrowserIsQuicker, false}; });
  keep_names(row);
  auto const note = note_of(ConnectionChange::begun, row, row.renewal ? "to renew it" : "");
  if (auto saved = connections_.update(row, store::Durability::full, note); !saved) {
    // Nothing may be left behind that nobody can finish: not the link, nor the open door, nor the row.
    discard(call, plan, row, row.account);
    return fail(std::move(saved).error());
  }
  // Logins that nobody will finish pile up at Composio and can shadow the living one.
  if (!abandoned.empty()) static_cast<void>(provider_.delete_account(call, abandoned));

  PendingLogin login;
  login.connection = row.id;
  login.access = plan.access;
  login.expires_at = row.expires_at;
  watcher_.started(std::move(login));
  std::string const trouble = watcher_.callback_trouble(row.id);
  return reply_for(
      row, "open the link to connect " + row.integration_name + (trouble.empty() ? "" : "; ") + trouble);
}

/// Composio tries out the keys of one scheme alone. For the others the service is asked who it is, where it
/// can be: credentials that it refuses are no connection.
Result<void> ConnectFlow::try_out(ProviderCall const& call, Plan const& plan, Fields const& given,
                                  AccountId const& account) {
  constexpr unsigned kUnauthorized = 401;
  if (plan.scheme.mode == "API_KEY" || plan.detail->current_user_endpoint.empty()) return {};
  ProxyRequest request;
  request.account = account;
  request.endpoint = plan.detail->current_user_endpoint;
  if (!plan.detail->current_user_method.empty()) request.method = plan.detail->current_user_method;
  auto const reply = answer_of(provider_.proxy(call, request));
  if (!reply || reply->status != kUnauthorized) return {};
  constexpr std::size_t kMostWords = 300;
  bool const may_be_shown =
      reply->body.size() <= kMostWords && !tells_a_secret(reply->body, plan.scheme, given);
  std::string const words = may_be_shown ? ": " + reply->body : "";
  return fail(ErrorCode::invalid_credentials, plan.integration() + " refused these credentials (" +
                                                  std::to_string(reply->status) + ")" + words);
}

/// An account that works, made from the given fields; nothing is left at Composio of one that does not.
Result<Account> ConnectFlow::make_account(ProviderCall const& call, Plan const& plan,
                                          protocol::ConnectRequest const& request, Connection& row) {
  AccountRequest wanted;
  wanted.user_id = user_id_of(row.project);
  wanted.auth_scheme = plan.scheme.mode;
  wanted.fields = with_defaults(plan.scheme.connection_fields, request.credentials);
  auto const make = [&] {
    wanted.auth_config = row.auth_config;
    return provider_.create_account(call, wanted);
  };
  auto account = with_alias(call, plan, request, row, wanted.alias, make);
  if (!account) return account;
  Result<void> works{};
  if (account->status != AccountStatus::active) {
    works = fail(ErrorCode::invalid_credentials,
                 plan.integration() + " refused these credentials: " + words_of(*account));
  } else {
    works = try_out(call, plan, request.credentials, account->id);
  }
  if (works) return account;
  static_cast<void>(provider_.delete_account(call, account->id));
  return fail(std::move(works).error());
}

Result<protocol::ConnectReply> ConnectFlow::begin_fields(Caller const& caller, Plan plan,
                                                         protocol::ConnectRequest const& request) {
  ProviderCall const call{plan.access, caller.deadline, caller.stop};
  AGENTA_TRY(Connection row, prepare_row(caller, plan, request));
  AGENTA_TRY(row.auth_config, auth_config_of(call, plan, request));
  if (!plan.renewed) {
    row.status = ConnectionStatus::pending;
    AGENTA_CHECK(connections_.insert(row, store::Durability::full));
  }
  auto account = make_account(call, plan, request, row);
  if (!account) {
    if (!plan.renewed) AGENTA_CHECK(connections_.erase(row, store::Durability::normal));
    return fail(std::move(account).error());
  }
  row.account = account->id;
  row.status = ConnectionStatus::active;
  row.renewal.reset();
  row.error.reset();
  row.updated_at = clock_.wall();
  row.last_checked_at = row.updated_at;
  keep_names(row);
  if (auto saved =
          connections_.update(row, store::Durability::full, note_of(ConnectionChange::connected, row));
      !saved) {
    discard(call, plan, row, row.account);
    return fail(std::move(saved).error());
  }
  if (plan.renewed) {
    Connection const& old = *plan.renewed;
    for (AccountId const& replaced : {old.account, old.renewal ? old.renewal->account : AccountId{}}) {
      if (!replaced.empty()) static_cast<void>(provider_.delete_account(call, replaced));
    }
    static_cast<void>(provider_.set_alias(call, row.account, row.slug));
    watcher_.settled(row.id);  // a login by link that this one overtook
  }
  return reply_for(row, row.integration_name + " is connected as " + row.slug);
}

}  // namespace agenta::daemon
