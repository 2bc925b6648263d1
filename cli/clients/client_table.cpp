#include "cli/clients/client_table.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>

#include "cli/clients/jsonc_edit.hpp"
#include "cli/clients/toml_edit.hpp"
#include "cli/clients/toml_scan.hpp"
#include "cli/clients/yaml_edit.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using Form = Client::Form;
using protocol::write_string;
using Variable = std::pair<std::string, std::string>;

constexpr std::array kClients{
    Client{"claude-code", "Claude Code", "mcpServers", Form::json_stdio, "CLAUDE_CONFIG_DIR", "~",
           ".claude.json", ".mcp.json"},
    Client{"codex", "Codex", "mcp_servers", Form::toml, "CODEX_HOME", "~/.codex", "config.toml",
           ".codex/config.toml"},
    Client{"gemini", "Gemini CLI", "mcpServers", Form::json_plain, "", "~/.gemini", "settings.json",
           ".gemini/settings.json"},
    Client{"opencode", "opencode", "mcp", Form::json_local, "", "$config/opencode", "opencode.json",
           "opencode.json"},
    Client{"cursor", "Cursor", "mcpServers", Form::json_stdio, "", "~/.cursor", "mcp.json",
           ".cursor/mcp.json"},
    Client{"vscode", "VS Code", "servers", Form::json_stdio, "", "$config/Code/User", "mcp.json",
           ".vscode/mcp.json"},
    Client{"goose", "goose", "extensions", Form::yaml, "", "$config/goose", "config.yaml", ""},
    Client{"copilot", "Copilot CLI", "mcpServers", Form::json_copilot, "COPILOT_HOME", "~/.copilot",
           "mcp-config.json", ""},
};

std::string texts(std::vector<std::string> const& list) {
  std::string json;
  for (std::string const& each : list) json.append(json.empty() ? "" : ",").append(write_string(each));
  return "[" + json + "]";
}

/// The object of the server's environment: what a person put there, as it is, and what the entry wants.
std::string variables_json(ServerEntry const& entry, std::string_view kept) {
  std::string members;
  auto const add = [&](std::string_view name, std::string_view json) {
    members.append(members.empty() ? "" : ",").append(write_string(name)).append(":").append(json);
  };
  auto const present = protocol::members_of(kept).value_or(std::vector<protocol::JsonMember>{});
  for (protocol::JsonMember const& each : present) {
    auto const ours = std::ranges::find(entry.variables, each.name, &Variable::first);
    add(each.name, ours == entry.variables.end() ? std::string{each.value} : write_string(ours->second));
  }
  for (auto const& [name, value] : entry.variables) {
    if (std::ranges::find(present, name, &protocol::JsonMember::name) == present.end())
      add(name, write_string(value));
  }
  return "{" + members + "}";
}

std::string_view variables_key(Client const& client) {
  return client.form == Form::json_local ? "environment" : "env";
}

/// `kept`: the object of the environment as it is there.
JsonEntry json_entry(Client const& client, ServerEntry const& entry, std::string_view kept = "{}") {
  std::string const command = write_string(entry.command);
  std::string const args = texts(entry.args);
  std::string value;
  if (client.form == Form::json_local) {
    std::vector<std::string> line{entry.command};
    line.insert(line.end(), entry.args.begin(), entry.args.end());
    value = R"({"type":"local","command":)" + texts(line) + R"(,"enabled":true})";
  } else if (client.form == Form::json_copilot) {
    value = R"({"type":"local","command":)" + command + R"(,"args":)" + args + R"(,"tools":["*"]})";
  } else {
    std::string const type = client.form == Form::json_stdio ? R"("type":"stdio",)" : "";
    value = "{" + type + R"("command":)" + command + R"(,"args":)" + args + "}";
  }
  if (!entry.variables.empty()) {
    value.pop_back();
    value += "," + write_string(variables_key(client)) + ":" + variables_json(entry, kept) + "}";
  }
  return {.container = std::string{client.container}, .name = entry.name, .value = std::move(value)};
}

TomlEntry toml_entry(Client const& client, ServerEntry const& entry) {
  std::vector<std::string> args;
  for (std::string const& each : entry.args) args.push_back(write_toml_string(each));
  std::vector<Variable> variables;
  for (auto const& [name, value] : entry.variables) variables.emplace_back(name, write_toml_string(value));
  return {.container = std::string{client.container},
          .name = entry.name,
          .pairs = {{"command", write_toml_string(entry.command)}, {"args", "[" + join(args, ", ") + "]"}},
          .approved = entry.approved,
          .variables = std::move(variables)};
}

YamlEntry yaml_entry(Client const& client, ServerEntry const& entry) {
  constexpr auto kKept = YamlField::Present::kept;
  constexpr auto kMerged = YamlField::Present::merged;
  YamlEntry made;
  made.container = client.container;
  made.name = entry.name;
  made.fields = {
      {.key = "enabled", .json = "true", .present = kKept},
      {.key = "type", .json = "\"stdio\""},
      {.key = "name", .json = write_string(entry.name), .present = kKept},
      {.key = "description", .json = "\"Tools of services, through agenta-tools\"", .present = kKept},
      {.key = "cmd", .json = write_string(entry.command)},
      {.key = "args", .json = texts(entry.args)},
      {.key = "envs", .json = variables_json(entry, "{}"), .present = kMerged},
      {.key = "timeout", .json = "300", .present = kKept}};
  return made;
}

std::vector<std::string> texts_in(std::string_view json) {
  std::vector<std::string> out;
  if (!json.starts_with('[')) return out;
  for (std::string_view const each : protocol::elements_of(json).value_or(std::vector<std::string_view>{}))
    out.push_back(protocol::read_string(each).value_or(""));
  return out;
}

ServerEntry entry_of(std::string_view name, std::vector<std::string> command) {
  ServerEntry entry;
  entry.name = name;
  if (command.empty()) return entry;
  entry.command = std::move(command.front());
  entry.args.assign(std::make_move_iterator(command.begin() + 1), std::make_move_iterator(command.end()));
  return entry;
}

/// From a program and its arguments, each as JSON.
std::vector<std::string> command_line(std::string_view program, std::string_view args) {
  std::vector<std::string> command;
  auto const read = protocol::read_string(program);
  if (!read) return command;
  command.push_back(*read);
  for (std::string& each : texts_in(args)) command.push_back(std::move(each));
  return command;
}

Result<std::filesystem::path> user_dir(Client const& client, Variables const& variables) {
  auto const find = [&](std::string_view name) {
    auto value = name.empty() ? std::nullopt : variables(std::string{name});
    return value && !value->empty() ? value : std::nullopt;
  };
  if (auto const named = find(client.home_variable))
    return std::filesystem::absolute(std::filesystem::path{*named});
  auto const config = find("XDG_CONFIG_HOME");
  std::string_view const place = client.user_dir;
  if (place.starts_with("$config") && config && config->starts_with('/'))
    return std::filesystem::path{*config + std::string{place.substr(7)}};
  auto const home = find("HOME");
  if (!home)
    return fail(ErrorCode::not_configured, "HOME is not set: where is the configuration of this user?");
  if (place.starts_with("$config"))
    return std::filesystem::path{*home + "/.config" + std::string{place.substr(7)}};
  return std::filesystem::path{*home + std::string{place.substr(1)}};
}

/// A file of the same name for people who comment theirs, where only that is there.
std::filesystem::path prefer_present(std::filesystem::path const& file) {
  std::filesystem::path commented = file;
  commented += "c";
  std::error_code ignored;
  bool const is_json = file.extension() == ".json" && file.filename() == "opencode.json";
  return is_json && !std::filesystem::exists(file, ignored) && std::filesystem::exists(commented, ignored)
             ? commented
             : file;
}

}  // namespace

std::span<Client const> client_table() { return kClients; }

Client const* find_client(std::string_view word) {
  auto const found = std::ranges::find_if(
      kClients, [&](Client const& client) { return equal_ignoring_case(client.word, word); });
  return found == kClients.end() ? nullptr : &*found;
}

std::vector<std::string> client_words() {
  std::vector<std::string> words;
  for (Client const& client : kClients) words.emplace_back(client.word);
  return words;
}

std::optional<std::string> nearest_client(std::string_view word) {
  auto const known = client_words();
  std::string const wanted = to_lower(word);
  auto const begun =
      std::ranges::find_if(known, [&](std::string const& each) { return each.starts_with(wanted); });
  if (!wanted.empty() && begun != known.end()) return *begun;
  return nearest(word, known);
}

Result<std::filesystem::path> find_client_file(Client const& client, Scope scope, Variables const& variables,
                                               std::filesystem::path const& directory) {
  if (scope == Scope::user) {
    AGENTA_TRY(std::filesystem::path const dir, user_dir(client, variables));
    return prefer_present(dir / client.user_file);
  }
  if (client.project_file.empty()) {
    return fail(ErrorCode::unsupported,
                std::string{client.title} + " has no configuration of a project's own; leave --scope out",
                {"agenta-tools", "mcp", "install", std::string{client.word}});
  }
  return prefer_present(directory / client.project_file);
}

std::vector<std::filesystem::path> client_directories(Client const& client, Scope scope,
                                                      Variables const& variables,
                                                      std::filesystem::path const& directory) {
  std::filesystem::path own;  // below what is everybody's
  std::filesystem::path base = directory;
  if (scope == Scope::project) {
    own = std::filesystem::path{client.project_file}.parent_path();
  } else {
    std::string_view const place = client.user_dir;
    bool const is_named = !client.home_variable.empty() && variables(std::string{client.home_variable});
    std::size_t const slash = place.find('/');
    if (is_named || slash == std::string_view::npos) return {};
    own = place.substr(slash + 1);
    Client everybodys = client;
    everybodys.user_dir = place.substr(0, slash);
    auto found = user_dir(everybodys, variables);
    if (!found) return {};
    base = std::move(*found);
  }
  std::vector<std::filesystem::path> directories;
  for (; !own.empty(); own = own.parent_path()) directories.push_back(base / own);
  return directories;
}

std::string write_client_entry(Client const& client, ServerEntry const& entry) {
  if (client.form == Form::toml) return write_toml_entry(toml_entry(client, entry));
  if (client.form == Form::yaml) return write_yaml_entry(yaml_entry(client, entry));
  JsonEntry const json = json_entry(client, entry);
  std::string const compact =
      "{" + write_string(json.container) + ":{" + write_string(json.name) + ":" + json.value + "}}";
  return lay_json_out(compact, "  ", "", "\n") + "\n";
}

Result<std::string> put_client_entry(Client const& client, std::optional<std::string_view> text,
                                     ServerEntry const& entry) {
  if (client.form == Form::toml) return put_toml_entry(text, toml_entry(client, entry));
  if (client.form == Form::yaml) return put_yaml_entry(text, yaml_entry(client, entry));
  if (!text || entry.variables.empty()) return put_json_entry(text, json_entry(client, entry));
  AGENTA_TRY(auto const present, find_json_entry(*text, client.container, entry.name));
  auto const kept = present ? protocol::find_member(*present, variables_key(client)) : std::nullopt;
  bool const is_object = kept && kept->starts_with('{');
  return put_json_entry(text, json_entry(client, entry, is_object ? *kept : std::string_view{"{}"}));
}

Result<std::optional<ServerEntry>> find_client_entry(Client const& client, std::string_view text,
                                                     std::string_view name) {
  std::optional<ServerEntry> const none;
  if (client.form == Form::toml) {
    AGENTA_TRY(auto const found, find_toml_entry(text, client.container, name));
    if (!found) return none;
    auto const value_of = [&](std::string_view key) {
      auto const pair = std::ranges::find(found->pairs, key, &std::pair<std::string, std::string>::first);
      return pair == found->pairs.end() ? std::string{} : pair->second;
    };
    ServerEntry entry = entry_of(name, command_line(value_of("command"), value_of("args")));
    entry.approved = found->approved;
    for (auto const& [name_of_it, value] : found->variables)
      entry.variables.emplace_back(name_of_it, protocol::read_string(value).value_or(""));
    return std::optional{std::move(entry)};
  }
  if (client.form == Form::yaml) {
    AGENTA_TRY(auto found, find_yaml_server(text, client.container, name));
    if (!found) return none;
    ServerEntry entry = entry_of(name, std::move(found->command));
    entry.variables = std::move(found->variables);
    return std::optional{std::move(entry)};
  }
  AGENTA_TRY(auto const found, find_json_entry(text, client.container, name));
  if (!found) return none;
  std::string_view const command = protocol::find_member(*found, "command").value_or("");
  std::string_view const args = protocol::find_member(*found, "args").value_or("");
  ServerEntry entry =
      entry_of(name, command.starts_with('[') ? texts_in(command) : command_line(command, args));
  std::string_view const kept = protocol::find_member(*found, variables_key(client)).value_or("{}");
  for (protocol::JsonMember const& each :
       protocol::members_of(kept).value_or(std::vector<protocol::JsonMember>{}))
    if (auto value = protocol::read_string(each.value)) entry.variables.emplace_back(each.name, *value);
  return std::optional{std::move(entry)};
}

bool is_own_entry(ServerEntry const& entry) {
  bool const is_program = std::filesystem::path{entry.command}.filename() == "agenta-tools";
  return is_program && !entry.args.empty() && entry.args.front() == "mcp";
}

Result<std::optional<std::string>> drop_client_entry(Client const& client, std::string_view text,
                                                     std::string_view name) {
  if (client.form == Form::toml) return drop_toml_entry(text, client.container, name);
  if (client.form == Form::yaml) return drop_yaml_entry(text, client.container, name);
  return drop_json_entry(text, client.container, name);
}

Result<void> check_server_name(std::string_view name) {
  constexpr std::size_t kLongest = 32;
  bool const is_plain = std::ranges::all_of(
      name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-'; });
  if (is_plain && !name.empty() && name.size() <= kLongest) return {};
  return fail(ErrorCode::usage,
              "--name takes letters, digits, _ and -, at most 32 of them: others are rewritten by clients");
}

}  // namespace agenta::cli
