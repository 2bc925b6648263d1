#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "daemon/sandbox/behaviour.hpp"

/// What the sandbox's GitHub remembers: `repos` by lower-case `owner/repo`, each with its issues, pulls and
/// labels.
namespace agenta::daemon::sandbox {

inline constexpr char const* kGithubLogin = "octo-sandbox";

/// The repository that `owner` and `repo` of the arguments name. Any pair exists, and begins with a few
/// issues.
nlohmann::json& github_repository(ToolCall const& call);
/// The repositories that the connected account owns exist from the beginning.
void seed_own_repositories(ToolCall const& call);
/// The issue or pull request with that number; null where there is none.
nlohmann::json* find_numbered(nlohmann::json& list, std::int64_t number);
nlohmann::json make_issue(nlohmann::json& repository, std::string const& title, std::string const& body,
                          WallTime now);
nlohmann::json label_json(nlohmann::json& repository, std::string const& name);

struct GithubPage {
  std::size_t per_page = 30;
  std::size_t page = 1;
};
GithubPage github_page(nlohmann::json const& arguments);
/// Writes one page of what `admits` takes of `list`, from its end: the newest comes first.
ToolAnswer write_newest(std::string_view name, nlohmann::json const& list, GithubPage const& page,
                        std::function<bool(nlohmann::json const&)> const& admits);
ToolAnswer github_not_found();
/// The repository as it is shown: what it holds is left out.
nlohmann::json repository_view(nlohmann::json const& repository);

}  // namespace agenta::daemon::sandbox
