#include "cli/app/world.hpp"

#include "shared/base/private_dir.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/config/session_bus.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kMostKey = 4096;

bool is_on(std::optional<std::string> const& value) {
  std::string const word = to_lower(value.value_or(""));
  return !word.empty() && word != "0" && word != "false" && word != "no" && word != "off";
}

config::Sandboxed sandboxed(GlobalFlags const& flags) {
  return flags.sandbox ? config::Sandboxed::yes : config::Sandboxed::no;
}

}  // namespace

Result<std::optional<Secret>> find_api_key(config::Environment const& environment,
                                           config::Sandboxed sandboxed) {
  if (sandboxed == config::Sandboxed::yes) return std::optional<Secret>{};
  if (auto key = environment("COMPOSIO_API_KEY"); key && !trim(*key).empty()) {
    return std::optional{Secret{std::string{trim(*key)}}};
  }
  auto const file = environment("COMPOSIO_API_KEY_FILE");
  if (!file || file->empty()) return std::optional<Secret>{};
  if (auto checked = check_private_file(*file); !checked)
    return fail(error_from(checked.error(), ErrorCode::usage));
  auto content = read_file(*file, kMostKey);
  if (!content) return fail(error_from(content.error(), ErrorCode::usage));
  Secret const whole{std::move(*content)};
  Secret key{std::string{trim(whole.reveal())}};
  if (key.empty())
    return fail(ErrorCode::usage, "the file that COMPOSIO_API_KEY_FILE names, " + *file + ", holds no key");
  return std::optional{std::move(key)};
}

std::vector<std::pair<std::string, std::string>> settings_of(GlobalFlags const& flags) {
  std::vector<std::pair<std::string, std::string>> values;
  auto const give = [&](std::string_view flag, std::string const& value) {
    if (value.empty()) return;
    for (config::Setting const& setting : config::settings_table()) {
      if (setting.flag == flag) values.emplace_back(setting.key, value);
    }
  };
  give("--project", flags.project);
  give("--timeout", flags.timeout);
  give("--color", flags.color);
  return values;
}

void apply_environment(GlobalFlags& flags, config::Environment const& environment) {
  flags.sandbox = flags.sandbox || is_on(environment("AGENTA_TOOLS_SANDBOX"));
  flags.no_autostart = flags.no_autostart || is_on(environment("AGENTA_TOOLS_NO_AUTOSTART"));
}

Result<client::ClientIdentity> find_identity(GlobalFlags const& flags, config::Settings const& settings,
                                             config::Environment const& environment) {
  client::ClientIdentity identity;
  AGENTA_TRY(identity.api_key, find_api_key(environment, sandboxed(flags)));
  identity.project = settings.text("project");
  if (!flags.sandbox) identity.session_bus = config::find_session_bus(environment);
  constexpr std::string_view kBaseUrl = "composio.base_url";
  config::Value const& url = settings.get(kBaseUrl);
  // The sandbox's daemon serves its own endpoint, whatever the settings name.
  if (!flags.sandbox && url.origin != config::Origin::fallback) identity.base_url = url.text;
  return identity;
}

}  // namespace agenta::cli
