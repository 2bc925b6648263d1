#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/base/secret.hpp"
#include "shared/domain/catalog.hpp"
#include "shared/domain/connection.hpp"
#include "shared/domain/execution.hpp"
#include "shared/domain/proxy.hpp"
#include "shared/domain/tool_service.hpp"

/// The socket API's vocabulary: paths, header names, and the requests that clients make, built in one place
/// so that the two programs cannot disagree. Contract §6; the whole set is described by `openapi.json` beside
/// this file.
namespace agenta::protocol {

// What a client says of itself and of its environment, with every request.
inline constexpr std::string_view kVersionHeader =
    "Agenta-Tools-Version";  ///< both ways: the sender's product version
inline constexpr std::string_view kProtocolHeader =
    "Agenta-Tools-Protocol";  ///< client: `oldest-newest`; daemon: its newest
inline constexpr std::string_view kBuildHeader = "Agenta-Tools-Build";
inline constexpr std::string_view kProjectHeader = "Agenta-Tools-Project";
inline constexpr std::string_view kTimeoutHeader = "Agenta-Tools-Timeout-Ms";
inline constexpr std::string_view kApiKeyHeader =
    "Agenta-Tools-Composio-Key";  ///< the caller's COMPOSIO_API_KEY
inline constexpr std::string_view kBaseUrlHeader =
    "Agenta-Tools-Composio-Url";  ///< the endpoint the caller's settings name
inline constexpr std::string_view kSessionBusHeader =
    "Agenta-Tools-Session-Bus";  ///< where the caller's keyring is: the address of its session's D-Bus
inline constexpr std::string_view kRequestIdHeader = "Agenta-Tools-Request-Id";
inline constexpr std::string_view kExecutionIdHeader = "Agenta-Tools-Execution-Id";
/// With an answer from the catalogue that is older than it should be: when that was fetched, RFC 3339.
inline constexpr std::string_view kCachedAtHeader = "Agenta-Tools-Cached-At";
/// Beside it, why nothing newer is told: `refreshing`, `offline`, or `unreachable`.
inline constexpr std::string_view kCacheStateHeader = "Agenta-Tools-Cache-State";

/// With an answer: a sentence for the person, about something done otherwise than asked. May come more than
/// once.
inline constexpr std::string_view kNoticeHeader = "Agenta-Tools-Notice";

inline constexpr std::string_view kRoot = "/api/tools";

/// Whether the daemon may ask Composio. `no`: only what is kept here is told.
enum class Network : bool { no, yes };

/// `GET /api/tools/integrations`.
struct IntegrationQuery {
  std::string search{};
  std::string category{};
  std::string auth{};
  std::optional<bool> connected{};
  std::string cursor{};
  std::optional<int> limit{};
  Network network = Network::yes;
};

/// `GET /api/tools/integrations/{slug}/tools`, or `GET /api/tools/tools` where no integration is named.
struct ToolQuery {
  std::string integration{};
  std::string search{};
  std::string category{};           ///< of the integration
  std::string auth{};               ///< of the integration
  std::optional<bool> connected{};  ///< the integration
  bool read_only = false;           ///< only tools that say they only read
  std::string cursor{};
  std::optional<int> limit{};
  Network network = Network::yes;
};

/// `GET /api/tools/search`.
struct SearchQuery {
  std::string words{};
  std::optional<SearchHit::Kind> kind{};  ///< none: integrations and tools
  std::string integration{};
  bool read_only = false;
  std::optional<bool> connected{};
  bool remote = false;  ///< ask Composio's own semantic search too, and merge
  std::optional<int> limit{};
  Network network = Network::yes;
};

/// `GET /api/tools/schemas`: definitions of the named tools, or of an integration's.
struct SchemaQuery {
  std::vector<std::string> tools{};
  std::string integration{};
  std::string
      format{};  ///< `json-schema`, `openai`, `openai-responses`, `anthropic`, `gemini`, `mcp`, `example`
  bool strict = false;
  std::string compat{};  ///< `composio`: what Composio's own provider for the format gives
  std::string version{};
  Network network = Network::yes;
};

/// `POST /api/tools/catalog/refresh`.
struct RefreshRequest {
  std::vector<std::string> integrations{};  ///< their details and tools, now; none: the list of integrations
  bool all = false;  ///< everything, behind the reply: `get_catalog` tells how far it is
};

/// `GET /api/tools/connections`.
struct ConnectionQuery {
  std::string integration{};
  std::string status{};
  std::string cursor{};
  std::optional<int> limit{};
};

/// `PATCH /api/tools/connections/{id}`: what is not given stays.
struct ConnectionPatch {
  std::optional<std::string> slug{};
  std::optional<std::string> name{};
  bool make_default = false;
};

struct ExecutionQuery {
  std::string tool{};
  std::string connection{};
  std::string state{};
  std::string since{};  ///< RFC 3339
  std::string until{};  ///< RFC 3339
  std::string batch{};
  std::string session{};
  std::string trace{};
  std::string cursor{};
  std::optional<int> limit{};
};

/// `POST /api/tools/connections`.
struct ConnectRequest {
  std::string integration{};
  std::string slug{};
  std::string name{};
  std::string auth_type{};
  std::string auth_config_id{};
  std::vector<std::pair<std::string, Secret>> auth_config_fields{};  ///< of an own app: `client_id`, …
  std::vector<std::pair<std::string, Secret>> credentials{};         ///< fields of the connection itself
  std::vector<std::string> scopes{};
  std::string reconnect{};  ///< slug or id of a connection to renew in place
};

/// The reply of `POST /api/tools/connections`.
struct ConnectReply {
  ConnectionId id{};
  std::string slug{};
  ConnectionStatus status = ConnectionStatus::pending;
  std::string redirect_url{};
  std::optional<WallTime> expires_at{};
  std::string message{};
  bool joined = false;  ///< an identical login was already pending; this is that one
};

ServiceRequest list_integrations(IntegrationQuery const& query);
ServiceRequest get_integration(std::string_view slug, Network network = Network::yes);
ServiceRequest list_categories(Network network = Network::yes);
ServiceRequest list_tools(ToolQuery const& query);
/// By the tool's slug alone: the daemon knows the integration. `integration` may be empty.
ServiceRequest get_tool(std::string_view tool, std::string_view integration, std::string_view version,
                        Network network = Network::yes);
ServiceRequest search(SearchQuery const& query);
ServiceRequest get_schemas(SchemaQuery const& query);
/// How much of the catalogue is here; the document of `CatalogStatus`.
ServiceRequest get_catalog();
ServiceRequest refresh_catalog(RefreshRequest const& request);
ServiceRequest list_connections(ConnectionQuery const& query);
ServiceRequest get_connection(std::string_view slug_or_id, std::chrono::seconds wait);
ServiceRequest connect(ConnectRequest const& request);
enum class KeepRemote : bool { no, yes };
ServiceRequest disconnect(std::string_view slug_or_id, KeepRemote keep_remote);
ServiceRequest update_connection(std::string_view slug_or_id, ConnectionPatch const& patch);
/// A cheap real call through the connection; the document of `ConnectionCheck`.
ServiceRequest check_connection(std::string_view slug_or_id);
/// Brings the row up to what Composio says of its account.
ServiceRequest refresh_connection(std::string_view slug_or_id);
/// Ends a pending login, at Composio and here; a renewal leaves the connection as it was.
ServiceRequest cancel_login(std::string_view slug_or_id);
ServiceRequest sync_connections();
enum class DryRun : bool { no, yes };
ServiceRequest prune_connections(DryRun dry_run);
/// The changes after `cursor`, oldest first; none given: from now on. Holds the reply until there is one, at
/// most `wait`.
ServiceRequest list_connection_changes(std::string_view cursor, std::chrono::seconds wait);
/// What an execution's reply holds: the whole record, or the tool's `data` alone, byte for byte.
enum class ExecuteOutput { envelope, data };
ServiceRequest execute(ToolCall const& call, ExecuteOutput output);
ServiceRequest cancel_execution(std::string_view id);
ServiceRequest list_executions(ExecutionQuery const& query);
ServiceRequest get_execution(std::string_view id);
/// The tool's data alone, byte for byte, however large it is; with a JSON pointer only what that names in it.
ServiceRequest get_execution_result(std::string_view id, std::string_view select = {});
/// Executions with arguments and, where wanted, results; the pages end early where they grow large.
enum class WithResults : bool { no, yes };
ServiceRequest export_history(ExecutionQuery const& query, WithResults results);
/// The journal's chain of hashes, oldest first, after the link `cursor`.
ServiceRequest export_chain(std::string_view cursor);
/// Goes through all of the journal; the document of `JournalReport`.
ServiceRequest verify_history(std::string_view head);
/// Drops what is older than the settings keep, or than `older_than`; the document of `HistoryCleaning`.
ServiceRequest clean_history(std::optional<std::chrono::milliseconds> older_than, DryRun dry_run);
/// A request to a service through a connection.
ServiceRequest proxy(ProxyCall const& call);
/// A tool's arguments, written from a sentence. `version` empty: the latest.
ServiceRequest write_tool_input(std::string_view tool, std::string_view text, std::string_view version);
/// Most bytes of a file in one piece of an upload.
inline constexpr std::size_t kUploadPiece = std::size_t{4} << 20;
/// Announces a file that will stand in for an argument.
ServiceRequest begin_upload(std::string_view filename, std::int64_t size);
/// The same for one that the daemon fetches itself.
ServiceRequest fetch_upload(std::string_view url);
ServiceRequest write_upload(std::string_view id, std::int64_t offset, std::string bytes);
/// The file that an execution's result names at a JSON pointer.
ServiceRequest download(std::string_view execution_id, std::string_view pointer);
ServiceRequest get_daemon_status();
/// `drain`: how long running work may take before it is cut off.
ServiceRequest shut_daemon_down(std::chrono::milliseconds drain);
ServiceRequest reload_daemon();
/// How a key is to be saved, and whose of a user's projects it is for.
struct LoginOptions {
  std::string store{};             ///< `auto`, `keyring` or `file`; empty: auto
  std::string composio_project{};  ///< name or id; empty: the only one
};
ServiceRequest login(Secret const& api_key, LoginOptions const& options = {});
/// `POST /api/tools/logins`: a login that is finished in a browser. `dashboard_url` empty: the endpoint's
/// own.
ServiceRequest begin_browser_login(LoginOptions const& options, std::string_view dashboard_url);
ServiceRequest get_browser_login(std::string_view id, std::chrono::seconds wait);
ServiceRequest choose_login_project(std::string_view id, std::string_view project);
ServiceRequest logout();
ServiceRequest whoami();
/// The embedded sandbox's controls (`--sandbox` only): `faults`, `reset`, `clock`.
ServiceRequest sandbox_control(std::string method, std::string_view what, std::string body);

}  // namespace agenta::protocol
