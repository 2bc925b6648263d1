#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/catalog_source.hpp"
#include "daemon/sandbox/credentials.hpp"
#include "daemon/sandbox/embedded_catalogue.hpp"
#include "daemon/sandbox/json_value.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::ordered_json;
using Texts = std::vector<std::string>;

constexpr char const* kBaseVersion = "00000000_00";
constexpr char const* kDeadGrant = "invalid_grant: Token has been expired or revoked.";

std::vector<CredentialField> read_fields(Json const& list) {
  std::vector<CredentialField> fields;
  for (auto const& entry : list) {
    CredentialField field;
    field.name = entry.value("name", "");
    field.label = entry.value("label", field.name);
    field.description = entry.value("description", field.label);
    field.type = entry.value("type", "string");
    if (entry.contains("default")) field.default_value = entry["default"].get<std::string>();
    field.required = entry.value("required", true);
    field.secret = entry.value("secret", false);
    field.must_begin_with = entry.value("must_begin_with", "");
    fields.push_back(std::move(field));
  }
  return fields;
}

/// A scheme: what it says of itself, and for the rest what most toolkits have.
AuthScheme read_scheme(Json const& source, std::vector<std::string> const& scopes) {
  auto scheme = standard_scheme(source.at("mode").get<std::string>(), source.value("managed", false), scopes);
  if (source.contains("creation")) scheme.creation = read_fields(source["creation"]);
  if (source.contains("connection")) scheme.connection = read_fields(source["connection"]);
  scheme.refusal = source.value("refusal", "");
  return scheme;
}

/// `auth` lists the schemes; a toolkit with one that is nothing special names it as `auth_scheme`, with its
/// `fields`.
std::vector<AuthScheme> read_schemes(Json const& source, std::vector<std::string> const& scopes) {
  std::vector<AuthScheme> schemes;
  if (source.contains("auth")) {
    for (auto const& entry : source["auth"]) schemes.push_back(read_scheme(entry, scopes));
    return schemes;
  }
  auto const mode = source.at("auth_scheme").get<std::string>();
  schemes.push_back(standard_scheme(mode, mode == "OAUTH2", scopes));
  if (source.contains("fields")) schemes.front().connection = read_fields(source["fields"]);
  return schemes;
}

CurrentUser read_current_user(Json const& source) {
  if (!source.contains("current_user")) return {};
  Json const& user = source["current_user"];
  CurrentUser current;
  current.endpoint = user.at("endpoint").get<std::string>();
  current.method = user.value("method", "GET");
  current.answer = to_text(user.at("answer"));
  return current;
}

Toolkit read_toolkit(Json const& file) {
  Json const& source = file.at("toolkit");
  Toolkit toolkit;
  toolkit.slug = source.at("slug").get<std::string>();
  toolkit.name = source.at("name").get<std::string>();
  toolkit.base_url = source.value("base_url", "");
  toolkit.logo = source.value("logo", "");
  toolkit.scopes = source.value("scopes", Texts{});
  toolkit.schemes = read_schemes(source, toolkit.scopes);
  toolkit.no_auth = toolkit.schemes.front().mode == "NO_AUTH";
  toolkit.current_user = read_current_user(source);
  toolkit.dead_grant = source.value("dead_grant", kDeadGrant);
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
