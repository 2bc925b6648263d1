#include "shared/protocol/api.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace agenta::protocol {
namespace {

using namespace std::chrono_literals;

TEST(Api, LeavesOutWhatAQueryDoesNotSay) {
  EXPECT_EQ(list_integrations({}).target, "/api/tools/integrations");
  EXPECT_EQ(list_connections({}).target, "/api/tools/connections");
  EXPECT_EQ(list_executions({}).target, "/api/tools/executions");
  EXPECT_EQ(list_integrations({}).method, "GET");
}

TEST(Api, WritesEveryParameterOfAQuery) {
  IntegrationQuery integrations;
  integrations.search = "git hub";
  integrations.category = "dev";
  integrations.auth = "OAUTH2";
  integrations.connected = false;
  integrations.cursor = "a=b";
  integrations.limit = 5;
  EXPECT_EQ(list_integrations(integrations).target,
            "/api/tools/"
            "integrations?search=git%20hub&category=dev&auth=OAUTH2&connected=false&cursor=a%3Db&limit=5");

  ExecutionQuery executions;
  executions.tool = "T";
  executions.connection = "c";
  executions.state = "unknown";
  executions.limit = 1;
  EXPECT_EQ(list_executions(executions).target,
            "/api/tools/executions?tool=T&connection=c&state=unknown&limit=1");
}

TEST(Api, LetsNoNameLeaveItsSegment) {
  EXPECT_EQ(get_integration("../daemon/shutdown").target, "/api/tools/integrations/..%2Fdaemon%2Fshutdown");
  EXPECT_EQ(get_connection("a?b#c d\r\n", 0s).target, "/api/tools/connections/a%3Fb%23c%20d%0D%0A");
  EXPECT_EQ(disconnect("x/y", KeepRemote::yes).target, "/api/tools/connections/x%2Fy?keep_remote=true");
}

TEST(Api, FindsAToolWithAndWithoutItsIntegration) {
  EXPECT_EQ(get_tool("T", "", "").target, "/api/tools/tools/T");
  EXPECT_EQ(get_tool("T", "github", "20260101_00").target,
            "/api/tools/integrations/github/tools/T?version=20260101_00");
  ToolQuery tools;
  tools.integration = "github";
  tools.search = "issue";
  EXPECT_EQ(list_tools(tools).target, "/api/tools/integrations/github/tools?search=issue");
}

TEST(Api, AllowsAWaitMoreTimeThanItWaits) {
  EXPECT_FALSE(get_connection("work", 0s).timeout);

  auto const request = get_connection("work", 60s);

  EXPECT_EQ(request.target, "/api/tools/connections/work?wait=60");
  ASSERT_TRUE(request.timeout);
  EXPECT_GT(*request.timeout, 60s);
}

TEST(Api, PostsWhatChangesSomething) {
  ToolCall call;
  call.tool = "T";
  EXPECT_EQ(execute(call, ExecuteOutput::envelope).target, "/api/tools/executions");
  EXPECT_EQ(execute(call, ExecuteOutput::data).target, "/api/tools/executions?output=data");
  EXPECT_EQ(execute(call, ExecuteOutput::data).method, "POST");
  EXPECT_EQ(cancel_execution("id").method, "POST");
  EXPECT_EQ(cancel_execution("id").target, "/api/tools/executions/id/cancel");
  EXPECT_EQ(disconnect("work", KeepRemote::no).method, "DELETE");
  EXPECT_EQ(shut_daemon_down(1500ms).body, R"({"drain_ms":1500})");
  EXPECT_EQ(reload_daemon().target, "/api/tools/daemon/reload");
  EXPECT_EQ(login(Secret{"k\"ey"}).body, R"({"api_key":"k\"ey"})");
  EXPECT_EQ(logout().method, "POST");
  EXPECT_EQ(whoami().method, "GET");
  EXPECT_EQ(sandbox_control("PUT", "faults", "{}").target, "/api/tools/sandbox/faults");
  EXPECT_EQ(sandbox_control("PUT", "faults", "{}").method, "PUT");
}

}  // namespace
}  // namespace agenta::protocol
