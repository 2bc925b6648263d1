#include "daemon/composio/composio_errors.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "daemon/composio/wire_json.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon {
namespace {

using enum ErrorCode;

/// The command that goes on from a refusal.
enum class Remedy {
  none,
  login,
  connect,
  show_integration,
  list_tools,
  search_tools,
  search_integrations,
  sync
};

/// What one of Composio's errors means here. `saying` comes before Composio's own words.
struct Rule {
  std::string_view slug;
  int code;
  ErrorCode ours;
  Remedy remedy;
  std::string_view saying;
};

constexpr std::array kRules{
    Rule{"Auth_Config_DefaultAuthConfigNotFound", 306, not_configured, Remedy::show_integration,
         "Composio has no app of its own for it: choose another scheme with --auth, or give an auth config "
         "of your "
         "own with --auth-config"},
    Rule{"Auth_Config_NoAuthApp", 0, invalid_request, Remedy::list_tools,
         "it needs no connection: its tools run as they are"},
    Rule{"ConnectedAccount_BadRequest", 600, invalid_request, Remedy::none,
         "Composio refused the connection"},
    Rule{"ConnectedAccount_ResourceNotFound", 606, connection_not_found, Remedy::sync,
         "Composio has no such connected account"},
    Rule{"ConnectedAccount_MissingRequiredFields", 612, invalid_credentials, Remedy::show_integration,
         "fields are missing that the connection needs"},
    Rule{"APIKey_InvalidAPIKey", 801, api_key_rejected, Remedy::login, "Composio rejected the API key"},
    Rule{"APIKey_APIKeyExpired", 811, api_key_rejected, Remedy::login, "the Composio API key has expired"},
    Rule{"APIKey_InsufficientPermissions", 812, forbidden, Remedy::none,
         "the Composio API key lacks the permission for this"},
    Rule{"Auth_Unauthorized", 902, api_key_rejected, Remedy::none,
         "Composio refuses this computer: the project's or organisation's IP allow-list does not have its "
         "address"},
    Rule{"Auth_NoAuthProvided", 906, api_key_rejected, Remedy::login, "no Composio API key was given"},
    Rule{"HTTP_Unauthorized", 10401, api_key_rejected, Remedy::login, "Composio rejected the credentials"},
    Rule{"", 1803, not_connected, Remedy::connect, "no account is connected"},
    Rule{"ActionExecute_ConnectedAccountNotFound", 1810, not_connected, Remedy::connect,
         "no account is connected"},
    // The user id goes with every account: only a bug of ours can leave it out.
    Rule{"ActionExecute_ConnectedAccountEntityIdRequired", 1811, internal, Remedy::none,
         "the request had no user id"},
    // Our row names an account that Composio says is another user's: the two records disagree, and connecting
    // anew would not tell the user so.
    Rule{"ActionExecute_ConnectedAccountEntityIdMismatch", 1812, composio_error, Remedy::sync,
         "at Composio the connected account belongs to another project"},
    Rule{"ActionExecute_ConnectedAccountExpired", 1820, connection_expired, Remedy::connect,
         "the connection has expired"},
    Rule{"UserApiKey_Unauthorized", 2113, api_key_rejected, Remedy::login, "Composio rejected the API key"},
    Rule{"Organization_InsufficientPermissions", 2206, forbidden, Remedy::none,
         "the Composio API key lacks the permission for this"},
    Rule{"Tool_ToolNotFound", 2401, tool_not_found, Remedy::search_tools,
         "Composio has no such tool in this version"},
    Rule{"ToolRouterV2_ToolNotFound", 4301, tool_not_found, Remedy::search_tools,
         "Composio has no such tool"},
    Rule{"ToolRouterV2_NoActiveConnection", 4302, not_connected, Remedy::connect, "no account is connected"},
    Rule{"ToolRouterV2_InvalidToolkitSlugs", 4305, integration_not_found, Remedy::search_integrations,
         "Composio has no such integration"},
    Rule{"ToolRouterV2_ToolkitNotAllowed", 4324, forbidden, Remedy::none,
         "the Composio session does not allow this integration"},
    Rule{"ToolRouterV2_ToolkitsIsNoAuth", 4326, invalid_request, Remedy::list_tools,
         "it needs no connection: its tools run as they are"},
    Rule{"ToolRouterV2_InvalidConnectedAccountIds", 0, connection_not_found, Remedy::sync,
         "Composio has no such connected account of this project"},
    Rule{"ExternalProxy_SSRFBlocked", 0, invalid_request, Remedy::none,
         "Composio sends no requests to this host"},
    Rule{"OriginMismatch", 0, invalid_request, Remedy::none, "the URL is not one of the connected service"},
    Rule{"MissingAuthContext", 0, not_connected, Remedy::connect, "the request names no connected account"},
};

constexpr std::size_t kTextLimit = 500;

Rule const* find_rule(Envelope const& envelope) {
  if (!envelope.slug.empty()) {
    auto const found = std::ranges::find(kRules, std::string_view{envelope.slug}, &Rule::slug);
    if (found != kRules.end()) return &*found;
  }
  if (envelope.code == 0) return nullptr;
  auto const found = std::ranges::find(kRules, envelope.code, &Rule::code);
  return found == kRules.end() ? nullptr : &*found;
}

/// 600 is said for several things, and only its words tell them apart.
Rule refine(Rule rule, Envelope const& envelope, Asked const& asked) {
  if (rule.code != 600) return rule;
  auto const words = to_lower(envelope.message);
  if (words.find("alias") != std::string::npos && words.find("already in use") != std::string::npos) {
    rule.ours = connection_already_exists;
    rule.saying = "the name is taken by another connection";
  } else if (asked.operation == Operation::create_account && words.find("no longer") == std::string::npos) {
    rule.ours = invalid_credentials;
    rule.saying = "Composio refused the credentials";
  }
  return rule;
}

ErrorCode not_found_for(Operation operation) {
  switch (operation) {
    case Operation::get_integration: return integration_not_found;
    case Operation::get_tool:
    case Operation::generate_input: return tool_not_found;
    case Operation::get_account:
    case Operation::delete_account:
    case Operation::set_alias:
    case Operation::proxy: return connection_not_found;
    case Operation::verify_key:
    case Operation::list_integrations:
    case Operation::list_tools:
    case Operation::find_tools:
    case Operation::list_auth_configs:
    case Operation::create_auth_config:
    case Operation::create_link:
    case Operation::create_account:
    case Operation::list_accounts:
    case Operation::execute:
    case Operation::upload_file:
    case Operation::fetch_file: return composio_error;
  }
  __builtin_unreachable();
}

Remedy remedy_for(ErrorCode code) {
  switch (code) {
    case integration_not_found: return Remedy::search_integrations;
    case tool_not_found: return Remedy::search_tools;
    case connection_not_found: return Remedy::sync;
    case api_key_rejected: return Remedy::login;
    case not_connected: return Remedy::connect;
    default: return Remedy::none;
  }
}

/// Enveloped errors whose slug and code are new to us: their status for this operation.
Rule rule_for_status(unsigned status, Operation operation) {
  auto const make = [](ErrorCode code, std::string_view saying) {
    return Rule{"", 0, code, remedy_for(code), saying};
  };
  switch (status) {
    case 400:
      return operation == Operation::create_account
                 ? make(invalid_credentials, "Composio refused the credentials")
                 : make(invalid_request, "Composio refused the request");
    case 401: return make(api_key_rejected, "Composio rejected the API key");
    case 403: return make(forbidden, "Composio forbids this");
    case 404: return make(not_found_for(operation), "Composio has no such thing");
    case 410: return make(composio_error, "Composio no longer offers this");
    // An account that is INITIATED, INACTIVE or FAILED: it does not work and may never have, so "expired"
    // would promise too much; connecting is the way on in each case.
    case 422:
      return operation == Operation::execute || operation == Operation::proxy
                 ? make(not_connected, "the connected account is not active")
                 : make(invalid_request, "Composio refused the request");
    case 501: return make(unsupported, "Composio cannot do this");
    default: break;
  }
  if (status >= 500) return make(provider_unavailable, "Composio failed");
  return make(composio_error, "Composio refused the request");
}

/// The toolkit that Composio's words name, for a command to suggest: nothing is decided by it.
std::string integration_of(Asked const& asked, std::string_view message) {
  if (!asked.integration.empty()) return asked.integration;
  for (auto const before : {std::string_view{"for toolkit "}, std::string_view{"for toolkit(s) '"}}) {
    auto const at = message.find(before);
    if (at == std::string_view::npos) continue;
    auto const rest = message.substr(at + before.size());
    auto const is_of_a_slug = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    auto const end = std::ranges::find_if_not(rest, is_of_a_slug);
    auto slug = std::string{rest.begin(), end};
    // What begins with a dash would be read as an option.
    if (!slug.empty() && slug.size() <= 64 && slug.front() != '-') return slug;
  }
  return {};
}

std::vector<std::string> command(Remedy remedy, std::string const& integration) {
  switch (remedy) {
    case Remedy::none: return {};
    case Remedy::login: return {"agenta-tools", "login"};
    case Remedy::search_tools: return {"agenta-tools", "integrations", "list"};
    case Remedy::search_integrations: return {"agenta-tools", "integrations", "list"};
    case Remedy::sync: return {"agenta-tools", "connections", "sync"};
    case Remedy::connect:
    case Remedy::show_integration:
    case Remedy::list_tools: break;
  }
  if (integration.empty()) return {};
  if (remedy == Remedy::connect) return {"agenta-tools", "connect", integration};
  if (remedy == Remedy::list_tools) return {"agenta-tools", "tools", "list", integration};
  return {"agenta-tools", "integrations", "show", integration};
}

/// The names after `Missing required fields:`, and the sentences of the envelope's list.
JsonText missing_fields(Envelope const& envelope, Scrubber const& scrubber) {
  auto fields = wire::Json::array();
  if (auto const colon = envelope.message.find(':'); colon != std::string::npos) {
    for (auto const& each : split(std::string_view{envelope.message}.substr(colon + 1), ',')) {
      auto const name = trim(each);
      if (!name.empty() && fields.size() < 50) fields.push_back(shorten(scrubber.scrub(name), 100));
    }
  }
  auto context = wire::Json::object();
  context["fields"] = std::move(fields);
  return {context.dump()};
}

std::string sentence(std::string_view subject, std::string_view saying, std::string_view theirs) {
  auto text = std::string{};
  for (std::string_view const part : {subject, saying, theirs}) {
    if (!part.empty()) text.append(text.empty() ? "" : ": ").append(part);
  }
  return text;
}

Error error_from_envelope(Envelope const& envelope, unsigned status, Asked const& asked,
                          Scrubber const& scrubber) {
  auto const* const known = find_rule(envelope);
  auto const rule =
      known != nullptr ? refine(*known, envelope, asked) : rule_for_status(status, asked.operation);
  auto theirs = envelope.message;
  for (auto const& each : envelope.errors) theirs += (theirs.empty() ? "" : "; ") + each;
  // Composio's advice is for its own API; it helps only where we have none.
  if (known == nullptr && !envelope.suggested_fix.empty()) theirs += " (" + envelope.suggested_fix + ")";

  auto error = Error{};
  error.code = rule.ours;
  error.message = sentence(asked.subject, rule.saying, shorten(scrubber.scrub(theirs), kTextLimit));
  error.next_step = command(rule.remedy, integration_of(asked, envelope.message));
  if (rule.ours == invalid_credentials && rule.code == 612)
    error.context = missing_fields(envelope, scrubber);
  return error;
}

Error rate_limited_error(HttpReply const& reply, Scrubber const& scrubber) {
  auto theirs = std::string{};
  if (auto const json = wire::parse_object(reply.body)) {
    theirs = wire::text_at(*json, "message");
    if (theirs.empty()) theirs = wire::text_at(wire::member(*json, "error"), "message");
  }
  auto error = Error{};
  error.code = rate_limited;
  error.message =
      sentence({}, "Composio's rate limit is reached", shorten(scrubber.scrub(theirs), kTextLimit));
  return error;
}

/// A reply that is not Composio's own: of an edge, a proxy, or something else at its address.
Error error_without_envelope(unsigned status, Asked const& asked) {
  auto const number = std::to_string(status);
  auto error = Error{};
  error.code = composio_error;
  if (status >= 500) {
    error.code = provider_unavailable;
    error.message = "Composio cannot be reached: its front answered " + number;
  } else if (status >= 300 && status < 400) {
    error.message = "Composio answered with a redirect (" + number +
                    "), which is not followed with the key: check COMPOSIO_BASE_URL";
  } else if (status == 401) {
    error.code = api_key_rejected;
    error.message = "the API key was rejected (401) by something that does not speak as Composio does";
    error.next_step = {"agenta-tools", "login"};
  } else {
    error.message = "what answered (" + number + ") does not speak as Composio does: check COMPOSIO_BASE_URL";
  }
  error.message = sentence(asked.subject, {}, error.message);
  return error;
}

bool is_repeatable(Operation operation) {
  return operation != Operation::create_auth_config && operation != Operation::create_link &&
         operation != Operation::create_account && operation != Operation::delete_account &&
         operation != Operation::proxy && operation != Operation::execute;
}

}  // namespace

std::optional<Envelope> parse_envelope(std::string_view body) {
  auto const json = wire::parse_object(body);
  if (!json) return std::nullopt;
  auto const& error = wire::member(*json, "error");
  if (!error.is_object()) return std::nullopt;
  auto envelope = Envelope{};
  envelope.slug = wire::text_at(error, "slug");
  envelope.code = static_cast<int>(std::clamp<std::int64_t>(wire::number_at(error, "code"), 0, 1'000'000));
  envelope.message = wire::text_at(error, "message");
  envelope.suggested_fix = wire::text_at(error, "suggested_fix");
  envelope.errors = wire::texts_at(error, "errors");
  envelope.request_id = wire::text_at(error, "request_id");
  if (envelope.slug.empty() && envelope.code == 0 && envelope.message.empty()) return std::nullopt;
  return envelope;
}

std::string request_id_of(HttpReply const& reply, std::optional<Envelope> const& envelope) {
  auto id = envelope ? envelope->request_id : std::string{};
  if (id.empty()) id = std::string{find_field(reply.fields, "x-request-id").value_or("")};
  return shorten(id, 100);
}

Error error_from_reply(HttpReply const& reply, Asked const& asked, Scrubber const& scrubber) {
  auto const envelope = parse_envelope(reply.body);
  auto error = Error{};
  if (reply.status == 429) {
    error = rate_limited_error(reply, scrubber);
  } else if (envelope) {
    error = error_from_envelope(*envelope, reply.status, asked, scrubber);
  } else {
    error = error_without_envelope(reply.status, asked);
  }
  // A service in trouble fails the same for both: whoever made something must look before making it again.
  if (reply.status >= 500 && reply.status != 501 && !is_repeatable(asked.operation))
    error.retryable = Retryable::unknown;
  error.request_id = scrubber.scrub(request_id_of(reply, envelope));
  auto const now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  if (reply.status == 429 || reply.status == 503) error.retry_after = retry_after_of(reply, now);
  if (reply.status == 429 && !error.retry_after) error.retry_after = rate_limit_window_of(reply);
  return error;
}

Error error_from_trouble(HttpOutcome const& outcome, Asked const& asked) {
  auto error = Error{};
  error.message = sentence(asked.subject, {}, outcome.detail);
  if (outcome.progress == HttpProgress::written_no_reply && !is_repeatable(asked.operation)) {
    error.code = outcome_unknown;
    error.message += "; Composio may have done it";
    return error;
  }
  switch (outcome.trouble) {
    case HttpTrouble::refused_endpoint: error.code = not_configured; break;
    case HttpTrouble::timed_out: error.code = timeout; break;
    case HttpTrouble::stopped: error.code = cancelled; break;
    case HttpTrouble::too_large: error.code = composio_error; break;
    case HttpTrouble::not_public: error.code = forbidden; break;
    case HttpTrouble::none:
    case HttpTrouble::unknown_host:
    case HttpTrouble::unreachable:
    case HttpTrouble::tls:
    case HttpTrouble::proxy:
    case HttpTrouble::lost:
    case HttpTrouble::truncated: error.code = provider_unavailable; break;
  }
  return error;
}

}  // namespace agenta::daemon
