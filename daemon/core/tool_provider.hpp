#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "shared/base/body.hpp"
#include "shared/base/clock.hpp"
#include "shared/base/secret.hpp"
#include "shared/domain/connection.hpp"
#include "shared/domain/error.hpp"
#include "shared/domain/execution.hpp"
#include "shared/domain/integration.hpp"
#include "shared/domain/page.hpp"
#include "shared/domain/proxy.hpp"
#include "shared/domain/tool.hpp"

namespace agenta::daemon {

/// Under which key, at which endpoint, a call is made. A key is only ever sent to the endpoint it stands
/// beside.
struct ProviderAccess {
  std::string base_url{};  ///< without a trailing slash: `https://backend.composio.dev`
  Secret api_key{};
  std::string key_scope{};  ///< a salted fingerprint of the key (or the provider's project id): says whose
                            ///< rows are whose
  std::string endpoint_name{};  ///< where it differs from the URL: the sandbox's port changes, and its rows
                                ///< stay its own
  std::string org_id{};      ///< with a user's key, which works in many projects: the one it works in here;
  std::string project_id{};  ///< both or neither

  /// What rows remember as the endpoint they were made at.
  std::string const& endpoint() const { return endpoint_name.empty() ? base_url : endpoint_name; }
};

/// The frame of one provider call: for whom, until when, and when to stop.
struct ProviderCall {
  ProviderAccess const& access;
  SteadyTime deadline;
  std::stop_token stop{};
};

struct IntegrationFilter {
  std::string search{};
  std::string category{};
  std::string cursor{};
  int limit = 100;
};
/// What is empty does not narrow. Names go into one request line: a few hundred of them, not thousands.
struct ToolFilter {
  std::vector<IntegrationSlug> integrations{};
  std::vector<ToolSlug> slugs{};  ///< these tools and no others, whatever the rest says
  std::string search{};
  std::string cursor{};
  int limit = 100;
};

struct AuthConfig {
  AuthConfigId id{};
  IntegrationSlug integration{};
  std::string auth_scheme{};
  bool managed = false;
  bool enabled = true;
  std::string name{};
};
struct AuthConfigRequest {
  IntegrationSlug integration{};
  std::string name{};         ///< empty: the provider's choice
  std::string auth_scheme{};  ///< empty: the integration's managed one
  bool managed = true;
  std::vector<std::string> scopes{};
  std::vector<std::pair<std::string, Secret>> credentials{};
};

struct LinkRequest {
  AuthConfigId auth_config{};
  std::string user_id{};
  std::string callback_url{};  ///< empty: the user ends on Composio's own page
  std::string alias{};
  std::vector<std::pair<std::string, Secret>> fields{};  ///< what the user gave already: `subdomain`, …
};
struct Link {
  AccountId account{};
  std::string redirect_url{};
  std::optional<WallTime> expires_at{};
};

/// A connection made from given fields, without a browser.
struct AccountRequest {
  AuthConfigId auth_config{};
  std::string user_id{};
  std::string auth_scheme{};
  std::string alias{};
  std::vector<std::pair<std::string, Secret>> fields{};
};

enum class AccountStatus { initializing, initiated, active, failed, expired, inactive, revoked, unknown };

/// A connected account as the provider sees it. Its tokens are not read.
struct Account {
  AccountId id{};
  std::string user_id{};
  IntegrationSlug integration{};
  AuthConfigId auth_config{};
  std::string auth_scheme{};
  AccountStatus status = AccountStatus::unknown;
  std::string status_reason{};
  std::string error{};  ///< `state.val.error`: an OAuth error code such as `access_denied`
  std::string error_description{};
  std::string alias{};
  bool disabled = false;
  std::optional<WallTime> created_at{};
};

/// A raw request to the service, with the account's credentials.
struct ProxyRequest {
  AccountId account{};
  std::string method = "GET";
  std::string endpoint{};  ///< a path at the service, or an address of its domain
  std::vector<ProxyField> headers{};
  std::vector<ProxyField> query{};
  std::optional<JsonText> body{};
  std::optional<BinaryBody> binary{};
  std::optional<SteadyTime> answer_by{};  ///< as of an execution
  std::function<void()> on_written{};     ///< as of an execution
};
/// Bytes that the service answered, kept by the provider for a while.
struct ProxyFile {
  std::string url{};
  std::string content_type{};
  std::int64_t size = 0;  ///< as the provider says
};
/// What the service answered.
struct ProxyReply {
  unsigned status = 0;
  std::string body{};  ///< its text; JSON where it was
  std::vector<ProxyField> headers{};
  bool is_json = false;             ///< `body` is a JSON document as it came, and not only text
  std::optional<ProxyFile> file{};  ///< instead of `body`
};

struct ExecuteRequest {
  ToolSlug tool{};
  std::string version{};
  JsonText arguments{};
  std::string user_id{};
  AccountId account{};  ///< empty for a tool that needs none
  /// The file a result is written to that is too large to be held in memory; empty: none is that large.
  std::string result_file{};
  std::size_t most_result_bytes = std::size_t{64} << 20;
  /// Once it is written whole its answer is awaited until then, whatever the call's deadline; none: until the
  /// deadline.
  std::optional<SteadyTime> answer_by{};
  std::function<void()> on_written{};  ///< called when it is written whole; may be empty
};

/// What became of a tool execution. The three are kept apart because only one of them allows sending it
/// again.
enum class Fate {
  answered,     ///< the provider said what happened: `result` or `error`
  nothing_ran,  ///< the request provably had no effect (not written, or refused unread); `error` says why
  unknown,      ///< written, and no trustworthy answer: it may have run; `error` is OUTCOME_UNKNOWN
};
struct ToolResult {
  bool successful = false;
  JsonText data{};
  std::optional<ResultFile> file{};  ///< instead of `data`, where that is too large to be held in memory
  std::string file_sha256{};         ///< of all of the file, in hex; empty: not known
  /// Data that came, and could not be kept: how much it was, and why. Then there is none here.
  std::optional<std::int64_t> dropped_bytes{};
  std::string dropped_why{};
  std::string error{};  ///< the tool's own words when not successful
  std::string log_id{};
};
/// What a provider says of how often it may be asked, with every answer.
struct RateFacts {
  std::optional<std::int64_t> limit{};      ///< requests in a window
  std::optional<std::int64_t> remaining{};  ///< of them, now
  std::optional<std::chrono::seconds> window{};
  bool operator==(RateFacts const&) const = default;
};
struct ExecuteOutcome {
  Fate fate = Fate::unknown;
  std::optional<ToolResult> result{};
  std::optional<Error> error{};
  RateFacts rate{};
};

/// What became of a request to the service; an answer of the service is `answered` with a reply, whatever
/// its status.
struct ProxyOutcome {
  Fate fate = Fate::unknown;
  std::optional<ProxyReply> reply{};
  std::optional<Error> error{};
  RateFacts rate{};
};
/// The service's answer, else the provider's error.
inline Result<ProxyReply> answer_of(ProxyOutcome outcome) {
  if (outcome.reply) return std::move(*outcome.reply);
  if (outcome.error) return fail(std::move(*outcome.error));
  return fail(ErrorCode::internal, "the provider gave no reason");
}

/// Words that a provider makes arguments of.
struct InputRequest {
  ToolSlug tool{};
  std::string version{};
  std::string text{};
};

/// What core needs of a provider of tools; Composio is one. Blocks its thread; any thread. Errors are ours
/// (§5), with the provider's request id, and never carry a credential.
class ToolProvider {
 public:
  virtual ~ToolProvider() = default;

  /// The cheapest call that proves the key. `API_KEY_REJECTED`, or why it cannot be told.
  virtual Result<void> verify_key(ProviderCall const& call) = 0;

  virtual Result<Page<Integration>> list_integrations(ProviderCall const& call,
                                                      IntegrationFilter const& filter) = 0;
  virtual Result<IntegrationDetail> get_integration(ProviderCall const& call,
                                                    IntegrationSlug const& slug) = 0;
  /// Pages of at most 1000, each tool with its schemas in its latest version, deprecated ones left out.
  virtual Result<Page<Tool>> list_tools(ProviderCall const& call, ToolFilter const& filter) = 0;
  /// `version` empty: the latest.
  virtual Result<Tool> get_tool(ProviderCall const& call, ToolSlug const& slug,
                                std::string const& version) = 0;
  /// The provider's own search by meaning, on behalf of `user_id`: slugs, best first, none twice. `words` are
  /// at most 1024 characters. Changes nothing of the user's: may be repeated as a read may.
  virtual Result<std::vector<ToolSlug>> find_tools(ProviderCall const& call, std::string const& user_id,
                                                   std::string const& words) = 0;

  /// The enabled auth configs of one integration, all pages of them.
  virtual Result<std::vector<AuthConfig>> list_auth_configs(ProviderCall const& call,
                                                            IntegrationSlug const& slug) = 0;
  /// Not idempotent: each call makes a new one.
  virtual Result<AuthConfig> create_auth_config(ProviderCall const& call,
                                                AuthConfigRequest const& request) = 0;

  virtual Result<Link> create_link(ProviderCall const& call, LinkRequest const& request) = 0;
  virtual Result<Account> create_account(ProviderCall const& call, AccountRequest const& request) = 0;
  /// `CONNECTION_NOT_FOUND` where the provider has no such account (any more).
  virtual Result<Account> get_account(ProviderCall const& call, AccountId const& id) = 0;
  /// Accounts of one user id and no other, all pages of them.
  virtual Result<std::vector<Account>> list_accounts(ProviderCall const& call,
                                                     std::string const& user_id) = 0;
  /// Revokes at the service and deletes. `CONNECTION_NOT_FOUND` where it was already gone.
  virtual Result<void> delete_account(ProviderCall const& call, AccountId const& id) = 0;

  /// The name by which the provider's own users see it; empty: none. `CONNECTION_ALREADY_EXISTS` where
  /// another account of the user and integration has it.
  virtual Result<void> set_alias(ProviderCall const& call, AccountId const& id, std::string const& alias) = 0;
  /// Sends at most once.
  virtual ProxyOutcome proxy(ProviderCall const& call, ProxyRequest const& request) = 0;
  /// Reads the bytes that the service answered; a `sink` that says no ends it as `CANCELLED`. May be
  /// repeated: `sink` then gets them from the beginning. `FORBIDDEN` for an address that is not on the public
  /// internet.
  virtual Result<void> read_file(ProviderCall const& call, ProxyFile const& file, BodySink const& sink) = 0;

  /// The arguments of a tool, written from words; they need not be valid. `INVALID_ARGUMENTS`, in the
  /// provider's words, where it can make none of them. Changes nothing: may be repeated.
  virtual Result<JsonText> generate_input(ProviderCall const& call, InputRequest const& request) = 0;

  /// Sends the request at most once.
  virtual ExecuteOutcome execute(ProviderCall const& call, ExecuteRequest const& request) = 0;
};

}  // namespace agenta::daemon
