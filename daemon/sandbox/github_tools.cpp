#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/github_issue_tools.hpp"
#include "daemon/sandbox/github_world.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "shared/base/id.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::json;

ToolAnswer get_user(ToolCall const& call) {
  seed_own_repositories(call);
  return answered(Json{{"login", kGithubLogin},
                       {"id", 583'231},
                       {"name", "The Sandbox Octopus"},
                       {"email", "octo@example.com"},
                       {"html_url", std::string{"https://github.com/"} + kGithubLogin},
                       {"public_repos", 2},
                       {"type", "User"}});
}

template <class Admits>
ToolAnswer list_where(ToolCall const& call, Admits admits) {
  seed_own_repositories(call);
  Json found = Json::array();
  for (auto const& [name, repository] : call.state["repos"].items()) {
    if (admits(repository)) found.push_back(repository_view(repository));
  }
  std::ranges::reverse(found);  // the last of the list is given first
  return write_newest("repositories", found, github_page(call.arguments), [](Json const&) { return true; });
}

ToolAnswer list_own(ToolCall const& call) {
  auto const visibility = text_argument(call.arguments, "visibility", "all");
  return list_where(call, [&](Json const& repository) {
    bool const shown = visibility == "all" || repository["private"] == (visibility == "private");
    return shown && repository["owner"]["login"] == kGithubLogin;
  });
}

ToolAnswer list_starred(ToolCall const& call) {
  return list_where(call, [](Json const& repository) { return repository["starred"] == true; });
}

ToolAnswer find_repositories(ToolCall const& call) {
  auto const wanted = to_lower(text_argument(call.arguments, "query"));
  return list_where(call, [&](Json const& repository) {
    auto const text =
        repository["full_name"].get<std::string>() + " " + repository["description"].get<std::string>();
    return to_lower(text).find(wanted) != std::string::npos;
  });
}

ToolAnswer get_repository(ToolCall const& call) { return answered(repository_view(github_repository(call))); }

ToolAnswer create_repository(ToolCall const& call) {
  Json arguments = call.arguments;
  arguments["owner"] = kGithubLogin;
  arguments["repo"] = text_argument(call.arguments, "name");
  auto const key = to_lower(std::string{kGithubLogin} + "/" + text_argument(call.arguments, "name"));
  seed_own_repositories(call);
  if (call.state["repos"].contains(key))
    return refused(
        "422 Client Error: Unprocessable Entity. {\"message\":\"name already exists on this account\"}");
  Json& repository = github_repository({arguments, call.state, call.now});
  repository["issues"] = Json::array();
  repository["next_number"] = 1;
  repository["description"] = text_argument(call.arguments, "description");
  repository["private"] = find_flag(call.arguments, "private").value_or(false);
  return answered(repository_view(repository));
}

ToolAnswer delete_repository(ToolCall const& call) {
  auto const key =
      to_lower(text_argument(call.arguments, "owner") + "/" + text_argument(call.arguments, "repo"));
  seed_own_repositories(call);
  if (call.state["repos"].erase(key) == 0) return github_not_found();
  return answered(Json{{"deleted", true}});
}

ToolAnswer star_repository(ToolCall const& call) {
  Json& repository = github_repository(call);
  if (repository["starred"] != true)
    repository["stargazers_count"] = repository["stargazers_count"].get<std::int64_t>() + 1;
  repository["starred"] = true;
  return answered(Json{{"starred", true}});
}

ToolAnswer list_branches(ToolCall const& call) {
  Json branches = Json::array({{{"name", github_repository(call)["default_branch"]}, {"protected", true}}});
  for (auto const& pull : github_repository(call)["pulls"])
    branches.push_back({{"name", pull["head"]["ref"]}, {"protected", false}});
  return write_newest("branches", branches, github_page(call.arguments), [](Json const&) { return true; });
}

ToolAnswer list_commits(ToolCall const& call) {
  Json const& repository = github_repository(call);
  auto const since = parse_rfc3339(text_argument(call.arguments, "since"));
  Json commits = Json::array();
  for (char const* message : {"Begin", "Add a manual", "Mend the build"}) {
    commits.push_back({{"sha", to_lower(std::string{message}.substr(0, 3)) + "0c0ffee"},
                       {"message", message},
                       {"date", repository["created_at"]}});
  }
  return write_newest("commits", commits, github_page(call.arguments), [&](Json const& commit) {
    return !since || parse_rfc3339(commit["date"].get<std::string>()).value_or(*since) >= *since;
  });
}

ToolAnswer list_pulls(ToolCall const& call) {
  auto const state = text_argument(call.arguments, "state", "open");
  auto const base = text_argument(call.arguments, "base");
  return write_newest(
      "pull_requests", github_repository(call)["pulls"], github_page(call.arguments), [&](Json const& pull) {
        return (state == "all" || pull["state"] == state) && (base.empty() || pull["base"]["ref"] == base);
      });
}

Json* find_pull(ToolCall const& call) {
  return find_numbered(github_repository(call)["pulls"],
                       find_integer(call.arguments, "pull_number").value_or(0));
}

ToolAnswer get_pull(ToolCall const& call) {
  auto const* pull = find_pull(call);
  return pull == nullptr ? github_not_found() : answered(*pull);
}

ToolAnswer create_pull(ToolCall const& call) {
  Json& repository = github_repository(call);
  Json pull = make_issue(repository, text_argument(call.arguments, "title"),
                         text_argument(call.arguments, "body"), call.now);
  pull["html_url"] = repository["html_url"].get<std::string>() + "/pull/" +
                     std::to_string(pull["number"].get<std::int64_t>());
  pull["head"] = {{"ref", text_argument(call.arguments, "head")}};
  pull["base"] = {{"ref", text_argument(call.arguments, "base")}};
  pull["draft"] = find_flag(call.arguments, "draft").value_or(false);
  pull["merged"] = false;
  repository["pulls"].push_back(pull);
  return answered(pull);
}

ToolAnswer merge_pull(ToolCall const& call) {
  auto* const pull = find_pull(call);
  if (pull == nullptr) return github_not_found();
  if ((*pull)["state"] != "open")
    return refused("405 Client Error: Method Not Allowed. {\"message\":\"Pull Request is not mergeable\"}");
  std::string const time = format_rfc3339(call.now);
  (*pull)["merged"] = true;
  (*pull)["state"] = "closed";
  (*pull)["merged_at"] = (*pull)["closed_at"] = (*pull)["updated_at"] = time;
  return answered(
      Json{{"merged", true}, {"sha", random_hex(20)}, {"message", "Pull Request successfully merged"}});
}

constexpr std::array kBehaviours{
    Behaviour{"GITHUB_LIST_REPOSITORY_ISSUES", list_issues},
    Behaviour{"GITHUB_CREATE_AN_ISSUE", create_issue},
    Behaviour{"GITHUB_GET_THE_AUTHENTICATED_USER", get_user},
    Behaviour{"GITHUB_GET_AN_ISSUE", get_issue},
    Behaviour{"GITHUB_UPDATE_AN_ISSUE", update_issue},
    Behaviour{"GITHUB_CREATE_AN_ISSUE_COMMENT", create_comment},
    Behaviour{"GITHUB_LIST_ISSUE_COMMENTS", list_comments},
    Behaviour{"GITHUB_ADD_LABELS_TO_AN_ISSUE", add_labels},
    Behaviour{"GITHUB_LIST_LABELS_FOR_A_REPOSITORY", list_labels},
    Behaviour{"GITHUB_CREATE_A_LABEL", create_label},
    Behaviour{"GITHUB_DELETE_A_LABEL", delete_label},
    Behaviour{"GITHUB_LIST_PULL_REQUESTS", list_pulls},
    Behaviour{"GITHUB_GET_A_PULL_REQUEST", get_pull},
    Behaviour{"GITHUB_CREATE_A_PULL_REQUEST", create_pull},
    Behaviour{"GITHUB_MERGE_A_PULL_REQUEST", merge_pull},
    Behaviour{"GITHUB_LIST_REPOSITORIES_FOR_THE_AUTHENTICATED_USER", list_own},
    Behaviour{"GITHUB_GET_A_REPOSITORY", get_repository},
    Behaviour{"GITHUB_CREATE_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER", create_repository},
    Behaviour{"GITHUB_DELETE_A_REPOSITORY", delete_repository},
    Behaviour{"GITHUB_FIND_REPOSITORIES", find_repositories},
    Behaviour{"GITHUB_SEARCH_ISSUES_AND_PULL_REQUESTS", search_issues},
    Behaviour{"GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER", star_repository},
    Behaviour{"GITHUB_LIST_REPOSITORIES_STARRED_BY_THE_AUTHENTICATED_USER", list_starred},
    Behaviour{"GITHUB_LIST_BRANCHES", list_branches},
    Behaviour{"GITHUB_LIST_COMMITS", list_commits},
};

}  // namespace

std::span<Behaviour const> github_behaviours() { return kBehaviours; }

}  // namespace agenta::daemon::sandbox
