#include "daemon/core/credentials.hpp"

#include <algorithm>
#include <utility>

#include "daemon/core/key_owner.hpp"
#include "shared/base/private_dir.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

constexpr std::chrono::seconds kOwnPatience{20};
constexpr std::size_t kMostOwners = 64;

std::string without_trailing_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

/// It becomes a header of every request: a line break in it would begin another.
bool is_one_line(std::string_view key) {
  return std::ranges::none_of(key, [](unsigned char c) { return c <= 0x20 || c == 0x7F; });
}

unexpected<Error> not_configured(std::string message) {
  return fail(ErrorCode::not_configured, std::move(message), {"agenta-tools", "login"});
}

}  // namespace

std::string_view name_of(KeySource source) {
  switch (source) {
    case KeySource::environment: return "environment";
    case KeySource::login: return "login";
    case KeySource::systemd: return "systemd";
    case KeySource::sandbox: return "sandbox";
  }
  __builtin_unreachable();
}

Credentials::Credentials(KeySafe& safe, ToolProvider& provider, AccountProvider& accounts, Options options)
    : safe_(safe), provider_(provider), accounts_(accounts), options_(std::move(options)) {}

std::string Credentials::endpoint_of(Caller const& caller) const {
  return without_trailing_slash(caller.base_url.empty() ? options_.base_url : caller.base_url);
}

Identity Credentials::make_identity(std::string base_url, Secret key, KeySource source) const {
  Identity identity;
  identity.source = source;
  identity.fingerprint = options_.fingerprint(key);
  identity.access.key_scope = identity.fingerprint;
  identity.access.base_url = std::move(base_url);
  identity.access.api_key = std::move(key);
  return identity;
}

/// A user's key works in many projects: the one it works in goes with each call, and two of them never see
/// each other's rows.
void Credentials::set_owner(Identity& identity, store::SavedOwner owner) const {
  ProviderAccess& access = identity.access;
  if (accounts_.is_user_key(access.api_key)) {
    access.org_id = owner.org_id;
    access.project_id = owner.project_id;
    access.key_scope = options_.fingerprint(Secret{access.api_key.reveal() + '\n' + owner.project_id});
  }
  identity.owner = std::move(owner);
}

/// Finds out which project a key works in that was not saved by a login. Asked once for each key.
Result<Identity> Credentials::with_project(Identity identity, Caller const& caller) {
  if (!accounts_.is_user_key(identity.access.api_key)) return identity;
  std::string const place = identity.access.base_url + '\n' + identity.access.key_scope;
  auto known = owners_.with([&](auto const& owners) -> std::optional<store::SavedOwner> {
    auto const found = owners.find(place);
    return found == owners.end() ? std::nullopt : std::optional{found->second};
  });
  if (!known) {
    // What the daemon does of its own accord has no deadline.
    SteadyTime const until =
        caller.deadline == SteadyTime{} ? std::chrono::steady_clock::now() + kOwnPatience : caller.deadline;
    ProviderCall const call{identity.access, until, caller.stop};
    AGENTA_TRY(known, find_owner(accounts_, call, {}, ManyProjects::take_current));
    owners_.with([&](auto& owners) {
      if (owners.size() >= kMostOwners) owners.clear();
      owners.insert_or_assign(place, *known);
    });
  }
  set_owner(identity, std::move(*known));
  return identity;
}

Result<Identity> Credentials::identify(Caller const& caller) {
  // The sandbox is a world of its own: neither a caller's key nor a caller's endpoint enters it.
  if (options_.sandbox_key) {
    Identity identity = make_identity(options_.base_url, *options_.sandbox_key, KeySource::sandbox);
    identity.access.endpoint_name = "sandbox";
    return identity;
  }

  std::string endpoint = endpoint_of(caller);
  if (caller.api_key) {
    return with_project(make_identity(std::move(endpoint), *caller.api_key, KeySource::environment), caller);
  }

  AGENTA_TRY(auto saved, safe_.load(caller.session_bus));
  if (saved) {
    store::SavedCredential& credential = saved->credential;
    if (credential.base_url != endpoint) {
      return not_configured("the saved Composio key is for " + credential.base_url +
                            " and is never sent to " + endpoint +
                            "; log in there, or set COMPOSIO_API_KEY for this call");
    }
    Identity identity = make_identity(std::move(endpoint), std::move(credential.api_key), KeySource::login);
    set_owner(identity, std::move(credential.owner));
    if (!credential.key_scope.empty()) identity.access.key_scope = credential.key_scope;
    identity.place = saved->place;
    return identity;
  }
  if (options_.systemd_file && endpoint == without_trailing_slash(options_.base_url)) {
    if (auto text = read_file(*options_.systemd_file);
        text && !trim(*text).empty() && is_one_line(trim(*text))) {
      Identity identity =
          make_identity(std::move(endpoint), Secret{std::string{trim(*text)}}, KeySource::systemd);
      return with_project(std::move(identity), caller);
    }
  }
  return not_configured(
      "no Composio key: run `agenta-tools login`, or set COMPOSIO_API_KEY; or try it offline with --sandbox");
}

Result<ProviderAccess> Credentials::access_for(Caller const& caller) {
  AGENTA_TRY(Identity identity, identify(caller));
  return std::move(identity.access);
}

std::string Credentials::scope_of(Caller const& caller) {
  auto identity = identify(caller);
  return identity ? identity->access.key_scope : std::string{};
}

/// Each login in a browser brings another key of the same project: its rows stay its own.
std::string Credentials::inherited_scope(Identity const& identity) const {
  auto const before = safe_.peek();
  bool const is_same = before && before->base_url == identity.access.base_url &&
                       !identity.owner.project_id.empty() &&
                       before->owner.project_id == identity.owner.project_id;
  return is_same ? before->key_scope : std::string{};
}

Result<void> Credentials::check_login() const {
  if (!options_.sandbox_key) return {};
  return fail(ErrorCode::invalid_request,
              "the sandbox needs no login: leave out --sandbox to save a Composio key");
}

Result<LoggedIn> Credentials::login(Caller const& caller, Secret key, LoginChoice const& choice) {
  AGENTA_CHECK(check_login());
  if (trim(key.reveal()).empty()) return fail(ErrorCode::invalid_request, "the Composio key is empty");
  if (!is_one_line(trim(key.reveal()))) {
    return fail(ErrorCode::invalid_request,
                "the Composio key has a blank or a control character in it, perhaps a line break");
  }
  LoggedIn done;
  Identity& identity = done.identity;
  identity = make_identity(endpoint_of(caller), Secret{std::string{trim(key.reveal())}}, KeySource::login);
  ProviderCall const call{identity.access, caller.deadline, caller.stop};
  bool const is_user_key = accounts_.is_user_key(identity.access.api_key);
  // A user's key cannot be tried without its project; a project's own is not asked about before it is known
  // to be one.
  if (!is_user_key) AGENTA_CHECK(provider_.verify_key(call));
  AGENTA_TRY(auto owner, find_owner(accounts_, call, choice.project, ManyProjects::refuse));
  set_owner(identity, std::move(owner));
  if (is_user_key) AGENTA_CHECK(provider_.verify_key(call));

  if (auto scope = inherited_scope(identity); !scope.empty()) identity.access.key_scope = std::move(scope);

  store::SavedCredential credential;
  credential.key_scope = identity.access.key_scope;
  credential.base_url = identity.access.base_url;
  credential.api_key = identity.access.api_key;
  credential.owner = identity.owner;
  AGENTA_TRY(done.kept, safe_.save(std::move(credential), choice.store, caller.session_bus));
  identity.place = done.kept.place;
  return done;
}

Result<void> Credentials::check_keyring(Caller const& caller) {
  return safe_.check_keyring(endpoint_of(caller), caller.session_bus);
}

Result<Removed> Credentials::logout(Caller const& caller) { return safe_.remove(caller.session_bus); }

}  // namespace agenta::daemon
