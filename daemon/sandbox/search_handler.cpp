#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/handlers.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::ordered_json;

// As many as Composio gives: the first with their schemas, the rest by name.
constexpr std::size_t kPrimary = 3;
constexpr std::size_t kMostFinds = 6;
constexpr std::size_t kLongestUseCase = 1024;
constexpr std::size_t kLongestFields = 500;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

struct Query {
  std::string use_case{};
  std::vector<Tool const*> finds{};
};

ApiResult<Query> read_query(nlohmann::json const& given) {
  Query query;
  query.use_case = find_text(given, "use_case").value_or("");
  auto const size = characters(query.use_case);
  if (size == 0 || size > kLongestUseCase)
    return refuse(bad_request("use_case must be 1 to 1024 characters long"));
  if (characters(find_text(given, "known_fields").value_or("")) > kLongestFields)
    return refuse(bad_request("known_fields must be at most 500 characters long"));
  return query;
}

Json schema_json(World const& world, Tool const& tool, bool is_whole) {
  Json schema{{"toolkit", to_upper(world.catalog.toolkit_of(tool).slug)}, {"tool_slug", tool.slug}};
  auto const document = Json::parse(tool.json, nullptr, false);
  if (document.is_object()) schema["description"] = document.value("description", Json(""));
  if (is_whole && document.is_object())
    schema["input_schema"] = document.value("input_parameters", Json::object());
  schema["hasFullSchema"] = is_whole;
  if (!is_whole) {
    schema["schemaRef"] = {{"tool", "COMPOSIO_GET_TOOL_SCHEMAS"},
                           {"args", {{"tool_slugs", Json::array({tool.slug})}}},
                           {"message", "Call COMPOSIO_GET_TOOL_SCHEMAS for the full schema"}};
  }
  return schema;
}

Json connection_status(World& world, ToolSession const& session, Toolkit const& toolkit) {
  auto const* account = world.book.find_active(session.project, session.user, toolkit.slug);
  auto const item = Json::parse(toolkit.list_json, nullptr, false);
  Json status{{"toolkit", toolkit.slug},
              {"description", item["meta"].value("description", Json(""))},
              {"has_active_connection", account != nullptr}};
  if (account != nullptr) {
    status["connection_details"] = {{"auth_config_id", account->auth_config},
                                    {"connected_account_id", account->id}};
    status["status_message"] = "Connection is active for toolkit " + toolkit.slug;
  } else {
    status["status_message"] = toolkit.no_auth ? "Toolkit " + toolkit.slug + " needs no connection"
                                               : "No active connection for toolkit " + toolkit.slug;
  }
  return status;
}

Json result_json(World const& world, Query const& query, std::size_t index) {
  Json primary = Json::array();
  Json related = Json::array();
  Json toolkits = Json::array();
  for (std::size_t at = 0; at < query.finds.size(); ++at) {
    auto const& tool = *query.finds[at];
    (at < kPrimary ? primary : related).push_back(tool.slug);
    Json const slug = world.catalog.toolkit_of(tool).slug;
    if (std::ranges::find(toolkits, slug) == toolkits.end()) toolkits.push_back(slug);
  }
  return Json{{"index", index},
              {"use_case", query.use_case},
              {"primary_tool_slugs", std::move(primary)},
              {"related_tool_slugs", std::move(related)},
              {"toolkits", std::move(toolkits)}};
}

Json answer_of(World& world, ToolSession const& session, std::vector<Query> const& queries) {
  Json results = Json::array();
  Json schemas = Json::object();
  Json statuses = Json::array();
  std::vector<Toolkit const*> toolkits;
  for (auto const& query : queries) {
    results.push_back(result_json(world, query, results.size() + 1));
    for (std::size_t at = 0; at < query.finds.size(); ++at) {
      auto const& tool = *query.finds[at];
      std::string const slug{tool.slug};
      bool const has_whole = schemas.contains(slug) && schemas[slug]["hasFullSchema"] == true;
      if (!has_whole) schemas[slug] = schema_json(world, tool, at < kPrimary);
      auto const* toolkit = &world.catalog.toolkit_of(tool);
      if (std::ranges::find(toolkits, toolkit) == toolkits.end()) toolkits.push_back(toolkit);
    }
  }
  for (auto const* toolkit : toolkits) statuses.push_back(connection_status(world, session, *toolkit));
  auto const now = std::chrono::duration_cast<std::chrono::seconds>(world.now().time_since_epoch());
  return Json{{"success", true},
              {"error", nullptr},
              {"results", std::move(results)},
              {"toolkit_connection_statuses", std::move(statuses)},
              {"tool_schemas", std::move(schemas)},
              {"time_info",
               {{"current_time_utc", format_rfc3339(world.now())},
                {"current_time_utc_epoch_seconds", now.count()},
                {"message", "The sandbox's own time"}}},
              {"session",
               {{"id", session.id},
                {"generate_id", false},
                {"instructions", "Pass session_id \"" + session.id + "\" in meta tool calls"}}},
              {"next_steps_guidance", Json::array({"Execute a tool by its slug"})}};
}

}  // namespace

Reply search_tool_session(World& world, Request const& request) {
  AGENTA_TRY(auto const* session, get_named_session(world, request));
  if (!session->searches) return refuse(bad_request("Search is not enabled for this session"));
  auto const* given = find_node(request.body, "queries");
  if (given == nullptr || !given->is_array() || given->empty())
    return refuse(bad_request("queries must be a list of at least one query"));
  std::vector<std::string> among;
  if (auto const* named = find_node(request.body, "toolkits"); named != nullptr) {
    for (auto const& each : *named) {
      if (each.is_string()) among.push_back(to_lower(each.get<std::string>()));
    }
  }
  std::vector<Query> queries;
  for (auto const& each : *given) {
    AGENTA_TRY(auto query, read_query(each));
    query.finds = search_tools(world.catalog, *session, among, query.use_case, kMostFinds);
    queries.push_back(std::move(query));
  }
  return json_response(200, to_text(answer_of(world, *session, queries)));
}

}  // namespace agenta::daemon::sandbox
