#include "daemon/sandbox/github_world.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/json_value.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::json;

constexpr char const* kSite = "https://github.com/";

Json seed_labels() {
  return Json::array({{{"name", "bug"}, {"color", "d73a4a"}, {"description", "Something does not work"}},
                      {{"name", "enhancement"}, {"color", "a2eeef"}, {"description", "A wish"}},
                      {{"name", "documentation"}, {"color", "0075ca"}, {"description", "About the manual"}}});
}

Json make_repository(ToolCall const& call, std::string const& owner, std::string const& name) {
  std::string const full_name = owner + "/" + name;
  Json repository{{"id", next_number(call.state, "next_id", 700'001)},
                  {"name", name},
                  {"full_name", full_name},
                  {"owner", {{"login", owner}}},
                  {"private", false},
                  {"description", "A repository of the sandbox"},
                  {"html_url", kSite + full_name},
                  {"default_branch", "main"},
                  {"stargazers_count", 12},
                  {"starred", false},
                  {"created_at", format_rfc3339(call.now)},
                  {"next_number", 1},
                  {"labels", seed_labels()},
                  {"issues", Json::array()},
                  {"pulls", Json::array()},
                  {"comments", Json::array()}};
  Json first = make_issue(repository, "Welcome page shows the wrong year", "The footer still says last year.",
                          call.now);
  first["labels"].push_back(label_json(repository, "bug"));
  repository["issues"].push_back(std::move(first));
  Json second = make_issue(repository, "Explain how to install on Debian",
                           "A short section in the manual would do.", call.now);
  second["labels"].push_back(label_json(repository, "documentation"));
  repository["issues"].push_back(std::move(second));
  return repository;
}

Json& repository_named(ToolCall const& call, std::string const& owner, std::string const& name) {
  Json& repositories = member_or(call.state, "repos", Json::object());
  std::string const key = to_lower(owner) + "/" + to_lower(name);
  auto const found = repositories.find(key);
  if (found != repositories.end()) return *found;
  return repositories[key] = make_repository(call, owner, name);
}

}  // namespace

Json& github_repository(ToolCall const& call) {
  return repository_named(call, text_argument(call.arguments, "owner"),
                          text_argument(call.arguments, "repo"));
}

void seed_own_repositories(ToolCall const& call) {
  if (find_flag(call.state, "seeded").value_or(false)) return;
  call.state["seeded"] = true;
  for (char const* name : {"hello-world", "notes"}) repository_named(call, kGithubLogin, name);
}

Json* find_numbered(Json& list, std::int64_t number) {
  auto const found = std::ranges::find_if(list, [&](Json const& item) { return item["number"] == number; });
  return found == list.end() ? nullptr : &*found;
}

Json make_issue(Json& repository, std::string const& title, std::string const& body, WallTime now) {
  std::int64_t const number = next_number(repository, "next_number", 1);
  std::string const time = format_rfc3339(now);
  return Json{{"id", 900'000 + number},
              {"number", number},
              {"title", title},
              {"body", body},
              {"state", "open"},
              {"state_reason", nullptr},
              {"labels", Json::array()},
              {"assignees", Json::array()},
              {"user", {{"login", kGithubLogin}}},
              {"comments", 0},
              {"html_url", repository["html_url"].get<std::string>() + "/issues/" + std::to_string(number)},
              {"created_at", time},
              {"updated_at", time},
              {"closed_at", nullptr}};
}

Json label_json(Json& repository, std::string const& name) {
  Json& labels = repository["labels"];
  auto const found = std::ranges::find_if(labels, [&](Json const& label) { return label["name"] == name; });
  if (found != labels.end()) return *found;
  labels.push_back({{"name", name}, {"color", "ededed"}, {"description", nullptr}});
  return labels.back();
}

GithubPage github_page(Json const& arguments) {
  return {static_cast<std::size_t>(number_argument(arguments, "per_page", 30, 1, 100)),
          static_cast<std::size_t>(number_argument(arguments, "page", 1, 1, 1'000'000))};
}

ToolAnswer write_newest(std::string_view name, Json const& list, GithubPage const& page,
                        std::function<bool(Json const&)> const& admits) {
  ListWriter writer{name};
  std::size_t total = 0;
  std::size_t const first = (page.page - 1) * page.per_page;
  for (auto item = list.rbegin(); item != list.rend(); ++item) {
    if (!admits(*item)) continue;
    if (total >= first && total < first + page.per_page) writer.add(*item);
    ++total;
  }
  return answered(std::move(writer).finish(total));
}

ToolAnswer github_not_found() {
  return refused("404 Client Error: Not Found. {\"message\":\"Not Found\",\"status\":\"404\"}");
}

Json repository_view(Json const& repository) {
  Json view = Json::object();
  for (char const* name : {"id", "name", "full_name", "owner", "private", "description", "html_url",
                           "default_branch", "stargazers_count", "created_at"}) {
    view[name] = repository[name];
  }
  view["open_issues_count"] =
      std::ranges::count_if(repository["issues"], [](Json const& issue) { return issue["state"] == "open"; });
  return view;
}

}  // namespace agenta::daemon::sandbox
