#include "daemon/custom/command_runner.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <set>

#include "daemon/custom/child_process.hpp"
#include "daemon/custom/outcomes.hpp"
#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon {
namespace {

constexpr char const* kPath = "/usr/local/bin:/usr/bin:/bin";

std::vector<std::string> environment_of(custom::Command const& command, Variables const& variables) {
  std::vector<std::string> environment;
  std::set<std::string> names{"HOME", "LANG", "PATH", "TZ", "USER"};
  names.insert(command.environment.begin(), command.environment.end());
  for (std::string const& name : names) {
    auto value = variables(name);
    if (!value && name == "PATH") value = kPath;
    if (value) environment.push_back(std::string{name}.append("=").append(*value));
  }
  return environment;
}

/// The program's path; a name is looked for as a shell does.
std::filesystem::path find_program(std::string const& name, Variables const& variables) {
  if (name.find('/') != std::string::npos) return name;
  for (std::string const& directory : split(variables("PATH").value_or(kPath), ':')) {
    std::filesystem::path const path = std::filesystem::path{directory} / name;
    std::error_code ignored;
    bool const is_file = path.is_absolute() && std::filesystem::is_regular_file(path, ignored);
    if (is_file && ::access(path.c_str(), X_OK) == 0) return path;
  }
  return {};
}

/// The end of what a program complained of: where its last words are.
std::string tail_of(std::string const& text) {
  constexpr std::size_t kMost = 2000;
  auto const trimmed = trim(text);
  if (trimmed.size() <= kMost) return std::string{trimmed};
  auto tail = trimmed.substr(trimmed.size() - kMost);
  auto const line = tail.find('\n');
  if (line != std::string_view::npos && line < kMost / 2) tail.remove_prefix(line + 1);
  while (!tail.empty() && (static_cast<unsigned char>(tail[0]) & 0xC0U) == 0x80U) tail.remove_prefix(1);
  return "…" + std::string{tail};
}

std::string texts_of(ChildEnd const& end) {
  return "{\"stdout\":" + protocol::write_string(end.out) + ",\"stderr\":" + protocol::write_string(end.err) +
         ",\"exit_code\":" + (end.exit_code < 0 ? "null" : std::to_string(end.exit_code)) + "}";
}

ExecuteOutcome ended_by_us(custom::Declaration const& declared, ChildEnd const& end,
                           bool is_tools_own_limit) {
  std::string const& slug = declared.tool.slug.text;
  bool const reads = hints_of(declared.tool).read_only;
  std::string const why = end.why == ChildEnd::Why::stopped ? "was cancelled, and the command ended"
                          : is_tools_own_limit              ? "took longer than its timeout of " +
                                                     format_duration(declared.timeout) + ", and was ended"
                                               : "did not end in time, and was ended";
  if (!reads) return begun(ErrorCode::outcome_unknown, Fate::unknown, slug + " " + why + "; it may have run");
  ErrorCode const code = end.why == ChildEnd::Why::stopped ? ErrorCode::cancelled : ErrorCode::timeout;
  // A cancelled read counts as one that was not answered: it is `cancelled`, and not `failed`.
  return begun(code, end.why == ChildEnd::Why::stopped ? Fate::unknown : Fate::answered, slug + " " + why);
}

ExecuteOutcome outcome_of(custom::Declaration const& declared, ChildEnd const& end, bool is_tools_own_limit) {
  if (end.why == ChildEnd::Why::deadline || end.why == ChildEnd::Why::stopped)
    return ended_by_us(declared, end, is_tools_own_limit);
  if (end.why == ChildEnd::Why::too_much_output) {
    return tool_failed("the command said more than " + std::to_string(declared.max_output) +
                           " bytes (max_output), and was ended; what it did until then is done",
                       texts_of(end));
  }
  std::string const words = tail_of(end.err);
  std::string const more = words.empty() ? "" : ": " + words;
  if (end.signal != 0) {
    char const* const name = ::sigabbrev_np(end.signal);
    return tool_failed(
        "the command was killed by " +
            (name == nullptr ? "signal " + std::to_string(end.signal) : "SIG" + std::string{name}) + more,
        texts_of(end));
  }
  if (end.exit_code != 0)
    return tool_failed("the command exited with " + std::to_string(end.exit_code) + more, texts_of(end));
  if (declared.output == custom::Output::text) return succeeded(texts_of(end));
  std::string const json{trim(end.out)};
  if (!protocol::is_json(json))
    return tool_failed("the command exited with 0 and printed no JSON", texts_of(end));
  return succeeded(json);
}

}  // namespace

ExecuteOutcome run_command(ProviderCall const& call, SteadyTime until, custom::Declaration const& declared,
                           custom::Command const& command, JsonText const& arguments,
                           Variables const& variables) {
  auto words = custom::fill_arguments(command.argv, custom::Values{arguments});
  if (!words) return not_run(std::move(words).error());
  ChildProcess child;
  std::string const name = words->front();
  child.program = find_program(name, variables);
  child.arguments.assign(words->begin() + 1, words->end());
  child.environment = environment_of(command, variables);
  if (!command.directory.empty()) child.directory = command.directory;
  if (command.json_input) child.input = arguments.text;
  child.most_output = declared.max_output;
  child.deadline = until;
  child.stop = call.stop;
  auto const end = child.program.empty() ? OsResult<ChildEnd>{os_failure(ENOENT, "find " + name + " on PATH")}
                                         : run_child(child);
  if (!end) {
    return not_run(
        fail(ErrorCode::tool_failed,
             declared.tool.slug.text + " cannot be started, so nothing ran: " + end.error().message())
            .error());
  }
  return outcome_of(declared, *end, until < call.deadline);
}

}  // namespace agenta::daemon
