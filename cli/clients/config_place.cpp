#include "cli/clients/config_place.hpp"

#include <algorithm>
#include <cerrno>

#include "shared/base/id.hpp"
#include "shared/base/os_error.hpp"

namespace agenta::cli {
namespace {

constexpr std::string_view kOurs = ".agenta-tools-";
constexpr std::string_view kPart = ".part";

}  // namespace

unexpected<Error> fail_on_disk(std::string action, int number) {
  return fail(error_from(OsError{number, std::move(action)}, ErrorCode::storage_unavailable));
}

Result<std::filesystem::path> follow_links(std::filesystem::path path) {
  constexpr int kMostLinks = 40;
  std::error_code error;
  for (int i = 0; i < kMostLinks; ++i) {
    if (!std::filesystem::is_symlink(std::filesystem::symlink_status(path, error))) return path;
    auto const to = std::filesystem::read_symlink(path, error);
    if (error) return fail_on_disk("follow the link " + path.string(), error.value());
    path = to.is_absolute() ? to : path.parent_path() / to;
  }
  return fail_on_disk("follow the link " + path.string(), ELOOP);
}

std::filesystem::path make_part_name(std::filesystem::path const& target) {
  std::string name = "." + target.filename().string();
  return target.parent_path() / name.append(kOurs).append(random_hex(4)).append(kPart);
}

std::filesystem::path make_backup_name(std::filesystem::path const& target) {
  return target.string() + std::string{kOurs} + "backup";
}

bool is_part_name(std::string_view name, std::string_view target) {
  std::string const begin = std::string{"."}.append(target).append(kOurs);
  if (!name.starts_with(begin) || !name.ends_with(kPart)) return false;
  if (name.size() <= begin.size() + kPart.size()) return false;
  auto const mark = name.substr(begin.size(), name.size() - begin.size() - kPart.size());
  return mark.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace agenta::cli
