#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/catalog_source.hpp"
#include "daemon/sandbox/embedded_catalogue.hpp"
#include "daemon/sandbox/json_value.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::ordered_json;
using Texts = std::vector<std::string>;

constexpr char const* kBaseVersion = "00000000_00";

std::vector<CredentialField> read_fields(Json const& list) {
  std::vector<CredentialField> fields;
  for (auto const& entry : list) {
    CredentialField field;
    field.name = entry.value("name", "");
    field.label = entry.value("label", field.name);
    field.description = entry.value("description", field.label);
    field.required = entry.value("required", true);
    field.secret = entry.value("secret", false);
    field.must_begin_with = entry.value("must_begin_with", "");
    fields.push_back(std::move(field));
  }
  return fields;
}

Toolkit read_toolkit(Json const& file) {
  Json const& source = file.at("toolkit");
  Toolkit toolkit;
  toolkit.slug = source.at("slug").get<std::string>();
  toolkit.name = source.at("name").get<std::string>();
  toolkit.base_url = source.value("base_url", "");
  toolkit.logo = source.value("logo", "");
  toolkit.schemes = {source.at("auth_scheme").get<std::string>()};
  if (toolkit.schemes.front() == "OAUTH2") toolkit.managed_schemes = toolkit.schemes;
  toolkit.no_auth = toolkit.schemes.front() == "NO_AUTH";
  toolkit.scopes = source.value("scopes", Texts{});
  toolkit.fields =
      source.contains("fields") ? read_fields(source["fields"]) : standard_fields(toolkit.schemes.front());
  toolkit.version = source.at("version").get<std::string>();
  toolkit.versions = {kBaseVersion, toolkit.version};
  for (auto const& entry : source.at("categories")) {
    toolkit.categories.push_back({entry.at("id").get<std::string>(), entry.at("name").get<std::string>()});
  }
  Json meta{{"created_at", source.at("created_at")},
            {"updated_at", source.at("updated_at")},
            {"description", source.at("description")},
            {"logo", toolkit.logo},
            {"app_url", source.value("app_url", Json{})},
            {"categories", source.at("categories")},
            {"triggers_count", 0},
            {"tools_count", file.at("tools").size()},
            {"version", toolkit.version}};
  render_toolkit(toolkit, meta);
  return toolkit;
}

/// The schema of the whole reply of an execution, as Composio describes it.
Json envelope_schema(std::string const& name, Json data) {
  data["title"] = "Data";
  return Json{{"type", "object"},
              {"title", name + "Response"},
              {"properties",
               {{"data", std::move(data)},
                {"error",
                 {{"type", "string"},
                  {"nullable", true},
                  {"default", nullptr},
                  {"title", "Error"},
                  {"description", "Error if any occurred during the execution of the action"}}},
                {"successful",
                 {{"type", "boolean"},
                  {"title", "Successful"},
                  {"description", "Whether or not the action execution was successful"}}}}},
              {"required", {"data", "successful"}}};
}

Json expand_tool(Json const& source, Toolkit const& toolkit) {
  auto const name = source.at("name").get<std::string>();
  Texts const versions = source.value("new", false) ? Texts{toolkit.version} : toolkit.versions;
  return Json{{"slug", source.at("slug")},
              {"name", name},
              {"description", source.at("description")},
              {"toolkit", {{"slug", toolkit.slug}, {"name", toolkit.name}, {"logo", toolkit.logo}}},
              {"input_parameters", source.at("input")},
              {"no_auth", toolkit.no_auth},
              {"available_versions", versions},
              {"version", toolkit.version},
              {"output_parameters", envelope_schema(name, source.at("output"))},
              {"scopes", source.value("scopes", Json::array())},
              {"scope_requirements", nullptr},
              {"tags", source.at("tags")},
              {"human_description", source.at("description")},
              {"is_deprecated", false},
              {"deprecated",
               {{"displayName", name},
                {"version", toolkit.version},
                {"available_versions", versions},
                {"is_deprecated", false},
                {"toolkit", {{"logo", toolkit.logo}}}}}};
}

void add_file(Json const& file, CatalogSource& source) {
  Toolkit toolkit = read_toolkit(file);
  for (auto const& entry : file.at("tools")) {
    std::string const line = to_text(expand_tool(entry, toolkit));
    source.tools.insert(source.tools.end(), line.begin(), line.end());
    source.tools.push_back('\n');
  }
  for (auto const& category : toolkit.categories) {
    if (std::ranges::find(source.categories, category.id, &Category::id) == source.categories.end()) {
      source.categories.push_back(category);
    }
  }
  source.toolkits.push_back(std::move(toolkit));
}

}  // namespace

Result<CatalogSource> read_embedded_catalogue() {
  CatalogSource source;
  for (auto const& file : embedded_catalogue()) {
    try {
      add_file(Json::parse(file.content), source);
    } catch (Json::exception const& wrong) {
      return fail(ErrorCode::internal,
                  "the built-in catalogue of " + std::string{file.name} + ": " + wrong.what());
    }
  }
  return source;
}

}  // namespace agenta::daemon::sandbox
