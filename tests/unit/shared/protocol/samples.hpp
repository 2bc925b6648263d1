#pragma once

#include <chrono>
#include <string_view>
#include <utility>

#include "shared/domain/catalog.hpp"
#include "shared/domain/connection.hpp"
#include "shared/domain/connection_report.hpp"
#include "shared/domain/execution.hpp"
#include "shared/domain/integration.hpp"
#include "shared/domain/page.hpp"
#include "shared/domain/tool.hpp"

/// One value of each kind with every member set, for round trips and golden files.
namespace agenta::protocol::samples {

inline WallTime at(std::string_view text) { return parse_rfc3339(text).value(); }

inline Error error() {
  Error error;
  error.code = ErrorCode::connection_expired;
  error.message = "the connection work of github has expired";
  error.context.text = R"({"connection":"work","tries":2})";
  error.next_step = {"agenta-tools", "connect", "github", "--reconnect", "work"};
  error.retryable = Retryable::yes;
  error.request_id = "req_1";
  error.execution_id = "0193a1b2-c3d4-7e5f-8a9b-000000000009";
  error.retry_after = std::chrono::seconds{7};
  return error;
}

inline Integration integration() {
  Integration integration;
  integration.slug.text = "github";
  integration.name = "GitHub";
  integration.description = "Code \"hosting\"\n& more";
  integration.logo_url = "https://example.com/github.svg";
  integration.app_url = "https://github.com";
  integration.categories = {Category{"developer-tools", "Developer tools"}};
  integration.auth_schemes = {"OAUTH2", "API_KEY"};
  integration.managed_auth_schemes = {"OAUTH2"};
  integration.tools_count = 823;
  integration.version = "20260101_00";
  return integration;
}

inline IntegrationDetail integration_detail() {
  AuthField token;
  token.name = "generic_api_key";
  token.display_name = "Token";
  token.description = "A personal access token";
  token.required = true;
  token.secret = true;
  AuthField host = token;
  host.name = "host";
  host.default_value = "github.com";
  host.secret = false;
  AuthScheme scheme;
  scheme.mode = "OAUTH2";
  scheme.name = "github_oauth";
  scheme.managed = true;
  scheme.auth_config_fields = {token};
  scheme.connection_fields = {host};
  scheme.scopes = {"repo", "read:user"};
  scheme.help_url = "https://example.com/help";
  IntegrationDetail detail;
  detail.integration = integration();
  detail.auth = {scheme};
  detail.available_versions = {"20251201_00", "20260101_00"};
  return detail;
}

inline Tool tool() {
  Tool tool;
  tool.slug.text = "GITHUB_CREATE_AN_ISSUE";
  tool.name = "Create an issue";
  tool.description = "Makes an issue";
  tool.integration.text = "github";
  tool.tags = {"issues", "destructiveHint"};
  tool.version = "20260101_00";
  tool.available_versions = {"20260101_00"};
  tool.input_schema.text = R"({"type":"object","properties":{"n":{"maximum":1.50e2}},"required":["title"]})";
  tool.output_schema.text = R"({ "type" : "object" })";
  tool.scopes = {"repo"};
  tool.deprecated = true;
  return tool;
}

inline Actor actor() {
  Actor actor;
  actor.uid = 1000;
  actor.user = "ada";
  actor.host = "engine";
  actor.program = "agenta-tools 0.1.0";
  return actor;
}

inline Connection connection() {
  Connection connection;
  connection.id.text = "0193a1b2-c3d4-7e5f-8a9b-000000000001";
  connection.project.text = "0193a1b2-c3d4-7e5f-8a9b-000000000002";
  connection.slug = "work";
  connection.name = "Work account";
  connection.integration.text = "github";
  connection.integration_name = "GitHub";
  connection.account.text = "ca_abc";
  connection.auth_config.text = "ac_def";
  connection.key_scope = "proj_1";
  connection.base_url = "https://backend.composio.dev";
  connection.status = ConnectionStatus::pending;
  connection.auth_type = "OAUTH2";
  connection.is_default = true;
  connection.redirect_url = "https://example.com/link?t=1";
  connection.expires_at = at("2026-11-23T20:55:00.000Z");
  connection.created_at = at("2026-11-23T20:45:00.000Z");
  connection.updated_at = at("2026-11-23T20:46:00.000Z");
  connection.last_used_at = at("2026-11-23T20:47:00.000Z");
  connection.last_checked_at = at("2026-11-23T20:48:00.000Z");
  connection.created_by = actor();
  connection.error = ConnectionError{ErrorCode::oauth_denied, "the person said no"};
  return connection;
}

inline ConnectionEvent connection_event() {
  ConnectionEvent event;
  event.sequence = 7;
  event.at = at("2026-11-23T20:46:00.000Z");
  event.change = ConnectionChange::renamed;
  event.connection = connection().id;
  event.slug = "work";
  event.integration.text = "github";
  event.status = ConnectionStatus::active;
  event.by = actor();
  event.detail = "was github";
  return event;
}

inline ConnectionCheck connection_check() {
  ConnectionCheck check;
  check.connection = connection();
  check.connection.key_scope.clear();
  check.health = Health::alive;
  check.probe = "GET /user";
  check.detail = "GitHub answered";
  return check;
}

inline SyncReport sync_report() {
  SyncItem item;
  item.change = SyncChange::adopted;
  item.connection = connection_check().connection;
  SyncReport report;
  report.items.push_back(std::move(item));
  report.unchanged = 3;
  return report;
}

inline PruneReport prune_report() {
  PrunedLogin login;
  login.slug = "old";
  login.integration.text = "github";
  login.account.text = "ca_old";
  login.reason = "the link expired";
  PruneReport report;
  report.items.push_back(std::move(login));
  report.dry_run = true;
  return report;
}

inline Execution execution() {
  Execution execution;
  execution.id.text = "0193a1b2-c3d4-7e5f-8a9b-000000000003";
  execution.tool.text = "GITHUB_CREATE_AN_ISSUE";
  execution.tool_version = "20260101_00";
  execution.integration.text = "github";
  execution.connection = ConnectionReference{ConnectionId{"0193a1b2-c3d4-7e5f-8a9b-000000000001"}, "work"};
  execution.state = ExecutionState::succeeded;
  execution.read_only = false;
  execution.arguments.text = R"({"title":"hello","big":12345678901234567890.50})";
  execution.idempotency_key = "once";
  execution.attempts = 2;
  execution.data = JsonText{R"({"number":1.0, "id":12345678901234567890, "id":2})"};
  execution.log_id = "log_1";
  execution.started_at = at("2026-11-23T20:45:00.000Z");
  execution.finished_at = at("2026-11-23T20:45:01.250Z");
  execution.duration = std::chrono::milliseconds{1250};
  execution.actor = actor();
  execution.replayed = true;
  return execution;
}

template <class T>
Page<T> page_of(T item) {
  Page<T> page;
  page.items = {std::move(item)};
  page.total = 41;
  page.next_cursor = "next";
  return page;
}

inline SearchResult search_result() {
  SearchHit tool;
  tool.slug = "GITHUB_CREATE_AN_ISSUE";
  tool.name = "Create an issue";
  tool.description = "Opens an issue.";
  tool.integration.text = "github";
  tool.score = 0.875;
  tool.is_connected = true;
  tool.hints.open_world = true;
  SearchHit integration;
  integration.kind = SearchHit::Kind::integration;
  integration.slug = "github";
  integration.name = "GitHub";
  integration.integration.text = "github";
  integration.score = 0.5;
  SearchResult result;
  result.items = {tool, integration};
  result.total = 7;
  result.complete = false;
  return result;
}

inline ToolDefinition definition() {
  ToolDefinition definition;
  definition.tool.text = "ODATA_LIST";
  definition.integration.text = "odata";
  definition.version = "20251107_00";
  definition.name = "ODATA_LIST";
  definition.strict = true;
  definition.definition.text = R"({"name":"ODATA_LIST"})";
  definition.renamed.text = R"({"dollar_top":"$top"})";
  definition.notes = {"`$top` is offered as `dollar_top`"};
  return definition;
}

inline CatalogStatus catalog_status() {
  CatalogStatus status;
  status.state = CatalogStatus::State::waiting;
  status.integrations = 857;
  status.tools = 1000;
  status.refresh_done = 40;
  status.refresh_total = 857;
  status.refreshes = 2;
  status.fetched_at = at("2026-11-23T20:45:00.000Z");
  status.error = error();
  return status;
}

}  // namespace agenta::protocol::samples
