#include "shared/protocol/codec.hpp"

#include <gtest/gtest.h>

#include <string>

#include "shared/protocol/error_table.hpp"
#include "shared/protocol/json_slice.hpp"
#include "tests/unit/shared/protocol/samples.hpp"

namespace agenta::protocol {
namespace {

std::string member(std::string_view document, std::string_view name) {
  return std::string{find_member(document, name).value_or("(none)")};
}

TEST(ErrorCodec, ComesBackWhole) {
  EXPECT_EQ(decode_error(encode_error(samples::error()), 424), samples::error());
}

TEST(ErrorCodec, ComesBackWholeForEveryCode) {
  for (ErrorRow const& row : error_table()) {
    Error error;
    error.code = row.code;
    error.message = "m";

    EXPECT_EQ(decode_error(encode_error(error), row.http_status), error) << row.name;
  }
}

TEST(ErrorCodec, WritesRetryableAsTheContractSays) {
  Error error;
  error.code = ErrorCode::outcome_unknown;
  EXPECT_EQ(member(encode_error(error), "retryable"), "\"unknown\"");
  error.retryable = Retryable::no;
  EXPECT_EQ(member(encode_error(error), "retryable"), "false");
  error.retryable = Retryable::yes;
  EXPECT_EQ(member(encode_error(error), "retryable"), "true");
}

TEST(ErrorCodec, NeverLetsABadContextBreakTheDocument) {
  Error error;
  for (auto const* context : {"", "{", "[]", "{}x", "null", "\"}"}) {
    error.context.text = context;

    EXPECT_TRUE(is_json(encode_error(error))) << context;
    EXPECT_EQ(member(encode_error(error), "context"), "{}") << context;
  }
}

TEST(ErrorCodec, HasTheSameMembersInTheDocumentOfTheCli) {
  auto const cli = encode_cli_error(samples::error());

  EXPECT_EQ(decode_error(cli, 424), samples::error());
  EXPECT_EQ(find_pointer(cli, "/error/code"), "\"CONNECTION_EXPIRED\"");
  EXPECT_EQ(find_pointer(cli, "/error/next_step/1"), "\"connect\"");
}

TEST(ErrorCodec, MakesAnErrorOfABodyThatIsNone) {
  for (auto const* body : {"", "<html>", "[]", "{}", "{\"code\":5}", "\"x\"", "{\"error\":\"text\"}"}) {
    Error const error = decode_error(body, 503);

    EXPECT_EQ(error.code, ErrorCode::daemon_unavailable) << body;
    EXPECT_NE(error.message.find("503"), std::string::npos) << body;
  }
  EXPECT_EQ(decode_error("", 500).code, ErrorCode::internal);
  EXPECT_EQ(decode_error("", 418).code, ErrorCode::invalid_request);
  EXPECT_EQ(decode_error("", 426).code, ErrorCode::version_skew);
}

TEST(ErrorCodec, KeepsTheWordsOfACodeItDoesNotKnow) {
  Error const error = decode_error(R"({"detail":"a newer daemon's reason","code":"BRAND_NEW"})", 403);

  EXPECT_EQ(error.code, ErrorCode::forbidden);
  EXPECT_EQ(error.message, "a newer daemon's reason");
}

TEST(IntegrationCodec, ComesBackWhole) {
  auto const page = samples::page_of(samples::integration());

  auto const read = decode_integrations(encode_integrations(page, {}, {Category{"dev", "Dev"}}));

  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, page);
}

TEST(IntegrationCodec, ComesBackWholeInDetail) {
  auto const detail = samples::integration_detail();

  auto const read = decode_integration(encode_integration(detail, {}, {samples::connection()}));

  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, detail);
}

TEST(IntegrationCodec, IsConnectedOnlyWhileItsConnectionIsActive) {
  IntegrationState state;
  state.connection = ConnectionId{"c1"};
  auto const encode = [&](ConnectionStatus status) {
    state.status = status;
    return encode_integration(samples::integration_detail(), state, {});
  };

  EXPECT_EQ(member(encode(ConnectionStatus::active), "is_connected"), "true");
  EXPECT_EQ(member(encode(ConnectionStatus::expired), "is_connected"), "false");
  EXPECT_EQ(member(encode(ConnectionStatus::expired), "connection_status"), "\"EXPIRED\"");
  EXPECT_EQ(member(encode_integration(samples::integration_detail(), {}, {}), "connection_id"), "null");
}

TEST(IntegrationCodec, ComesBackWithItsStateAndItsConnections) {
  IntegrationState const state{.connection = ConnectionId{"c1"}, .status = ConnectionStatus::expired};
  Connection connection = samples::connection();
  connection.key_scope.clear();
  auto const page = samples::page_of(samples::integration());

  auto const items = decode_integration_items(encode_integrations(page, {state}, {}));
  auto const view =
      decode_integration_view(encode_integration(samples::integration_detail(), state, {connection}));

  ASSERT_TRUE(items && view);
  EXPECT_EQ(items->items.at(0).integration, samples::integration());
  EXPECT_EQ(items->items.at(0).state.status, ConnectionStatus::expired);
  EXPECT_EQ(items->items.at(0).state.connection, ConnectionId{"c1"});
  EXPECT_EQ(view->detail, samples::integration_detail());
  EXPECT_EQ(view->state.status, ConnectionStatus::expired);
  EXPECT_EQ(view->connections, std::vector{connection});
}

TEST(IntegrationCodec, TakesAStateItDoesNotKnowForNone) {
  auto const items = decode_integration_items(R"({"items":[{"slug":"a","connection_status":"NEW"}]})");

  ASSERT_TRUE(items);
  EXPECT_FALSE(items->items.at(0).state.status);
}

TEST(ToolCodec, ComesBackWhole) {
  auto const read = decode_tool(encode_tool(samples::tool()));

  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, samples::tool());
}

TEST(ToolCodec, PassesSchemasOnByteForByte) {
  EXPECT_EQ(member(encode_tool(samples::tool()), "input_schema"), samples::tool().input_schema.text);
  EXPECT_EQ(member(encode_tool(samples::tool()), "output_schema"), samples::tool().output_schema.text);
}

TEST(ToolCodec, LeavesSchemasOutOfLists) {
  auto const body = encode_tools(samples::page_of(samples::tool()));

  EXPECT_FALSE(find_pointer(body, "/items/0/input_schema"));
  auto const read = decode_tools(body);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->items.front().slug, samples::tool().slug);
  EXPECT_EQ(read->total, 41);
  EXPECT_EQ(read->next_cursor, "next");
}

TEST(ConnectionCodec, ComesBackWholeButForTheKeysScope) {
  Connection expected = samples::connection();
  expected.key_scope.clear();

  auto const read = decode_connection(encode_connection(samples::connection(), "proj_1"));

  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, expected);
}

TEST(ConnectionCodec, ComesBackWholeWithoutItsOptionalMembers) {
  Connection connection;
  connection.id.text = "id";
  connection.status = ConnectionStatus::active;

  auto const read = decode_connections(encode_connections(samples::page_of(connection), ""));

  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->items.front(), connection);
}

TEST(ConnectionCodec, ShowsTheLinkOnlyWhilePending) {
  Connection connection = samples::connection();
  EXPECT_NE(member(encode_connection(connection, ""), "redirect_url"), "null");

  connection.status = ConnectionStatus::active;

  EXPECT_EQ(member(encode_connection(connection, ""), "redirect_url"), "null");
}

TEST(ConnectionCodec, NeverShowsTheScopeAndMarksAnothersRows) {
  EXPECT_EQ(encode_connection(samples::connection(), "proj_2").find("proj_1"), std::string::npos);
  EXPECT_EQ(member(encode_connection(samples::connection(), "proj_2"), "foreign"), "true");
  EXPECT_EQ(member(encode_connection(samples::connection(), "proj_1"), "foreign"), "false");
  EXPECT_EQ(member(encode_connection(samples::connection(), ""), "foreign"), "false");
}

TEST(ConnectRequestCodec, ComesBackWhole) {
  ConnectRequest request;
  request.integration = "stripe";
  request.slug = "work";
  request.name = "Work";
  request.auth_type = "API_KEY";
  request.auth_config_id = "ac_1";
  request.credentials.emplace_back("api\"key", Secret{"sk\n1"});
  request.scopes = {"a", "b"};
  request.reconnect = "old";

  auto const read = decode_connect_request(encode_connect_request(request));

  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->integration, "stripe");
  EXPECT_EQ(read->slug, "work");
  EXPECT_EQ(read->name, "Work");
  EXPECT_EQ(read->auth_type, "API_KEY");
  EXPECT_EQ(read->auth_config_id, "ac_1");
  ASSERT_EQ(read->credentials.size(), 1U);
  EXPECT_EQ(read->credentials.front().first, "api\"key");
  EXPECT_EQ(read->credentials.front().second.reveal(), "sk\n1");
  EXPECT_EQ(read->scopes, request.scopes);
  EXPECT_EQ(read->reconnect, "old");
}

TEST(ConnectRequestCodec, NeedsAnIntegrationUnlessItRenews) {
  EXPECT_FALSE(decode_connect_request("{}"));
  EXPECT_TRUE(decode_connect_request(R"({"reconnect":"work"})"));
}

TEST(ConnectRequestCodec, DoesNotRepeatASecretInItsComplaint) {
  auto const read = decode_connect_request(R"({"integration_slug":"s","credentials":{"key":["sk-canary"]}})");

  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("credentials.key"), std::string::npos);
  EXPECT_EQ(read.error().message.find("canary"), std::string::npos);
}

TEST(ConnectReplyCodec, ComesBackWholeAndLeavesOutWhatIsNotThere) {
  ConnectReply reply;
  reply.id.text = "id";
  reply.slug = "work";
  reply.status = ConnectionStatus::active;
  reply.message = "connected";
  EXPECT_EQ(encode_connect_reply(reply),
            R"({"id":"id","slug":"work","status":"ACTIVE","message":"connected"})");

  reply.status = ConnectionStatus::pending;
  reply.redirect_url = "https://example.com/";
  reply.expires_at = samples::at("2026-11-23T20:55:00.000Z");
  reply.joined = true;
  auto const read = decode_connect_reply(encode_connect_reply(reply));

  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->redirect_url, reply.redirect_url);
  EXPECT_EQ(read->expires_at, reply.expires_at);
  EXPECT_TRUE(read->joined);
}

TEST(ToolCallCodec, ComesBackWholeWithItsArgumentsByteForByte) {
  ToolCall call;
  call.id.text = "0193a1b2-c3d4-7e5f-8a9b-000000000003";
  call.tool = "T";
  call.arguments.text = R"({"n":1.50e2, "n":0.1,"s":"\ud83d"})";
  call.connection = "work";
  call.tool_version = "v";
  call.idempotency_key = "k";
  call.validate = false;
  call.dry_run = true;

  auto const read = decode_tool_call(encode_tool_call(call));

  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, call);
}

TEST(ToolCallCodec, TakesMissingAndNullAsTheSame) {
  ToolCall expected;
  expected.tool = "T";

  auto const missing = decode_tool_call(R"({"tool":"T"})");
  auto const null = decode_tool_call(R"({"tool":"T","id":null,"arguments":null,"validate":null,"new":[1]})");

  ASSERT_TRUE(missing && null);
  EXPECT_EQ(*missing, expected);
  EXPECT_EQ(*null, expected);
}

struct BadBody {
  char const* body;
  char const* named;
};

TEST(ToolCallCodec, NamesTheMemberThatIsWrong) {
  for (auto const& [body, named] :
       {BadBody{"", "JSON"}, BadBody{"[]", "object"}, BadBody{"{}", "tool"}, BadBody{R"({"tool":5})", "tool"},
        BadBody{R"({"tool":""})", "tool"}, BadBody{R"({"tool":"T","arguments":[]})", "arguments"},
        BadBody{R"({"tool":"T","arguments":"{}"})", "arguments"},
        BadBody{R"({"tool":"T","validate":"no"})", "validate"}, BadBody{R"({"tool":"T","id":"1"})", "id"},
        BadBody{R"({"tool":"T","connection":{}})", "connection"}}) {
    auto const read = decode_tool_call(body);

    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.error().code, ErrorCode::invalid_request) << body;
    EXPECT_NE(read.error().message.find(named), std::string::npos) << read.error().message;
  }
}

TEST(ExecutionCodec, ComesBackWhole) {
  auto const read = decode_execution(encode_execution(samples::execution()));

  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, samples::execution());
}

TEST(ExecutionCodec, ComesBackWholeWhenItFailed) {
  Execution execution = samples::execution();
  execution.state = ExecutionState::unknown;
  execution.data.reset();
  execution.finished_at.reset();
  execution.duration.reset();
  execution.connection.reset();
  execution.error = samples::error();

  auto const body = encode_execution(execution);
  auto const read = decode_execution(body);

  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, execution);
  EXPECT_EQ(member(body, "successful"), "false");
  EXPECT_EQ(member(body, "data"), "null");
  EXPECT_EQ(member(body, "connection"), "null");
}

TEST(ExecutionCodec, PassesDataOnByteForByte) {
  EXPECT_EQ(member(encode_execution(samples::execution()), "data"), samples::execution().data->text);
}

TEST(ExecutionCodec, IsSuccessfulInNoStateButOne) {
  Execution execution = samples::execution();
  for (auto const state : {ExecutionState::queued, ExecutionState::sent, ExecutionState::failed,
                           ExecutionState::unknown, ExecutionState::cancelled, ExecutionState::refused}) {
    execution.state = state;
    EXPECT_EQ(member(encode_execution(execution), "successful"), "false") << name_of(state);
  }
}

TEST(ExecutionCodec, LeavesArgumentsAndDataOutOfLists) {
  auto const body = encode_executions(samples::page_of(samples::execution()));

  EXPECT_FALSE(find_pointer(body, "/items/0/arguments"));
  EXPECT_FALSE(find_pointer(body, "/items/0/data"));
  EXPECT_EQ(find_pointer(body, "/items/0/connection/slug"), "\"work\"");
  auto const read = decode_executions(body);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->items.front().id, samples::execution().id);
}

TEST(Codec, NamesTheMemberOfAnItem) {
  auto const read =
      decode_connections(R"({"items":[{"id":"a","status":"ACTIVE"},{"id":"b","status":"OPEN"}]})");

  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("items.status"), std::string::npos) << read.error().message;
}

}  // namespace
}  // namespace agenta::protocol
