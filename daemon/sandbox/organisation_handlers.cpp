#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/handlers.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "daemon/sandbox/organisation.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaximum = 50;
constexpr char const* kFounded = "2026-01-05T09:00:00.000Z";
constexpr char const* kOrganisationUuid = "0195f0a0-0000-7000-8000-000000000001";

/// A project's other id, which no header takes.
std::string uuid_of(std::string const& nano_id) {
  std::string const digits = nano_id.size() > 12 ? nano_id.substr(nano_id.size() - 12) : nano_id;
  return "0195f0a0-0000-7000-8000-" + std::string(12 - digits.size(), '0') + digits;
}

/// What all answers tell of a project.
Json project_facts(std::string const& name) {
  return Json{{"name", name},
              {"email", kMemberMail},
              {"created_at", kFounded},
              {"updated_at", kFounded},
              {"webhook_url", nullptr},
              {"event_webhook_url", nullptr},
              {"webhook_secret", nullptr},
              {"triggers_enabled", true},
              {"last_subscribed_at", nullptr},
              {"is_new_webhook", true},
              {"webhook_version", "V3"},
              {"deleted", false}};
}

std::string name_of_project(World const& world, std::string const& id) {
  for (auto const& project : projects_of(world.options.api_key)) {
    if (project.id == id) return project.name;
  }
  return "sandbox";
}

std::vector<std::string> part_of(PageRequest const& page, std::vector<std::string> const& all) {
  std::vector<std::string> items;
  for (std::size_t at = page.first(); at < std::min(all.size(), page.first() + page.limit); ++at)
    items.push_back(all[at]);
  return items;
}

}  // namespace

Reply get_session_info(World& world, Request const& request) {
  Json project{{"auto_id", 1}, {"id", uuid_of(request.project)}, {"org_id", kOrganisationUuid}};
  project.update(project_facts(name_of_project(world, request.project)));
  project["nano_id"] = request.project;
  project["org"] = {{"id", kOrganisation}, {"name", kOrganisationName}, {"plan", "HOBBY"}};
  Json const member{{"id", kMember},
                    {"email", kMemberMail},
                    {"name", kMemberName},
                    {"role", "admin"},
                    {"metadata", {{"seen_flow_cli", true}}}};
  return json_response(200,
                       to_text(Json{{"project", project}, {"api_key", nullptr}, {"org_member", member}}));
}

Reply list_organisations(World&, Request const& request) {
  AGENTA_TRY(auto const page, page_of(request, kMaximum));
  Json const organisation{
      {"id", kOrganisation}, {"name", kOrganisationName}, {"created_at", kFounded}, {"updated_at", kFounded}};
  return json_response(200, page_document(page, part_of(page, {to_text(organisation)}), 1, "organizations"));
}

Reply list_projects(World& world, Request const& request) {
  AGENTA_TRY(auto const page, page_of(request, kMaximum));
  std::vector<std::string> all;
  for (auto const& project : projects_of(world.options.api_key)) {
    Json item{{"id", project.id}, {"org_id", kOrganisation}};
    item.update(project_facts(project.name));
    all.push_back(to_text(item));
  }
  return json_response(200, page_document(page, part_of(page, all), all.size(), "data"));
}

}  // namespace agenta::daemon::sandbox
