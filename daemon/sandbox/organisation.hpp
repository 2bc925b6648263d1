#pragma once

#include <array>
#include <string>
#include <string_view>

namespace agenta::daemon::sandbox {

/// The one organisation there is, and its one member.
inline constexpr char const* kOrganisation = "ok_sandbox";
inline constexpr char const* kOrganisationName = "sandbox";
inline constexpr char const* kMember = "0195f0a0-0000-7000-8000-00000000000a";
inline constexpr char const* kMemberName = "Sandbox";
inline constexpr char const* kMemberMail = "sandbox@example.com";

struct Project {
  std::string id{};  ///< as `x-project-id` names it
  std::string name{};
};

/// The project of an API key: each has one of its own, except that a key which a login made belongs to the
/// project of the key `accepted`.
std::string project_of(std::string_view accepted, std::string_view key);
/// The projects that a user key may choose from: those of the keys `accepted` and `accepted` + `_second`.
std::array<Project, 2> projects_of(std::string_view accepted);

/// Fresh keys for somebody who has logged in: of a project, and of a user.
std::string make_project_key(std::string_view accepted);
std::string make_user_key(std::string_view accepted);
/// What every user key begins with: `u` and the project key.
std::string user_key_prefix(std::string_view accepted);

}  // namespace agenta::daemon::sandbox
