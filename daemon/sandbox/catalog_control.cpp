#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/handlers.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::ordered_json;

/// The array that `name` is; empty where it is missing.
ApiResult<nlohmann::json> list_of(nlohmann::json const& body, char const* name) {
  auto const found = body.find(name);
  if (found == body.end() || found->is_null()) return nlohmann::json::array();
  if (!found->is_array()) return refuse(bad_request(std::string{name} + " must be a list"));
  return *found;
}

ApiResult<CatalogChange> read_change(nlohmann::json const& body) {
  std::vector<std::string> const known{"toolkit", "version", "updated_at", "add", "remove", "rename"};
  for (auto const& [name, value] : body.items()) {
    if (std::ranges::find(known, name) == known.end())
      return refuse(bad_request("a change has no member " + name + "; it has " + join(known, ", ")));
  }
  CatalogChange change;
  change.toolkit = find_text(body, "toolkit").value_or("");
  change.version = find_text(body, "version").value_or("");
  change.updated_at = find_text(body, "updated_at").value_or("");
  AGENTA_TRY(auto const removed, list_of(body, "remove"));
  for (auto const& slug : removed) {
    if (!slug.is_string()) return refuse(bad_request("remove must be a list of slugs"));
    change.removed.push_back(slug.get<std::string>());
  }
  AGENTA_TRY(auto const added, list_of(body, "add"));
  for (auto const& tool : added) change.added.push_back(to_text(tool));
  auto const renamed = body.find("rename");
  if (renamed == body.end() || renamed->is_null()) return change;
  if (!renamed->is_object()) return refuse(bad_request("rename must be an object: from slug to slug"));
  for (auto const& [from, to] : renamed->items()) {
    if (!to.is_string()) return refuse(bad_request("rename must be an object: from slug to slug"));
    change.renamed.emplace_back(from, to.get<std::string>());
  }
  return change;
}

ApiResult<void> change_catalog(World& world, nlohmann::json const& body) {
  AGENTA_TRY(auto change, read_change(body));
  if (change.updated_at.empty()) change.updated_at = format_rfc3339(world.now());
  auto original = world.original ? nullptr : std::make_unique<Catalog const>(world.catalog);
  if (auto changed = world.catalog.apply(change); !changed)
    return refuse(bad_request(changed.error().message));
  if (original) world.original = std::move(original);
  world.arguments.forget();
  return {};
}

}  // namespace

Reply control_catalog(World& world, std::string_view method, nlohmann::json const& body) {
  if (method == "DELETE") world.restore_catalog();
  if (method == "POST") AGENTA_CHECK(change_catalog(world, body));
  return json_response(200, to_text(Json{{"toolkits", world.catalog.toolkits().size()},
                                         {"tools", world.catalog.tools().size()},
                                         {"changed", world.original != nullptr}}));
}

}  // namespace agenta::daemon::sandbox
