#include "daemon/sandbox/github_issue_tools.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/github_world.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::json;

Json labels_of(Json& repository, Json const& names) {
  Json labels = Json::array();
  for (auto const& name : names) {
    if (name.is_string()) labels.push_back(label_json(repository, name.get<std::string>()));
  }
  return labels;
}

Json people(Json const& logins) {
  Json list = Json::array();
  for (auto const& login : logins) list.push_back({{"login", login}});
  return list;
}

bool carries(Json const& issue, std::string_view label) {
  return std::ranges::any_of(issue["labels"], [&](Json const& held) {
    return equal_ignoring_case(held["name"].get_ref<std::string const&>(), label);
  });
}

std::int64_t issue_number(ToolCall const& call) {
  return find_integer(call.arguments, "issue_number").value_or(0);
}

}  // namespace

ToolAnswer list_issues(ToolCall const& call) {
  auto const state = text_argument(call.arguments, "state", "open");
  auto const labels = split(text_argument(call.arguments, "labels"), ',');
  auto const assignee = text_argument(call.arguments, "assignee");
  return write_newest(
      "issues", github_repository(call)["issues"], github_page(call.arguments), [&](Json const& issue) {
        if (state != "all" && issue["state"] != state) return false;
        bool const mine =
            assignee.empty() || std::ranges::any_of(issue["assignees"], [&](Json const& person) {
              return person["login"] == assignee;
            });
        return mine && std::ranges::all_of(
                           labels, [&](std::string const& label) { return carries(issue, trim(label)); });
      });
}

ToolAnswer create_issue(ToolCall const& call) {
  Json& repository = github_repository(call);
  Json issue = make_issue(repository, text_argument(call.arguments, "title"),
                          text_argument(call.arguments, "body"), call.now);
  if (auto const* labels = find_node(call.arguments, "labels"))
    issue["labels"] = labels_of(repository, *labels);
  if (auto const* assignees = find_node(call.arguments, "assignees")) issue["assignees"] = people(*assignees);
  repository["issues"].push_back(issue);
  return answered(issue);
}

ToolAnswer get_issue(ToolCall const& call) {
  auto const* issue = find_numbered(github_repository(call)["issues"], issue_number(call));
  return issue == nullptr ? github_not_found() : answered(*issue);
}

ToolAnswer update_issue(ToolCall const& call) {
  Json& repository = github_repository(call);
  auto* const issue = find_numbered(repository["issues"], issue_number(call));
  if (issue == nullptr) return github_not_found();
  for (char const* name : {"title", "body", "state", "state_reason"}) {
    if (auto const value = find_text(call.arguments, name)) (*issue)[name] = *value;
  }
  if (auto const* labels = find_node(call.arguments, "labels"))
    (*issue)["labels"] = labels_of(repository, *labels);
  if (auto const* assignees = find_node(call.arguments, "assignees"))
    (*issue)["assignees"] = people(*assignees);
  std::string const time = format_rfc3339(call.now);
  (*issue)["updated_at"] = time;
  (*issue)["closed_at"] = (*issue)["state"] == "closed" ? Json(time) : Json{};
  return answered(*issue);
}

ToolAnswer create_comment(ToolCall const& call) {
  Json& repository = github_repository(call);
  auto* issue = find_numbered(repository["issues"], issue_number(call));
  if (issue == nullptr) issue = find_numbered(repository["pulls"], issue_number(call));
  if (issue == nullptr) return github_not_found();
  (*issue)["comments"] = (*issue)["comments"].get<std::int64_t>() + 1;
  std::string const time = format_rfc3339(call.now);
  Json comment{{"id", next_number(call.state, "next_id", 700'001)},
               {"issue_number", issue_number(call)},
               {"body", text_argument(call.arguments, "body")},
               {"user", {{"login", kGithubLogin}}},
               {"created_at", time},
               {"updated_at", time}};
  repository["comments"].push_back(comment);
  return answered(comment);
}

ToolAnswer list_comments(ToolCall const& call) {
  Json& repository = github_repository(call);
  auto const number = issue_number(call);
  if (find_numbered(repository["issues"], number) == nullptr &&
      find_numbered(repository["pulls"], number) == nullptr)
    return github_not_found();
  auto const since = parse_rfc3339(text_argument(call.arguments, "since"));
  GithubPage const page = github_page(call.arguments);
  ListWriter writer{"comments"};
  std::size_t total = 0;
  for (auto const& comment : repository["comments"]) {
    if (comment["issue_number"] != number) continue;
    if (since && parse_rfc3339(comment["created_at"].get_ref<std::string const&>()).value_or(*since) < *since)
      continue;
    if (total / page.per_page + 1 == page.page) writer.add(comment);
    ++total;
  }
  return answered(std::move(writer).finish(total));
}

ToolAnswer add_labels(ToolCall const& call) {
  Json& repository = github_repository(call);
  auto* const issue = find_numbered(repository["issues"], issue_number(call));
  if (issue == nullptr) return github_not_found();
  auto const* names = find_node(call.arguments, "labels");
  for (auto& label : labels_of(repository, names == nullptr ? Json::array() : *names)) {
    if (!carries(*issue, label["name"].get<std::string>())) (*issue)["labels"].push_back(label);
  }
  return answered(Json{{"labels", (*issue)["labels"]}, {"total_count", (*issue)["labels"].size()}});
}

ToolAnswer list_labels(ToolCall const& call) {
  return write_newest("labels", github_repository(call)["labels"], github_page(call.arguments),
                      [](Json const&) { return true; });
}

ToolAnswer create_label(ToolCall const& call) {
  Json& labels = github_repository(call)["labels"];
  auto const name = text_argument(call.arguments, "name");
  if (std::ranges::any_of(labels, [&](Json const& label) { return label["name"] == name; })) {
    return refused(
        "422 Client Error: Unprocessable Entity. {\"message\":\"Validation "
        "Failed\",\"errors\":[{\"code\":\"already_exists\"}]}");
  }
  labels.push_back({{"name", name},
                    {"color", text_argument(call.arguments, "color", "ededed")},
                    {"description", text_argument(call.arguments, "description")}});
  return answered(labels.back());
}

ToolAnswer delete_label(ToolCall const& call) {
  Json& repository = github_repository(call);
  auto const name = text_argument(call.arguments, "name");
  auto const without = [&](Json& list) {
    Json kept = Json::array();
    for (auto& label : list) {
      if (label["name"] != name) kept.push_back(std::move(label));
    }
    bool const removed = kept.size() < list.size();
    list = std::move(kept);
    return removed;
  };
  if (!without(repository["labels"])) return github_not_found();
  for (auto& issue : repository["issues"]) without(issue["labels"]);
  return answered(Json{{"deleted", true}});
}

ToolAnswer search_issues(ToolCall const& call) {
  std::vector<std::string> words;
  std::string repository, state, label;
  for (auto const& word : split(to_lower(text_argument(call.arguments, "q")), ' ')) {
    if (word.starts_with("repo:"))
      repository = word.substr(5);
    else if (word.starts_with("is:"))
      state = word.substr(3);
    else if (word.starts_with("label:"))
      label = word.substr(6);
    else if (!word.empty())
      words.push_back(word);
  }
  Json found = Json::array();
  seed_own_repositories(call);
  for (auto& [name, held] : call.state["repos"].items()) {
    if (!repository.empty() && name != repository) continue;
    for (auto const& issue : held["issues"]) {
      std::string const text =
          to_lower(issue["title"].get<std::string>() + " " + issue["body"].get<std::string>());
      if ((state == "open" || state == "closed") && issue["state"] != state) continue;
      if (!label.empty() && !carries(issue, label)) continue;
      if (std::ranges::all_of(words,
                              [&](std::string const& word) { return text.find(word) != std::string::npos; }))
        found.push_back(issue);
    }
  }
  return write_newest("items", found, github_page(call.arguments), [](Json const&) { return true; });
}

}  // namespace agenta::daemon::sandbox
