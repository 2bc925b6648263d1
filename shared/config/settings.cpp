#include "shared/config/settings.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "shared/base/clock.hpp"
#include "shared/base/private_dir.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/config/values.hpp"

namespace agenta::config {
namespace {

constexpr char const* kProjectFile = ".agenta-tools.toml";
constexpr std::size_t kLargestFile = 1 << 20;

std::size_t index_of(std::string_view key) {
  auto const table = settings_table();
  auto const found = std::ranges::lower_bound(table, key, {}, &Setting::key);
  return static_cast<std::size_t>(found - table.begin());
}

/// Every way of writing a boolean reads the same from here on.
std::string normal(Setting const& setting, std::string const& text) {
  if (setting.kind != Kind::boolean) return text;
  return read_boolean(text).value_or(false) ? "true" : "false";
}

unexpected<Error> located(std::string const& where, Error error) {
  error.message = where + ": " + error.message;
  return fail(std::move(error));
}

Result<void> put(Value& value, Setting const& setting, std::string const& text, Origin origin,
                 std::string where) {
  if (auto const checked = check_value(setting, text); !checked) return located(where, checked.error());
  value.text = normal(setting, text);
  value.origin = origin;
  value.where = std::move(where);
  return {};
}

Result<Setting const*> get_setting(FileEntry const& entry, std::string const& where) {
  if (Setting const* const setting = find_setting(entry.key)) return setting;
  std::vector<std::string> keys;
  for (Setting const& each : settings_table()) keys.emplace_back(each.key);
  std::string message = where + ": there is no setting " + entry.key;
  if (auto const meant = nearest(entry.key, keys)) message += "; did you mean " + *meant + "?";
  return fail(ErrorCode::usage, std::move(message), {"man", "agenta-tools-config"});
}

Result<void> put_entry(std::vector<Value>& values, FileEntry const& entry, std::filesystem::path const& file,
                       Origin origin) {
  std::string const where = file.string() + ":" + std::to_string(entry.key_at.line);
  AGENTA_TRY(Setting const* const setting, get_setting(entry, where));
  if (origin == Origin::project_file && setting->project_file == ProjectFile::refused) {
    return fail(ErrorCode::usage,
                where + ": a project file may not set " + entry.key +
                    ": anyone can put such a file into a repository",
                {"agenta-tools", "config", "set", entry.key, "VALUE"});
  }
  if (!entry.text) {
    return fail(ErrorCode::usage, where + ": " + entry.key + " takes " + describe_values(*setting));
  }
  return put(values[index_of(setting->key)], *setting, *entry.text, origin, where);
}

Result<void> load_file(std::vector<Value>& values, std::filesystem::path const& file, Origin origin) {
  auto const text = read_file(file, kLargestFile);
  if (!text && text.error().number == ENOENT) return {};
  if (!text) return fail(error_from(text.error(), ErrorCode::usage));
  AGENTA_TRY(FileContent const content, parse_toml(*text, file));
  for (FileEntry const& entry : content.entries) AGENTA_CHECK(put_entry(values, entry, file, origin));
  return {};
}

/// Nothing is read where there is no file: the usual case, and the CLI's start-up counts.
bool is_there(std::filesystem::path const& file, struct stat& info) {
  return !file.empty() && ::stat(file.c_str(), &info) == 0;
}

std::filesystem::path find_project_file(std::filesystem::path directory) {
  while (!directory.empty()) {
    auto file = directory / kProjectFile;
    struct stat info {};
    if (is_there(file, info) && S_ISREG(info.st_mode) && (info.st_uid == ::geteuid() || info.st_uid == 0))
      return file;
    if (!directory.has_relative_path()) break;
    directory = directory.parent_path();
  }
  return {};
}

}  // namespace

Result<Settings> Settings::load(Paths const& paths, Environment const& environment,
                                std::filesystem::path const& directory,
                                std::vector<std::pair<std::string, std::string>> const& flags) {
  Settings settings;
  for (Setting const& each : settings_table()) settings.values_.emplace_back().text = each.default_value;
  // From the weakest to the strongest; a value that is overruled must be right all the same.
  struct stat info {};
  if (is_there(paths.config_file, info))
    AGENTA_CHECK(load_file(settings.values_, paths.config_file, Origin::user_file));
  if (auto const file = find_project_file(directory); !file.empty()) {
    AGENTA_CHECK(load_file(settings.values_, file, Origin::project_file));
  }
  for (Setting const& each : settings_table()) {
    if (each.env.empty()) continue;
    auto const text = environment(std::string{each.env});
    if (!text || text->empty()) continue;
    AGENTA_CHECK(
        put(settings.values_[index_of(each.key)], each, *text, Origin::environment, std::string{each.env}));
  }
  for (auto const& [key, text] : flags) {
    Setting const* const setting = find_setting(key);
    if (setting == nullptr) return fail(ErrorCode::usage, "there is no setting " + key);
    AGENTA_CHECK(
        put(settings.values_[index_of(key)], *setting, text, Origin::flag, std::string{setting->flag}));
  }
  return settings;
}

Value const& Settings::get(std::string_view key) const { return values_.at(index_of(key)); }

bool Settings::boolean(std::string_view key) const { return text(key) == "true"; }

long long Settings::integer(std::string_view key) const { return read_integer(text(key)).value_or(0); }

std::chrono::milliseconds Settings::duration(std::string_view key) const {
  return parse_duration(text(key)).value_or(std::chrono::milliseconds{0});
}

std::pair<std::uint16_t, std::uint16_t> Settings::ports(std::string_view key) const {
  return read_ports(text(key)).value_or(std::pair<std::uint16_t, std::uint16_t>{});
}

std::filesystem::path custom_tools_file(Settings const& settings, Paths const& paths) {
  return paths.config_file.parent_path() / settings.text("custom.file");
}

}  // namespace agenta::config
