#include "cli/command/commands.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/table.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using protocol::write_string;

std::vector<std::string> setting_keys() {
  std::vector<std::string> keys;
  for (config::Setting const& each : config::settings_table()) keys.emplace_back(each.key);
  return keys;
}

Result<config::Setting const*> get_setting(std::string const& key) {
  if (auto const* setting = config::find_setting(key)) return setting;
  std::vector<std::string> const known = setting_keys();
  std::string message = "there is no setting " + key;
  if (auto const meant = nearest(key, known)) message += "; did you mean " + *meant + "?";
  return fail(ErrorCode::usage, std::move(message), {"agenta-tools", "config", "list"});
}

std::string describe(config::Setting const& setting, config::Value const& value) {
  std::string item = with_member("{}", "key", write_string(setting.key));
  item = with_member(item, "value", write_string(value.text));
  item = with_member(item, "origin", write_string(config::name_of(value.origin)));
  return with_member(item, "where", value.where.empty() ? "null" : write_string(value.where));
}

std::string origin_of(config::Value const& value) {
  std::string const name{config::name_of(value.origin)};
  return value.where.empty() ? name : name + " (" + value.where + ")";
}

Result<void> run_list(Context& context, bool show_origin) {
  AGENTA_TRY(auto const settings, context.load_settings());
  std::string items;
  Table table{show_origin ? std::vector<std::string>{"KEY", "VALUE", "ORIGIN"}
                          : std::vector<std::string>{"KEY", "VALUE"}};
  for (config::Setting const& setting : config::settings_table()) {
    config::Value const& value = settings.get(setting.key);
    items.append(items.empty() ? "" : ",").append(describe(setting, value));
    table.add({std::string{setting.key}, value.text, origin_of(value)});
  }
  std::string const total = std::to_string(config::settings_table().size());
  return present(context, "{\"items\":[" + items + "],\"total\":" + total + ",\"next_cursor\":null}",
                 [&]() -> Result<void> {
                   print(context.terminal, table, "There are no settings.");
                   return {};
                 });
}

struct KeyOptions {
  std::string key{};
  std::string value{};
  bool show_origin = false;
};

Result<void> run_get(Context& context, KeyOptions const& options) {
  AGENTA_TRY(auto const* setting, get_setting(options.key));
  AGENTA_TRY(auto const settings, context.load_settings());
  config::Value const& value = settings.get(setting->key);
  // Plain in a pipe too: `$(agenta-tools config get …)` is what it is for.
  if (context.flags.json) {
    context.terminal.out(describe(*setting, value) + "\n");
  } else {
    std::string const text = context.terminal.out_is_tty() ? visible(value.text) : value.text;
    context.terminal.out(text + (options.show_origin ? "\t" + origin_of(value) : "") + "\n");
  }
  return {};
}

Result<void> run_set(Context& context, KeyOptions const& options) {
  AGENTA_TRY(auto const* setting, get_setting(options.key));
  AGENTA_CHECK(config::check_value(*setting, options.value));
  AGENTA_CHECK(config::set_in_file(context.paths.config_file, *setting, options.value));
  std::string document = with_member("{}", "key", write_string(setting->key));
  document = with_member(document, "value", write_string(options.value));
  document = with_member(document, "file", write_string(context.paths.config_file.string()));
  return present(context, document, [&]() -> Result<void> {
    context.terminal.out(std::string{setting->key} + " is " + visible(options.value) + " in " +
                         visible(context.paths.config_file.string()) + "\n");
    return {};
  });
}

Result<void> run_unset(Context& context, KeyOptions const& options) {
  AGENTA_TRY(auto const* setting, get_setting(options.key));
  AGENTA_TRY(bool const was_set, config::unset_in_file(context.paths.config_file, *setting));
  std::string document = with_member("{}", "key", write_string(setting->key));
  document = with_member(document, "was_set", was_set ? "true" : "false");
  return present(context, document, [&]() -> Result<void> {
    context.terminal.out(std::string{setting->key} +
                         (was_set ? " is back at its default.\n" : " was not set.\n"));
    return {};
  });
}

}  // namespace

RunFn add_config_list(Syntax& syntax) {
  auto show_origin = std::make_shared<bool>(false);
  syntax.flag("--show-origin", *show_origin, "Say which of flag, environment, file and default won")
      .example("agenta-tools config list --show-origin");
  return [show_origin](Context& context) { return run_list(context, *show_origin); };
}

RunFn add_config_get(Syntax& syntax) {
  auto options = std::make_shared<KeyOptions>();
  syntax.argument("KEY", options->key, "A setting, e.g. composio.base_url")
      .one_of(setting_keys())
      .flag("--show-origin", options->show_origin, "Say where the value comes from")
      .note("Prints the value alone, in a pipe too; with --json a document.");
  return [options](Context& context) { return run_get(context, *options); };
}

RunFn add_config_set(Syntax& syntax) {
  auto options = std::make_shared<KeyOptions>();
  syntax.argument("KEY", options->key, "A setting")
      .one_of(setting_keys())
      .argument("VALUE", options->value, "Its new value");
  return [options](Context& context) { return run_set(context, *options); };
}

RunFn add_config_unset(Syntax& syntax) {
  auto options = std::make_shared<KeyOptions>();
  syntax.argument("KEY", options->key, "A setting").one_of(setting_keys());
  return [options](Context& context) { return run_unset(context, *options); };
}

RunFn add_config_path(Syntax& syntax) {
  syntax.note("Prints the path of your config file, which need not exist.");
  return [](Context& context) -> Result<void> {
    std::string const path = context.paths.config_file.string();
    if (context.flags.json) {
      context.terminal.out(with_member("{}", "path", write_string(path)) + "\n");
    } else {
      context.terminal.out((context.terminal.out_is_tty() ? visible(path) : path) + "\n");
    }
    return {};
  };
}

}  // namespace agenta::cli
