#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "shared/base/text.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec_approval.hpp"
#include "shared/protocol/codec_batch.hpp"
#include "shared/protocol/error_table.hpp"

namespace agenta::protocol {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

json load(std::string const& relative) {
  std::ifstream file{std::string{AGENTA_TEST_DATA} + "/" + relative};
  return json::parse(file);
}

json const& document() {
  static json const parsed = load("../shared/protocol/openapi.json");
  return parsed;
}

bool path_matches(std::string const& pattern, std::string const& path) {
  auto const wanted = split(pattern, '/');
  auto const given = split(path, '/');
  if (wanted.size() != given.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i].starts_with('{') && wanted[i] != given[i]) return false;
  }
  return true;
}

/// The described operation that answers a request, or null.
json find_operation(ServiceRequest const& request) {
  std::string const path = request.target.substr(0, request.target.find('?'));
  for (auto const& [pattern, item] : document()["paths"].items()) {
    if (path_matches(pattern, path) && item.contains(to_lower(request.method)))
      return item[to_lower(request.method)];
  }
  return nullptr;
}

std::vector<ServiceRequest> every_request() {
  IntegrationQuery integrations;
  integrations.search = integrations.category = integrations.auth = integrations.cursor = "x";
  integrations.connected = true;
  integrations.limit = 1;
  integrations.network = Network::no;
  ToolQuery tools;
  tools.integration = tools.search = tools.category = tools.auth = tools.cursor = "x";
  tools.connected = tools.read_only = true;
  tools.limit = 1;
  tools.network = Network::no;
  ToolQuery all_tools = tools;
  all_tools.integration.clear();
  SearchQuery search_query;
  search_query.words = search_query.integration = "x";
  search_query.kind = SearchHit::Kind::tool;
  search_query.connected = search_query.read_only = search_query.remote = true;
  search_query.limit = 1;
  search_query.network = Network::no;
  SchemaQuery schemas;
  schemas.tools = {"x"};
  schemas.integration = schemas.format = schemas.compat = schemas.version = "x";
  schemas.strict = true;
  schemas.network = Network::no;
  ConnectionQuery connections;
  connections.integration = connections.status = connections.cursor = "x";
  connections.limit = 1;
  ExecutionQuery executions;
  executions.tool = executions.connection = executions.state = executions.cursor = "x";
  executions.limit = 1;
  ApprovalQuery approvals;
  approvals.state = approvals.session = approvals.cursor = "x";
  approvals.limit = 1;
  return {list_integrations(integrations),
          get_integration("x", Network::no),
          list_categories(Network::no),
          list_tools(tools),
          list_tools(all_tools),
          get_tool("t", "", "v", Network::no),
          get_tool("t", "i", "v", Network::no),
          search(search_query),
          get_schemas(schemas),
          get_catalog(),
          refresh_catalog({}),
          list_connections(connections),
          update_connection("x", {}),
          check_connection("x"),
          refresh_connection("x"),
          cancel_login("x"),
          sync_connections(),
          prune_connections(DryRun::yes),
          list_connection_changes("1", 1s),
          get_connection("c", 5s),
          connect({}),
          disconnect("c", KeepRemote::yes),
          execute({}, ExecuteOutput::data),
          cancel_execution("e"),
          list_executions(executions),
          get_execution("e"),
          begin_batch("x"),
          list_batches("x", 1),
          get_batch("b"),
          list_batch_lines("b", 1, 1),
          finish_batch("b"),
          explain_policy({}),
          test_policy({}),
          list_approvals(approvals),
          get_approval("a", 1s),
          wait_for_answer("a", 1s),
          approve("a", ApprovalScope::session),
          deny_approval("a", "r"),
          list_approval_changes("1", 1s),
          begin_upload("f", 1),
          fetch_upload("https://x/y"),
          write_upload("u", 1, "b"),
          download("e", "/file"),
          get_daemon_status(),
          shut_daemon_down(1s),
          reload_daemon(),
          login(Secret{"k"}),
          logout(),
          whoami(),
          sandbox_control("GET", "faults", ""),
          sandbox_control("POST", "faults", "{}"),
          sandbox_control("DELETE", "faults", "")};
}

/// Says where `value` is not what `schema` describes; members that it does not describe count. Empty where it
/// is.
std::string difference_of(json const& value, json const& schema, std::string const& at) {
  if (schema.contains("$ref")) {
    std::string const name =
        schema["$ref"].get<std::string>().substr(std::string{"#/components/schemas/"}.size());
    return difference_of(value, document()["components"]["schemas"].at(name), at);
  }
  if (schema.contains("oneOf")) {
    std::string why;
    for (json const& each : schema["oneOf"]) {
      why = difference_of(value, each, at);
      if (why.empty()) return "";
    }
    return why;
  }
  if (schema.contains("const"))
    return value == schema["const"] ? "" : at + " is not " + schema["const"].dump();
  if (schema.contains("enum")) {
    for (json const& each : schema["enum"]) {
      if (value == each) return "";
    }
    return at + " is none of the enum";
  }
  if (schema.contains("type")) {
    json const types = schema["type"].is_array() ? schema["type"] : json::array({schema["type"]});
    json const own = value.is_number_integer() ? "integer" : value.type_name();
    if (std::find(types.begin(), types.end(), own) == types.end())
      return at + " is " + own.dump() + ", not " + types.dump();
  }
  if (value.is_array() && schema.contains("items")) {
    for (json const& each : value) {
      if (auto const why = difference_of(each, schema["items"], at + "[]"); !why.empty()) return why;
    }
  }
  if (!value.is_object() || !schema.contains("properties")) return "";
  for (json const& name : schema.value("required", json::array())) {
    if (!value.contains(name.get<std::string>())) return at + " has no " + name.get<std::string>();
  }
  for (auto const& [name, member] : value.items()) {
    if (!schema["properties"].contains(name)) return at + "." + name + " is not described";
    if (auto const why = difference_of(member, schema["properties"][name], at + "." + name); !why.empty())
      return why;
  }
  return "";
}

TEST(OpenApi, DescribesEveryRequestThatClientsMake) {
  for (ServiceRequest const& request : every_request()) {
    json const operation = find_operation(request);

    ASSERT_FALSE(operation.is_null()) << request.method << " " << request.target;
    EXPECT_TRUE(request.body.empty() || operation.contains("requestBody")) << request.target;
  }
}

TEST(OpenApi, DescribesEveryParameterThatClientsSend) {
  for (ServiceRequest const& request : every_request()) {
    std::size_t const at = request.target.find('?');
    if (at == std::string::npos) continue;
    json const operation = find_operation(request);
    auto const query = parse_query(std::string_view{request.target}.substr(at + 1));
    ASSERT_TRUE(query) << request.target;
    for (QueryParameter const& parameter : *query) {
      bool described = false;
      for (json const& each : operation["parameters"]) {
        described = described || (each["in"] == "query" && each["name"] == parameter.name);
      }
      EXPECT_TRUE(described) << parameter.name << " of " << request.target;
    }
  }
}

TEST(OpenApi, ListsTheErrorTable) {
  json const& codes = document()["x-error-codes"];
  ASSERT_EQ(codes.size(), error_table().size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    ErrorRow const& row = error_table()[i];
    EXPECT_EQ(codes[i]["code"], row.name);
    EXPECT_EQ(codes[i]["http_status"], row.http_status) << row.name;
    EXPECT_EQ(codes[i]["exit_code"], row.exit_code) << row.name;
    EXPECT_EQ(document()["components"]["schemas"]["ErrorCode"]["enum"][i], row.name);
  }
}

struct Described {
  char const* golden;
  char const* schema;
};

TEST(OpenApi, DescribesEveryGoldenDocumentWhole) {
  for (auto const& [golden, schema] : {Described{"error", "Error"},
                                       Described{"error_minimal", "Error"},
                                       Described{"integrations", "Integrations"},
                                       Described{"integration", "IntegrationDetail"},
                                       Described{"tools", "Tools"},
                                       Described{"tool", "ToolDetail"},
                                       Described{"connections", "Connections"},
                                       Described{"connect_request", "ConnectRequest"},
                                       Described{"connect_reply", "ConnectReply"},
                                       Described{"tool_call", "ToolCall"},
                                       Described{"execution", "Execution"},
                                       Described{"execution_failed", "Execution"},
                                       Described{"executions", "Executions"},
                                       Described{"batch", "Batch"},
                                       Described{"batches", "Batches"},
                                       Described{"batch_lines", "BatchLines"},
                                       Described{"begin_batch", "BeginBatch"},
                                       Described{"categories", "Categories"},
                                       Described{"search", "SearchResult"},
                                       Described{"definitions", "ToolDefinitions"},
                                       Described{"catalog_status", "CatalogStatus"},
                                       Described{"refresh_request", "RefreshRequest"},
                                       Described{"integration_items", "Integrations"}}) {
    json const value = load("golden/protocol/" + std::string{golden} + ".json");

    EXPECT_EQ(difference_of(value, document()["components"]["schemas"].at(schema), golden), "");
  }
}

/// Calls `see` with every `$ref` in a document.
template <class See>
void each_reference(json const& value, See see) {
  if (value.is_object() && value.contains("$ref")) see(value["$ref"].get<std::string>());
  if (value.is_structured()) {
    for (json const& each : value) each_reference(each, see);
  }
}

TEST(OpenApi, RefersToNothingThatIsNotThere) {
  each_reference(document(), [](std::string const& reference) {
    ASSERT_TRUE(reference.starts_with("#/")) << reference;
    EXPECT_TRUE(document().contains(json::json_pointer{reference.substr(1)})) << reference;
  });
}

TEST(OpenApi, NamesEveryParameterOfEveryPath) {
  for (auto const& [path, item] : document()["paths"].items()) {
    for (auto const& [method, operation] : item.items()) {
      if (method == "parameters") continue;
      for (std::string const& part : split(path, '/')) {
        if (!part.starts_with('{')) continue;
        bool named = false;
        for (json const& each : operation["parameters"]) {
          named = named || (each["in"] == "path" && "{" + each["name"].get<std::string>() + "}" == part);
        }
        EXPECT_TRUE(named) << part << " of " << method << " " << path;
      }
    }
  }
}

}  // namespace
}  // namespace agenta::protocol
