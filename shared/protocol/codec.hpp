#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/domain/approval.hpp"
#include "shared/domain/catalog.hpp"
#include "shared/domain/connection.hpp"
#include "shared/domain/connection_report.hpp"
#include "shared/domain/error.hpp"
#include "shared/domain/execution.hpp"
#include "shared/domain/history.hpp"
#include "shared/domain/integration.hpp"
#include "shared/domain/page.hpp"
#include "shared/domain/tool.hpp"
#include "shared/protocol/api.hpp"

/// Domain values as the JSON of contract §6, and back. Unknown members are ignored; missing and null are the
/// same. `decode_*` report a document that is not what it should be as `invalid_request` naming the member.
namespace agenta::protocol {

/// Keeps the order of members: documents are for people too.
using Json = nlohmann::ordered_json;

// Errors: the socket's document (`detail`, `code`, …) and the CLI's (`{"error":{…}}`).
std::string encode_error(Error const& error);
/// `status` stands in for a body that is no error document of ours.
Error decode_error(std::string_view body, unsigned status);
std::string encode_cli_error(Error const& error);

/// The additional state of a list item that comes from the local database.
struct IntegrationState {
  std::optional<ConnectionId> connection{};
  std::optional<ConnectionStatus> status{};
};
std::string encode_integrations(Page<Integration> const& page, std::vector<IntegrationState> const& states,
                                std::vector<Category> const& categories);
/// What of a list's item comes from the provider, as an object: written once, when it is fetched.
std::string encode_integration_item(Integration const& integration);
Result<Integration> decode_integration_item(std::string_view body);
/// A list of such items, each with the state beside it. `categories`: a JSON array.
std::string encode_integration_items(Page<std::string> const& page,
                                     std::vector<IntegrationState> const& states,
                                     std::string_view categories);
std::string encode_integration(IntegrationDetail const& detail, IntegrationState const& state,
                               std::vector<Connection> const& connections);
/// The context of an error that asks for an app of the user's own: the fields to give, and where its service
/// has to send people back to.
struct OwnApp {
  std::vector<AuthField> fields{};
  std::string redirect_uri{};
};
std::string encode_own_app(std::vector<AuthField> const& fields, std::string_view redirect_uri);
/// Nothing where the context is another's.
std::optional<OwnApp> decode_own_app(std::string_view context);
Result<Page<Integration>> decode_integrations(std::string_view body);
Result<IntegrationDetail> decode_integration(std::string_view body);
/// An item of the list with its state.
struct IntegrationItem {
  Integration integration{};
  IntegrationState state{};
};
Result<Page<IntegrationItem>> decode_integration_items(std::string_view body);
/// An integration in full, with its connections.
struct IntegrationView {
  IntegrationDetail detail{};
  IntegrationState state{};
  std::vector<Connection> connections{};
};
Result<IntegrationView> decode_integration_view(std::string_view body);

std::string encode_tools(Page<Tool> const& page);
std::string encode_tool(Tool const& tool);
Result<Page<Tool>> decode_tools(std::string_view body);
Result<Tool> decode_tool(std::string_view body);

// The catalogue as a whole.
std::string encode_category_array(std::vector<Category> const& categories);
/// Elements that are no categories are left out.
std::vector<Category> decode_category_array(std::string_view json);
std::string encode_categories(std::vector<Category> const& categories);
Result<Page<Category>> decode_categories(std::string_view body);
std::string encode_search(SearchResult const& result);
Result<SearchResult> decode_search(std::string_view body);
std::string encode_definitions(std::vector<ToolDefinition> const& definitions);
Result<Page<ToolDefinition>> decode_definitions(std::string_view body);
std::string encode_catalog_status(CatalogStatus const& status);
Result<CatalogStatus> decode_catalog_status(std::string_view body);
std::string encode_refresh_request(RefreshRequest const& request);
Result<RefreshRequest> decode_refresh_request(std::string_view body);

/// `own_scope`: the Composio project that the caller's key belongs to; rows of another carry `"foreign":
/// true`.
std::string encode_connections(Page<Connection> const& page, std::string_view own_scope);
std::string encode_connection(Connection const& connection, std::string_view own_scope);
Result<Page<Connection>> decode_connections(std::string_view body);
Result<Connection> decode_connection(std::string_view body);
std::string encode_connect_request(ConnectRequest const& request);
Result<ConnectRequest> decode_connect_request(std::string_view body);
std::string encode_connection_patch(ConnectionPatch const& patch);
Result<ConnectionPatch> decode_connection_patch(std::string_view body);
std::string encode_connect_reply(ConnectReply const& reply);
Result<ConnectReply> decode_connect_reply(std::string_view body);

// What is told about connections beside the rows.
std::string encode_connection_events(Page<ConnectionEvent> const& page);
Result<Page<ConnectionEvent>> decode_connection_events(std::string_view body);
std::string encode_connection_check(ConnectionCheck const& check, std::string_view own_scope);
Result<ConnectionCheck> decode_connection_check(std::string_view body);
std::string encode_sync_report(SyncReport const& report, std::string_view own_scope);
Result<SyncReport> decode_sync_report(std::string_view body);
std::string encode_prune_report(PruneReport const& report);
Result<PruneReport> decode_prune_report(std::string_view body);

std::string encode_tool_call(ToolCall const& call);
Result<ToolCall> decode_tool_call(std::string_view body);
/// The envelope: id, tool, version, connection, state, successful, data, error, log_id, times.
std::string encode_execution(Execution const& execution);
/// With what a person said of it: `approval`, for those who may know who decides.
std::string encode_execution(Execution const& execution, Approval const& approval);
std::string encode_executions(Page<Execution> const& page);
Result<Execution> decode_execution(std::string_view body);
/// What a person said of it: state, scope, answer, by whom and when, and nothing else. Nothing where the
/// document does not tell.
std::optional<Approval> find_approval_of(std::string_view execution);
Result<Page<Execution>> decode_executions(std::string_view body);

// The history as a whole.
/// Records with their arguments and, where wanted, their results.
std::string encode_whole_executions(Page<Execution> const& page, bool with_results);
/// `record` and `hash` as they are in the journal.
struct ChainRecord {
  std::int64_t seq = 0;
  std::string record{};
  std::string hash{};
};
std::string encode_chain(Page<ChainRecord> const& page);
std::string encode_journal_report(JournalReport const& report);
Result<JournalReport> decode_journal_report(std::string_view body);
std::string encode_history_cleaning(HistoryCleaning const& cleaning);
Result<HistoryCleaning> decode_history_cleaning(std::string_view body);

}  // namespace agenta::protocol
