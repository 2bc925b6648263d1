#include <variant>

#include "cli/command/commands.hpp"
#include "cli/terminal/table.hpp"
#include "shared/base/try.hpp"
#include "shared/custom/tool_file.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using protocol::write_string;

std::string action_of(custom::Declaration const& declared) {
  if (auto const* const http = std::get_if<custom::Http>(&declared.action))
    return http->method + " " + http->base_url;
  return std::get<custom::Command>(declared.action).argv.front().literal().value_or("");
}

std::string effect_of(custom::Declaration const& declared) {
  ToolHints const hints = hints_of(declared.tool);
  return hints.read_only ? "reads" : hints.destructive ? "destroys" : "writes";
}

std::string item_of(custom::Declaration const& declared) {
  bool const is_http = std::holds_alternative<custom::Http>(declared.action);
  ToolHints const hints = hints_of(declared.tool);
  auto const flag = [](bool value) { return value ? "true" : "false"; };
  std::string item = with_member("{}", "slug", write_string(declared.tool.slug.text));
  item = with_member(item, "name", write_string(declared.tool.name));
  item = with_member(item, "description", write_string(declared.tool.description));
  item = with_member(item, "kind", is_http ? "\"http\"" : "\"command\"");
  item = with_member(item, "action", write_string(action_of(declared)));
  item = with_member(item, "read_only", flag(hints.read_only));
  item = with_member(item, "destructive", flag(hints.destructive));
  item = with_member(item, "idempotent", flag(hints.idempotent));
  item = with_member(item, "timeout", write_string(format_duration(declared.timeout)));
  return with_member(item, "max_output", std::to_string(declared.max_output));
}

/// The error says the first mistake; the others are said here, a line each.
void say_others(Context& context, Error const& error) {
  auto const text = [](std::string_view json, std::string_view name) {
    return std::string{protocol::find_member(json, name).value_or("")};
  };
  auto const problems = protocol::find_member(error.context.text, "problems");
  auto const file = protocol::read_string(text(error.context.text, "file"));
  bool is_first = true;
  for (std::string_view const each :
       protocol::elements_of(problems.value_or("[]")).value_or(std::vector<std::string_view>{})) {
    if (!std::exchange(is_first, false)) {
      context.say(file.value_or("") + ":" + text(each, "line") + ":" + text(each, "column") + ": " +
                  protocol::read_string(text(each, "message")).value_or(""));
    }
  }
}

Result<void> run_check(Context& context, std::string const& named) {
  std::filesystem::path file = named;
  if (named.empty()) {
    AGENTA_TRY(auto const settings, context.load_settings());
    file = config::custom_tools_file(settings, context.paths);
  }
  auto const loaded = custom::load_tool_file(std::filesystem::absolute(file));
  if (!loaded) {
    Error error = loaded.error();
    if (!context.flags.json && !error.context.text.empty()) say_others(context, error);
    if (!named.empty() && !error.next_step.empty()) error.next_step.push_back(named);
    return fail(std::move(error));
  }
  std::string items;
  Table table{{"TOOL", "EFFECT", "TIMEOUT", "DOES", "DESCRIPTION"}};
  table.keep(0);
  for (custom::Declaration const& each : loaded->tools) {
    items.append(items.empty() ? "" : ",").append(item_of(each));
    table.add({each.tool.slug.text, effect_of(each), format_duration(each.timeout), action_of(each),
               each.tool.description});
  }
  std::string document = with_member("{}", "file", write_string(std::filesystem::absolute(file).string()));
  document = with_member(document, "items", "[" + items + "]");
  document = with_member(document, "total", std::to_string(loaded->tools.size()));
  document = with_member(document, "next_cursor", "null");
  return present(context, document, [&]() -> Result<void> {
    print(context.terminal, table, "The file is right, and declares no tools.");
    return {};
  });
}

}  // namespace

RunFn add_tools_check(Syntax& syntax) {
  auto file = std::make_shared<std::string>();
  syntax.optional_argument("FILE", *file, "The file; without it, the one that is in force (custom.file)")
      .note(
          "Reads the file that declares your own tools, says every mistake with its line and column, and "
          "shows what it declares. Runs nothing, and needs no daemon.")
      .example("agenta-tools tools check")
      .example("agenta-tools tools check ./tools.toml --json");
  return [file](Context& context) { return run_check(context, *file); };
}

}  // namespace agenta::cli
