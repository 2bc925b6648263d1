#include <nlohmann/json.hpp>

#include "daemon/sandbox/handlers.hpp"
#include "daemon/sandbox/input_words.hpp"
#include "daemon/sandbox/json_value.hpp"

namespace agenta::daemon::sandbox {

Reply generate_input(World& world, Request const& request) {
  using Json = nlohmann::ordered_json;
  auto const& slug = request.parameters.front();
  auto const* tool = world.catalog.find_tool(slug);
  if (tool == nullptr || !tool->has_version(find_text(request.body, "version").value_or("latest")))
    return refuse(tool_not_found(slug));
  auto const text = find_text(request.body, "text").value_or("");
  if (text.empty()) return refuse(bad_request("text is required"));
  auto const schema = parse_json(tool->input_schema).value_or(nlohmann::json::object());
  Json arguments = find_arguments(schema, text);
  if (!arguments.empty()) return json_response(200, to_text(Json{{"arguments", std::move(arguments)}}));
  // It has no language model: what it does not find it does not make up.
  return json_response(200,
                       to_text(Json{{"error", "no `name: value` of the tool's arguments is in the text"}}));
}

}  // namespace agenta::daemon::sandbox
