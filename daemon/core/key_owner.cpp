#include "daemon/core/key_owner.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

using Projects = std::vector<ProviderProject>;

/// What a project's key is asked about is told or not: nobody should wait for it.
constexpr std::chrono::seconds kPatience{5};

bool is_named(ProviderProject const& project, std::string const& wanted) {
  return project.id == wanted || equal_ignoring_case(project.name, wanted);
}

std::string list_of(Projects const& projects) {
  std::string text;
  for (ProviderProject const& each : projects) {
    text += (text.empty() ? "" : ", ") + (each.name.empty() ? each.id : each.name + " (" + each.id + ")");
  }
  return text;
}

unexpected<Error> ambiguous(Projects const& projects) {
  auto list = nlohmann::ordered_json::array();
  for (ProviderProject const& each : projects) {
    list.push_back({{"id", each.id}, {"name", each.name}, {"org_id", each.org_id}, {"org", each.org_name}});
  }
  auto context = nlohmann::ordered_json::object();
  context["projects"] = std::move(list);
  Error error;
  error.code = ErrorCode::input_needed;
  error.message = "this key works in several Composio projects, say which: " + list_of(projects);
  error.context.text = context.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  error.next_step = {"agenta-tools", "login", "--composio-project", projects.front().id};
  return fail(std::move(error));
}

store::SavedOwner owner_in(ProviderProject const& project, std::string email) {
  store::SavedOwner owner;
  owner.project_id = project.id;
  owner.project_name = project.name;
  owner.org_id = project.org_id;
  owner.org_name = project.org_name;
  owner.email = std::move(email);
  return owner;
}

Result<ProviderProject> choose(Projects projects, KeyOwner const& owner, std::string const& wanted,
                               ManyProjects many) {
  if (projects.empty()) {
    return fail(ErrorCode::not_configured,
                "this key belongs to a user of Composio who has no project, so no tool can run with it: make "
                "a project in Composio's dashboard and log in again, or give a project's key (ak_…)",
                {"agenta-tools", "login"});
  }
  if (!wanted.empty()) {
    Projects named;
    std::ranges::copy_if(projects, std::back_inserter(named),
                         [&](ProviderProject const& each) { return is_named(each, wanted); });
    if (named.empty()) {
      return fail(ErrorCode::invalid_request,
                  "this key has no Composio project " + wanted + "; it has " + list_of(projects));
    }
    projects = std::move(named);
  } else if (many == ManyProjects::take_current && owner.project && !owner.project->org_id.empty()) {
    return *owner.project;
  }
  if (projects.size() > 1) return ambiguous(projects);
  return std::move(projects.front());
}

Result<store::SavedOwner> owner_of_user_key(AccountProvider& provider, ProviderCall const& call,
                                            std::string const& wanted, ManyProjects many) {
  auto const told = provider.get_owner(call);
  if (!told && told.error().code == ErrorCode::api_key_rejected) return fail(told.error());
  auto listed = provider.list_projects(call);
  // Either answer alone may be enough.
  if (!told && !listed) return fail(told.error());
  KeyOwner const owner = told ? *told : KeyOwner{};
  Projects projects = listed ? std::move(*listed) : Projects{};
  if (owner.project) {
    auto const same = std::ranges::find(projects, owner.project->id, &ProviderProject::id);
    if (same == projects.end()) {
      projects.push_back(*owner.project);
    } else {
      if (same->org_id.empty()) same->org_id = owner.project->org_id;
      if (same->org_name.empty()) same->org_name = owner.project->org_name;
    }
  }
  // Its requests name the project and the organisation, or none of the two.
  std::erase_if(projects, [](auto const& each) { return each.id.empty() || each.org_id.empty(); });
  AGENTA_TRY(auto const project, choose(std::move(projects), owner, wanted, many));
  return owner_in(project, owner.email);
}

}  // namespace

Result<store::SavedOwner> find_owner(AccountProvider& provider, ProviderCall const& call,
                                     std::string const& wanted, ManyProjects many) {
  if (provider.is_user_key(call.access.api_key)) return owner_of_user_key(provider, call, wanted, many);
  auto const until = std::min(call.deadline, std::chrono::steady_clock::now() + kPatience);
  auto const told = provider.get_owner({call.access, until, call.stop});
  if (!told) return store::SavedOwner{};
  if (!told->project) return owner_in({}, told->email);
  if (!wanted.empty() && !is_named(*told->project, wanted)) {
    return fail(ErrorCode::invalid_request, "this is the key of the Composio project " +
                                                list_of({*told->project}) + ", and works in no other");
  }
  return owner_in(*told->project, told->email);
}

}  // namespace agenta::daemon
