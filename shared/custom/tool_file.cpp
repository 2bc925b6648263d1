#include "shared/custom/tool_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shared/base/clock.hpp"
#include "shared/base/private_dir.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/custom/action_reader.hpp"
#include "shared/custom/toml_table.hpp"
#include "shared/protocol/json_slice.hpp"
#include "shared/schema/validate.hpp"

namespace agenta::custom {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kLargestFile = 1 << 20;
constexpr std::size_t kMostTools = 500;

/// `1MB`, `512KiB`, `65536B`.
std::optional<std::size_t> parse_size(std::string_view text) {
  std::size_t number = 0;
  std::size_t digits = 0;
  while (digits < text.size() && digits < 10 && text[digits] >= '0' && text[digits] <= '9')
    number = number * 10 + static_cast<std::size_t>(text[digits++] - '0');
  if (digits == 0) return std::nullopt;
  std::string const unit = to_lower(trim(text.substr(digits)));
  if (unit == "b") return number;
  if (unit == "kb") return number * 1000;
  if (unit == "kib") return number << 10U;
  if (unit == "mb") return number * 1'000'000;
  if (unit == "mib") return number << 20U;
  return std::nullopt;
}

bool is_slug(std::string_view slug) {
  constexpr std::size_t kLongest = 64;  // of a function's name at the model APIs
  return slug.starts_with(kCustomToolPrefix) && slug.size() > kCustomToolPrefix.size() &&
         slug.size() <= kLongest && std::ranges::all_of(slug, [](char const c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
         });
}

/// `CUSTOM_DEPLOY_SITE` is called `Deploy site`.
std::string name_of(std::string_view slug) {
  std::string name = replace_all(to_lower(slug.substr(kCustomToolPrefix.size())), "_", " ");
  if (!name.empty()) name[0] = to_upper(name.substr(0, 1))[0];
  return name;
}

class ToolReader {
 public:
  ToolReader(std::string slug, toml::table const& table, std::filesystem::path const& file,
             ReadText const& read_schema, Problems& problems)
      : slug_(std::move(slug)), tool_(table, slug_, problems), file_(file), read_schema_(read_schema) {}

  Declaration read() {
    Declaration declared;
    Tool& tool = declared.tool;
    tool.slug.text = slug_;
    tool.integration.text = kIntegration;
    tool.no_auth = true;
    tool.name = tool_.text("name").value_or(name_of(slug_));
    tool.description = tool_.text("description").value_or("");
    bool const is_text = tool_.find("description") == nullptr || tool_.find("description")->is_string();
    if (is_text && trim(tool.description).empty())
      tool_.complain("description", "is missing: say what the tool does");
    read_hints(tool);
    read_limits(declared);
    tool.input_schema.text = read_input();
    read_action(declared);
    return declared;
  }

 private:
  void read_hints(Tool& tool) {
    bool const read_only = tool_.boolean("read_only", false);
    bool const destructive = tool_.boolean("destructive", false);
    if (read_only && destructive) tool_.complain("destructive", "is not true of what is read_only");
    if (read_only) tool.tags.emplace_back("readOnlyHint");
    if (destructive) tool.tags.emplace_back("destructiveHint");
    if (tool_.boolean("idempotent", false)) tool.tags.emplace_back("idempotentHint");
    if (tool_.boolean("open_world", false)) tool.tags.emplace_back("openWorldHint");
  }

  void read_limits(Declaration& declared) {
    constexpr milliseconds kLeast{100};
    constexpr milliseconds kMost{std::chrono::hours{24}};
    constexpr std::size_t kMostOutput = std::size_t{64} << 20U;
    auto const timeout = parse_duration(tool_.text("timeout").value_or("60s"));
    if (!timeout || *timeout < kLeast || *timeout > kMost) {
      tool_.complain("timeout", "is a duration from 100ms to 24h, such as 30s");
    } else {
      declared.timeout = *timeout;
    }
    auto const size = parse_size(tool_.text("max_output").value_or("1MB"));
    if (!size || *size == 0 || *size > kMostOutput) {
      tool_.complain("max_output", "is a size from 1B to 64MiB, such as 1MB");
    } else {
      declared.max_output = *size;
    }
  }

  /// The schema as JSON, which takes nothing where none is declared.
  std::string read_input() {
    constexpr char const* kNothing = R"({"type":"object","properties":{},"additionalProperties":false})";
    auto const path = tool_.text("schema");
    if (tool_.find("schema") != nullptr && tool_.find("input") != nullptr)
      tool_.complain("schema", "and input are two schemas: keep one");
    std::string json = kNothing;
    if (path) {
      auto text =
          read_schema_(path->starts_with('/') ? std::filesystem::path{*path} : file_.parent_path() / *path);
      if (!text) {
        tool_.complain("schema", "cannot be read: " + text.error().message);
        return kNothing;
      }
      json = std::move(*text);
    } else if (toml::table const* const input = tool_.inner("input")) {
      json = json_of(*input, tool_.problems());
    }
    std::string_view const key = path ? "schema" : "input";
    if (!protocol::is_json(json) || !protocol::members_of(json) || !schema::Schema::parse({json})) {
      tool_.complain(key, "is no JSON Schema of an object");
      return kNothing;
    }
    auto const type = protocol::find_member(json, "type");
    if (!type || protocol::read_string(*type) != "object")
      tool_.complain(key, "describes an object: it says type = \"object\"");
    read_names(json);
    return json;
  }

  void read_names(std::string const& json) {
    auto const properties = protocol::find_member(json, "properties");
    auto const members = protocol::members_of(properties.value_or("{}"));
    if (!members) return tool_.complain("input", "has properties that are no table");
    for (protocol::JsonMember const& each : *members) {
      names_.properties.insert(each.name);
      if (!each.value.starts_with('{') && each.value != "true" && each.value != "false")
        tool_.complain("input", "has a property " + each.name + " that is no schema");
    }
    auto const required = protocol::elements_of(protocol::find_member(json, "required").value_or("[]"));
    if (!required) return tool_.complain("input", "has a required that is no list");
    for (std::string_view const each : *required) {
      std::string const name = protocol::read_string(each).value_or(std::string{each});
      if (!names_.properties.contains(name)) tool_.complain("input", "requires " + name + ", no property");
      names_.required.insert(name);
    }
  }

  void read_action(Declaration& declared) {
    bool const runs = tool_.find("command") != nullptr;
    bool const asks = tool_.find("http") != nullptr;
    std::vector<std::string> known{"name",       "description", "read_only",  "destructive", "idempotent",
                                   "open_world", "timeout",     "max_output", "input",       "schema",
                                   "output",     "command",     "http"};
    if (runs || !asks) known.insert(known.end(), {"stdin", "env", "cwd"});
    tool_.refuse_others(known);
    if (runs == asks) {
      tool_.problems().add(tool_.where("command"), slug_ + ": a tool has a command or http, " +
                                                       (runs ? "and not both" : "one of them"));
      return;
    }
    ActionReader reader{tool_, names_};
    if (runs) {
      declared.output = tool_.word("output", {"text", "json"}) == "json" ? Output::json : Output::text;
      declared.action = reader.read_command();
    } else if (toml::table const* const http = tool_.inner("http")) {
      declared.output = tool_.word("output", {"json", "text"}) == "json" ? Output::json : Output::text;
      declared.action = reader.read_http(*http);
    }
  }

  std::string slug_;
  TableReader tool_;
  std::filesystem::path const& file_;
  ReadText const& read_schema_;
  SchemaNames names_{};
};

void read_tools(toml::table const& root, std::filesystem::path const& file, ReadText const& read_schema,
                Problems& problems, std::vector<Declaration>& into) {
  TableReader top{root, "the file", problems};
  top.refuse_others({"tools"});
  toml::table const* const tools = top.inner("tools");
  if (tools == nullptr) return;
  if (tools->size() > kMostTools)
    problems.add(tools->source(), "over " + std::to_string(kMostTools) + " tools");
  for (auto const& [key, node] : *tools) {
    std::string const slug{key.str()};
    if (!is_slug(slug)) {
      problems.add(key.source(), slug +
                                     " is no tool's name here: it is CUSTOM_ and then A-Z, 0-9 and _, at "
                                     "most 64 characters in all");
    } else if (toml::table const* const table = node.as_table()) {
      into.push_back(ToolReader{slug, *table, file, read_schema, problems}.read());
    } else {
      problems.add(node.source(), slug + " is a table: [tools." + slug + "]");
    }
  }
}

unexpected<Error> refuse(std::filesystem::path const& file, std::vector<Problem>& problems) {
  constexpr std::size_t kMostTold = 50;
  std::ranges::stable_sort(problems, {}, [](Problem const& each) {
    return std::pair{each.line, each.column};
  });
  auto const place = [&](Problem const& each) {
    return file.string() + ":" + std::to_string(each.line) + ":" + std::to_string(each.column);
  };
  Error error;
  error.code = ErrorCode::invalid_request;
  error.message = place(problems.front()) + ": " + problems.front().message;
  if (problems.size() > 1) error.message += " (and " + std::to_string(problems.size() - 1) + " more)";
  error.context.text = "{\"file\":" + protocol::write_string(file.string()) + ",\"problems\":[";
  for (std::size_t i = 0; i < std::min(problems.size(), kMostTold); ++i) {
    Problem const& each = problems[i];
    error.context.text += std::string{i > 0 ? "," : ""} + "{\"line\":" + std::to_string(each.line) +
                          ",\"column\":" + std::to_string(each.column) +
                          ",\"message\":" + protocol::write_string(each.message) + "}";
  }
  error.context.text += "]}";
  error.next_step = {"agenta-tools", "tools", "check"};
  return fail(std::move(error));
}

/// A file that says what is run here: who may write it, may run anything as this user.
Result<std::string> load_trusted(std::filesystem::path const& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) {
    return fail(ErrorCode::invalid_request,
                "there is no " + file.string() + ": " + std::string{std::strerror(errno)});
  }
  if (!S_ISREG(info.st_mode)) return fail(ErrorCode::forbidden, file.string() + " is no regular file");
  if (info.st_uid != ::geteuid() && info.st_uid != 0) {
    return fail(ErrorCode::forbidden, file.string() + " belongs to another user (uid " +
                                          std::to_string(info.st_uid) +
                                          "), who could have anything run as you");
  }
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return fail(
        ErrorCode::forbidden,
        "others can write " + file.string() + ", and have anything run as you: chmod go-w " + file.string(),
        {"chmod", "go-w", file.string()});
  }
  auto text = read_file(file, kLargestFile);
  if (!text) return fail(error_from(text.error(), ErrorCode::invalid_request));
  return std::move(*text);
}

}  // namespace

Result<std::vector<Declaration>> parse_tool_file(std::string const& text, std::filesystem::path const& file,
                                                 ReadText const& read_schema) {
  Problems problems;
  std::vector<Declaration> tools;
  auto const parsed = toml::parse(std::string_view{text});
  if (!parsed) {
    problems.add(parsed.error().source(), std::string{parsed.error().description()});
  } else {
    read_tools(parsed.table(), file, read_schema, problems, tools);
  }
  if (!problems.list().empty()) return refuse(file, problems.list());
  return tools;
}

Result<ToolFile> load_tool_file(std::filesystem::path const& file) {
  ToolFile loaded;
  AGENTA_TRY(loaded.text, load_trusted(file));
  std::string schemas;
  auto const read_schema = [&](std::filesystem::path const& path) -> Result<std::string> {
    AGENTA_TRY(std::string schema, load_trusted(path));
    schemas += schema;
    return schema;
  };
  AGENTA_TRY(loaded.tools, parse_tool_file(loaded.text, file, read_schema));
  loaded.text += schemas;
  return loaded;
}

}  // namespace agenta::custom
