#include "daemon/core/credentials.hpp"

#include <utility>

#include "shared/base/private_dir.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

std::string without_trailing_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
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

Credentials::Credentials(store::CredentialFile& file, ToolProvider& provider, Options options)
    : file_(file), provider_(provider), options_(std::move(options)) {}

std::string Credentials::endpoint_of(Caller const& caller) const {
  return without_trailing_slash(caller.base_url.empty() ? options_.base_url : caller.base_url);
}

Identity Credentials::make_identity(std::string base_url, Secret key, KeySource source) const {
  Identity identity;
  identity.source = source;
  identity.access.key_scope = options_.fingerprint(key);
  identity.access.base_url = std::move(base_url);
  identity.access.api_key = std::move(key);
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
  if (caller.api_key) return make_identity(std::move(endpoint), *caller.api_key, KeySource::environment);

  AGENTA_TRY(auto saved, file_.load());
  if (saved) {
    if (saved->base_url != endpoint) {
      return not_configured("the saved Composio key is for " + saved->base_url + " and is never sent to " +
                            endpoint + "; log in there, or set COMPOSIO_API_KEY for this call");
    }
    return make_identity(std::move(endpoint), std::move(saved->api_key), KeySource::login);
  }
  if (options_.systemd_file && endpoint == without_trailing_slash(options_.base_url)) {
    if (auto text = read_file(*options_.systemd_file); text && !trim(*text).empty()) {
      return make_identity(std::move(endpoint), Secret{std::string{trim(*text)}}, KeySource::systemd);
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

Result<Identity> Credentials::login(Caller const& caller, Secret key) {
  if (options_.sandbox_key) {
    return fail(ErrorCode::invalid_request,
                "the sandbox needs no login: leave out --sandbox to save a Composio key");
  }
  if (trim(key.reveal()).empty()) return fail(ErrorCode::invalid_request, "the Composio key is empty");
  Identity identity =
      make_identity(endpoint_of(caller), Secret{std::string{trim(key.reveal())}}, KeySource::login);
  ProviderCall const call{identity.access, caller.deadline, caller.stop};
  AGENTA_CHECK(provider_.verify_key(call));

  store::SavedCredential credential;
  credential.base_url = identity.access.base_url;
  credential.api_key = identity.access.api_key;
  AGENTA_CHECK(file_.save(credential));
  return identity;
}

Result<bool> Credentials::logout() { return file_.remove(); }

}  // namespace agenta::daemon
