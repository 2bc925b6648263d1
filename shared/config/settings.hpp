#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/config/paths.hpp"
#include "shared/domain/error.hpp"

namespace agenta::config {

enum class Kind { text, slug, boolean, integer, duration, url, choice, ports, places };

/// Whether the file of a project directory may set a key: anyone can put such a file into a repository, so it
/// may never name an endpoint, a credential, or a policy that widens.
enum class ProjectFile { allowed, refused };

/// One setting: the parser, `config list`, `--help` and agenta-tools-config(5) all read this row.
struct Setting {
  std::string_view key;   ///< `composio.base_url`: a table and a key of config.toml
  std::string_view env;   ///< or empty
  std::string_view flag;  ///< of the CLI, or empty
  std::string_view default_value;
  Kind kind;
  std::string_view choices;  ///< comma-separated, for `choice`
  ProjectFile project_file;
  std::string_view manual;  ///< sentences for the man page
  long long least = 0;      ///< of an integer, or of a duration in milliseconds
  long long most = 0;
};
std::span<Setting const> settings_table();
/// By its exact key; null where there is none.
Setting const* find_setting(std::string_view key);

/// Where a value came from, in falling order of precedence.
enum class Origin { flag, environment, project_file, user_file, fallback };
std::string_view name_of(Origin origin);

struct Value {
  std::string text{};
  Origin origin = Origin::fallback;
  std::string where{};  ///< the flag, the variable, or `file:line`
};

/// The settings in force, each with its origin.
class Settings {
 public:
  /// Reads `config_file` (absent is fine) and the first `.agenta-tools.toml` upward from `directory` (none
  /// where empty). A project file of another user than root and oneself is passed over: anyone can put one
  /// into /tmp. An empty variable is as good as none. An unknown key, a bad value, or a key a project file
  /// may not set is `USAGE`, naming file, line, key and the nearest right spelling. `flags`: pairs of key and
  /// value from the command line.
  static Result<Settings> load(Paths const& paths, Environment const& environment,
                               std::filesystem::path const& directory,
                               std::vector<std::pair<std::string, std::string>> const& flags);

  Value const& get(std::string_view key) const;  ///< the key must be in the table
  std::string const& text(std::string_view key) const { return get(key).text; }
  bool boolean(std::string_view key) const;
  long long integer(std::string_view key) const;
  std::chrono::milliseconds duration(std::string_view key) const;
  /// First and last, the same for a single port; 0 and 0 where the kernel is to choose.
  std::pair<std::uint16_t, std::uint16_t> ports(std::string_view key) const;

 private:
  std::vector<Value> values_{};  ///< in the order of the table
};

/// Where a person's own tools are declared: `custom.file`, from beside the config file.
std::filesystem::path custom_tools_file(Settings const& settings, Paths const& paths);

/// Whether `text` is a value the setting takes; `USAGE` with what it takes where not. Booleans are true, yes,
/// on, 1 and their opposites; a plain `http://` URL is taken for loopback hosts only.
Result<void> check_value(Setting const& setting, std::string_view text);
/// What a setting takes, for messages and the manual: `a duration such as 500ms, 3s, 5m or 8h`.
std::string describe_values(Setting const& setting);

/// The source (mdoc) of agenta-tools-config(5), written from the table.
std::string config_man_page();

/// Sets or removes one key of the user's config file, keeping everything else in it, comments too, byte for
/// byte. A symbolic link is followed. `USAGE` where the file cannot be read as TOML or the key stands where
/// only a person can change it (inside `{…}`); the file is then as it was.
Result<void> set_in_file(std::filesystem::path const& file, Setting const& setting, std::string_view value);
Result<bool> unset_in_file(std::filesystem::path const& file, Setting const& setting);

}  // namespace agenta::config
