#include "daemon/sandbox/organisation.hpp"

#include <cstdint>
#include <cstdio>

#include "shared/base/id.hpp"

namespace agenta::daemon::sandbox {
namespace {

constexpr std::string_view kFromLogin = "_login_";

/// FNV-1a: a name for the project of a key that does not hold the key, and that stays from run to run.
std::string hashed(std::string_view key) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (char const c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
  return std::string{"pr_"} + text.data();
}

}  // namespace

std::string project_of(std::string_view accepted, std::string_view key) {
  bool const from_login = key.starts_with(accepted) && key.substr(accepted.size()).starts_with(kFromLogin);
  return hashed(from_login ? accepted : key);
}

std::array<Project, 2> projects_of(std::string_view accepted) {
  return {Project{project_of(accepted, accepted), "sandbox"},
          Project{project_of(accepted, std::string{accepted} + "_second"), "second"}};
}

std::string make_project_key(std::string_view accepted) {
  return std::string{accepted}.append(kFromLogin).append(random_hex(12));
}

std::string make_user_key(std::string_view accepted) {
  return user_key_prefix(accepted).append(kFromLogin).append(random_hex(12));
}

std::string user_key_prefix(std::string_view accepted) { return std::string{"u"}.append(accepted); }

}  // namespace agenta::daemon::sandbox
