#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/behaviour.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::json;

struct Project {
  std::string_view key{};
  std::string_view name{};
};
constexpr std::array kProjects{Project{"DEMO", "Demonstration"}, Project{"OPS", "Operations"}};

Json make_issue(ToolCall const& call, std::string const& project, std::string const& summary) {
  std::string const counter = "next_" + project;
  std::string const time = format_rfc3339(call.now);
  return Json{{"key", project + "-" + std::to_string(next_number(call.state, counter.c_str(), 1))},
              {"project", project},
              {"summary", summary},
              {"description", ""},
              {"issue_type", "Task"},
              {"status", "To Do"},
              {"priority", "Medium"},
              {"labels", Json::array()},
              {"comments", Json::array()},
              {"created", time},
              {"updated", time}};
}

Json& issues_of(ToolCall const& call) {
  if (auto const found = call.state.find("issues"); found != call.state.end()) return *found;
  Json first = make_issue(call, "DEMO", "Try the sandbox");
  Json second = make_issue(call, "DEMO", "Write down what was learnt");
  return call.state["issues"] = Json::array({std::move(first), std::move(second)});
}

Json* find_issue(ToolCall const& call) {
  auto const key = text_argument(call.arguments, "issue_key");
  Json& issues = issues_of(call);
  auto const found = std::ranges::find_if(issues, [&](Json const& issue) { return issue["key"] == key; });
  return found == issues.end() ? nullptr : &*found;
}

ToolAnswer not_found() {
  return refused("404: Issue does not exist or you do not have permission to see it.");
}

ToolAnswer list_projects(ToolCall const& call) {
  auto const wanted = to_lower(text_argument(call.arguments, "query"));
  Json projects = Json::array();
  for (auto const& project : kProjects) {
    if (to_lower(std::string{project.key} + " " + std::string{project.name}).find(wanted) ==
        std::string::npos)
      continue;
    projects.push_back({{"key", project.key}, {"name", project.name}});
  }
  return answered(Json{{"projects", projects}, {"total_count", projects.size()}});
}

/// Takes over what is given of an issue.
void assign(Json& issue, Json const& arguments, std::span<char const* const> names) {
  for (char const* name : names) {
    if (auto const value = find_text(arguments, name)) issue[name] = *value;
  }
  if (auto const* labels = find_node(arguments, "labels")) issue["labels"] = *labels;
}

ToolAnswer create_issue(ToolCall const& call) {
  auto const project = to_upper(text_argument(call.arguments, "project_key"));
  if (std::ranges::find(kProjects, project, &Project::key) == kProjects.end())
    return refused("400: valid project is required");
  issues_of(call);
  Json issue = make_issue(call, project, text_argument(call.arguments, "summary"));
  constexpr std::array kNames{"issue_type", "description", "priority", "due_date"};
  assign(issue, call.arguments, kNames);
  issues_of(call).push_back(issue);
  return answered(issue);
}

ToolAnswer get_issue(ToolCall const& call) {
  auto const* issue = find_issue(call);
  return issue == nullptr ? not_found() : answered(*issue);
}

ToolAnswer search_issues(ToolCall const& call) {
  auto const project = find_text(call.arguments, "project_key");
  auto const status = find_text(call.arguments, "status");
  auto const text = to_lower(text_argument(call.arguments, "text"));
  auto const limit = static_cast<std::size_t>(number_argument(call.arguments, "max_results", 50, 1, 100));
  ListWriter writer{"issues"};
  std::size_t total = 0;
  for (auto const& issue : issues_of(call)) {
    if ((project && issue["project"] != *project) || (status && issue["status"] != *status)) continue;
    if (to_lower(issue["summary"].get_ref<std::string const&>()).find(text) == std::string::npos) continue;
    if (total++ < limit) writer.add(issue);
  }
  return answered(std::move(writer).finish(total));
}

ToolAnswer edit_issue(ToolCall const& call) {
  auto* const issue = find_issue(call);
  if (issue == nullptr) return not_found();
  constexpr std::array kNames{"summary", "description", "status", "priority"};
  assign(*issue, call.arguments, kNames);
  (*issue)["updated"] = format_rfc3339(call.now);
  return answered(*issue);
}

ToolAnswer add_comment(ToolCall const& call) {
  auto* const issue = find_issue(call);
  if (issue == nullptr) return not_found();
  Json comment{{"id", std::to_string(next_number(call.state, "next_comment", 10'001))},
               {"body", text_argument(call.arguments, "comment")},
               {"created", format_rfc3339(call.now)}};
  (*issue)["comments"].push_back(comment);
  return answered(comment);
}

ToolAnswer delete_issue(ToolCall const& call) {
  auto const* issue = find_issue(call);
  if (issue == nullptr) return not_found();
  Json& issues = issues_of(call);
  issues.erase(static_cast<std::size_t>(issue - &issues[0]));
  return answered(Json{{"deleted", true}});
}

constexpr std::array kBehaviours{
    Behaviour{"JIRA_GET_ALL_PROJECTS", list_projects},
    Behaviour{"JIRA_CREATE_ISSUE", create_issue},
    Behaviour{"JIRA_GET_ISSUE", get_issue},
    Behaviour{"JIRA_SEARCH_ISSUES", search_issues},
    Behaviour{"JIRA_EDIT_ISSUE", edit_issue},
    Behaviour{"JIRA_ADD_COMMENT", add_comment},
    Behaviour{"JIRA_DELETE_ISSUE", delete_issue},
};

}  // namespace

std::span<Behaviour const> jira_behaviours() { return kBehaviours; }

}  // namespace agenta::daemon::sandbox
