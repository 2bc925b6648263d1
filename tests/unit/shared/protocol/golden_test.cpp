#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/codec_batch.hpp"
#include "shared/protocol/error_table.hpp"
#include "tests/support/golden.hpp"
#include "tests/unit/shared/protocol/samples.hpp"

namespace agenta::protocol {
namespace {

/// Spread over lines, so that a changed member is a changed line.
std::string pretty(std::string const& document) {
  return nlohmann::ordered_json::parse(document).dump(2) + "\n";
}

IntegrationState connected() {
  IntegrationState state;
  state.connection = samples::connection().id;
  state.status = ConnectionStatus::active;
  return state;
}

Execution failed_execution() {
  Execution execution = samples::execution();
  execution.state = ExecutionState::failed;
  execution.data.reset();
  execution.error = samples::error();
  return execution;
}

TEST(Golden, Replies) {
  using test::matches_golden;
  EXPECT_TRUE(matches_golden("protocol/error.json", pretty(encode_error(samples::error()))));
  EXPECT_TRUE(matches_golden("protocol/error_minimal.json", pretty(encode_error(Error{}))));
  EXPECT_TRUE(matches_golden("protocol/cli_error.json", pretty(encode_cli_error(samples::error()))));
  EXPECT_TRUE(
      matches_golden("protocol/integrations.json",
                     pretty(encode_integrations(samples::page_of(samples::integration()), {connected()},
                                                {Category{"developer-tools", "Developer tools"}}))));
  EXPECT_TRUE(matches_golden(
      "protocol/integration.json",
      pretty(encode_integration(samples::integration_detail(), connected(), {samples::connection()}))));
  EXPECT_TRUE(matches_golden("protocol/tools.json", pretty(encode_tools(samples::page_of(samples::tool())))));
  EXPECT_TRUE(matches_golden("protocol/tool.json", pretty(encode_tool(samples::tool()))));
  EXPECT_TRUE(matches_golden("protocol/connections.json",
                             pretty(encode_connections(samples::page_of(samples::connection()), "proj_2"))));
  EXPECT_TRUE(matches_golden("protocol/execution.json", pretty(encode_execution(samples::execution()))));
  EXPECT_TRUE(matches_golden("protocol/execution_failed.json", pretty(encode_execution(failed_execution()))));
  EXPECT_TRUE(matches_golden("protocol/executions.json",
                             pretty(encode_executions(samples::page_of(samples::execution())))));
}

TEST(Golden, ReportsOnConnections) {
  using test::matches_golden;
  EXPECT_TRUE(
      matches_golden("protocol/connection_events.json",
                     pretty(encode_connection_events(samples::page_of(samples::connection_event())))));
  EXPECT_TRUE(matches_golden("protocol/connection_check.json",
                             pretty(encode_connection_check(samples::connection_check(), ""))));
  EXPECT_TRUE(
      matches_golden("protocol/sync_report.json", pretty(encode_sync_report(samples::sync_report(), ""))));
  EXPECT_TRUE(
      matches_golden("protocol/prune_report.json", pretty(encode_prune_report(samples::prune_report()))));
}

TEST(Golden, Batches) {
  using test::matches_golden;
  Batch batch;
  batch.id.text = "0193a1b2-c3d4-7e5f-8a9b-000000000004";
  batch.source = "calls.ndjson";
  batch.created_at = samples::at("2026-11-23T20:45:00.000Z");
  batch.actor = samples::execution().actor;
  BatchCounts counts;
  counts.succeeded = 98;
  counts.failed = counts.unknown = 1;
  BatchLines lines;
  lines.items = {{7, ExecutionState::succeeded, samples::execution().id}};
  lines.next_after = 7;

  EXPECT_TRUE(matches_golden("protocol/batch.json", pretty(encode_batch(batch, counts))));
  EXPECT_TRUE(matches_golden("protocol/batches.json", pretty(encode_batches(samples::page_of(batch)))));
  EXPECT_TRUE(matches_golden("protocol/batch_lines.json", pretty(encode_batch_lines(lines))));
  EXPECT_TRUE(matches_golden("protocol/begin_batch.json", pretty(encode_begin_batch("calls.ndjson"))));
}

TEST(Golden, CatalogueAsAWhole) {
  using test::matches_golden;
  Page<std::string> items = {};
  items.items = {encode_integration_item(samples::integration())};
  items.total = 1;

  EXPECT_TRUE(matches_golden(
      "protocol/integration_items.json",
      pretty(encode_integration_items(
          items, {connected()}, encode_category_array({Category{"developer-tools", "Developer tools"}})))));
  EXPECT_TRUE(matches_golden("protocol/categories.json",
                             pretty(encode_categories({Category{"developer-tools", "Developer tools"}}))));
  EXPECT_TRUE(matches_golden("protocol/search.json", pretty(encode_search(samples::search_result()))));
  EXPECT_TRUE(
      matches_golden("protocol/definitions.json", pretty(encode_definitions({samples::definition()}))));
  EXPECT_TRUE(matches_golden("protocol/catalog_status.json",
                             pretty(encode_catalog_status(samples::catalog_status()))));
  EXPECT_TRUE(matches_golden("protocol/refresh_request.json",
                             pretty(encode_refresh_request({.integrations = {"github"}, .all = true}))));
}

TEST(Golden, Requests) {
  ToolCall call;
  call.id.text = "0193a1b2-c3d4-7e5f-8a9b-000000000003";
  call.tool = "GITHUB_CREATE_AN_ISSUE";
  call.arguments.text = R"({"title":"hello"})";
  call.connection = "work";
  call.idempotency_key = "once";
  ConnectRequest connection;
  connection.integration = "stripe";
  connection.slug = "work";
  connection.auth_type = "API_KEY";
  connection.auth_config_fields.emplace_back("client_id", Secret{"app"});
  connection.credentials.emplace_back("api_key", Secret{"sk_test"});
  ConnectReply reply;
  reply.id = samples::connection().id;
  reply.slug = "work";
  reply.redirect_url = "https://example.com/link";
  reply.expires_at = samples::at("2026-11-23T20:55:00.000Z");
  reply.message = "open the link";

  EXPECT_TRUE(test::matches_golden("protocol/tool_call.json", pretty(encode_tool_call(call))));
  EXPECT_TRUE(
      test::matches_golden("protocol/connect_request.json", pretty(encode_connect_request(connection))));
  EXPECT_TRUE(test::matches_golden("protocol/connect_reply.json", pretty(encode_connect_reply(reply))));
}

TEST(Golden, ErrorTable) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (ErrorRow const& row : error_table()) {
    rows.push_back({{"code", row.name},
                    {"http_status", row.http_status},
                    {"exit_code", row.exit_code},
                    {"retryable", name_of(row.retryable)}});
  }

  EXPECT_TRUE(test::matches_golden("protocol/error_table.json", rows.dump(2) + "\n"));
}

}  // namespace
}  // namespace agenta::protocol
