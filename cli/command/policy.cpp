#include <algorithm>
#include <filesystem>

#include "cli/command/commands.hpp"
#include "cli/terminal/card.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/style.hpp"
#include "cli/terminal/table.hpp"
#include "cli/terminal/wrap.hpp"
#include "shared/base/try.hpp"
#include "shared/policy/policy_cases.hpp"
#include "shared/protocol/codec_approval.hpp"
#include "shared/schema/arguments.hpp"

namespace agenta::cli {
namespace {

std::string hints_text(ToolHints const& hints) {
  std::string text = hints.read_only ? "read_only" : "not read_only";
  if (hints.destructive) text += ", destructive";
  if (hints.idempotent) text += ", idempotent";
  if (hints.open_world) text += ", open_world";
  return text;
}

struct ExplainOptions {
  std::string tool{};
  std::vector<std::string> arguments{};
  std::string data{};
  std::string connection{};
  std::string session{};
  std::string policy{};
};

Result<void> show_explanation(Context& context, std::string const& body) {
  AGENTA_TRY(auto const told, protocol::decode_explanation(body));
  bool const has_color = context.terminal.out_has_color();
  Card card{told.tool + ": " + std::string{name_of(told.decision.verdict)}};
  card.row("by", told.decision.rule)
      .row("reason", told.decision.reason)
      .row("policy", told.policy_source)
      .row("connection", told.connection)
      .row("hints", hints_text(told.hints));
  context.terminal.out(card.render(has_color));
  Table table{{"RULE", "LINE", "NAME", "FITS", "WHY NOT"}};
  table.keep(0).keep(3);
  for (protocol::ConsideredRule const& each : told.considered) {
    table.add({std::to_string(each.rule), std::to_string(each.line), each.name, each.fits ? "yes" : "no",
               each.why_not});
  }
  if (!table.empty()) {
    context.terminal.out("\n");
    print(context.terminal, table, "");
  }
  return {};
}

Result<void> run_explain(Context& context, ExplainOptions const& options) {
  if (!options.session.empty() && !options.policy.empty())
    return fail(ErrorCode::usage, "--session and --policy are two policies: give one of them");
  protocol::ExplainRequest request;
  request.tool = options.tool;
  request.connection = options.connection;
  request.session = options.session;
  if (!options.policy.empty()) {
    AGENTA_TRY(request.policy, read_input(context, options.policy));
    request.source = options.policy;
  }
  std::optional<std::string> data;
  if (!options.data.empty()) {
    AGENTA_TRY(data, read_data(context, options.data));
  }
  auto const read = [&context](std::string const& path) { return read_input(context, path); };
  AGENTA_TRY(auto arguments, schema::build_arguments(options.arguments, data, read));
  request.arguments = std::move(arguments.json);
  request.text_paths = std::move(arguments.text_paths);
  AGENTA_TRY(auto const reply, context.call_far(protocol::explain_policy(request)));
  AGENTA_CHECK(present(context, reply.body, [&] { return show_explanation(context, reply.body); }));
  AGENTA_TRY(auto const told, protocol::decode_explanation(reply.body));
  for (std::string const& each : told.warnings) context.say(each);
  return {};
}

/// Why, in full: a cell of the table would cut it.
void print_failed(Context& context, protocol::PolicyTestReport const& report) {
  std::string text;
  for (protocol::PolicyTestCase const& each : report.cases) {
    if (each.ok) continue;
    std::string const line = "line " + std::to_string(each.line) + ", " + each.tool + ": " + each.message;
    text += wrapped(line, 2, context.terminal.width());
  }
  if (!text.empty()) context.terminal.out("\n" + text);
}

Result<void> show_report(Context& context, protocol::PolicyTestReport const& report) {
  Table table{{"LINE", "TOOL", "EXPECTED", "IS", "BY", "OK"}};
  table.keep(1).keep(5).paint(5, [](std::string_view cell) { return cell == "yes" ? Ink::green : Ink::red; });
  for (protocol::PolicyTestCase const& each : report.cases) {
    table.add({std::to_string(each.line), each.tool, std::string{name_of(each.expect)},
               each.decision ? std::string{name_of(each.decision->verdict)} : "?",
               each.decision ? each.decision->rule : "", each.ok ? "yes" : "no"});
  }
  print(context.terminal, table, "");
  print_failed(context, report);
  // Where some failed, how many is the last word, on stderr.
  std::string text = "\n";
  if (report.failed == 0) text += std::to_string(report.passed) + " passed, 0 failed. ";
  text += std::to_string(report.rules - report.uncovered.size()) + " of " + std::to_string(report.rules) +
          " rules decided a case";
  if (report.uncovered.empty()) {
    text += ".\n";
  } else {
    text += "; no case reaches:\n";
    for (protocol::UncoveredRule const& each : report.uncovered) text += "  " + visible(each.rule) + "\n";
  }
  for (protocol::UnmatchedName const& each : report.unmatched)
    text += visible("No tool is called " + each.name + ": " + each.rule) + "\n";
  context.terminal.out(text);
  return {};
}

/// How to see why the case is decided as it is. Nothing where the tool is not known, or stdin was the policy.
std::vector<std::string> explain_step(policy::PolicyCase const& one, protocol::PolicyTestCase const& tried,
                                      std::string const& policy) {
  if (!tried.decision || policy == "-") return {};
  std::vector<std::string> step{"agenta-tools", "policy", "explain", tried.tool, "--policy", policy};
  if (one.arguments != JsonText{}) step.insert(step.end(), {"-d", one.arguments.text});
  if (!one.connection.empty()) step.insert(step.end(), {"-c", one.connection});
  return step;
}

/// `tells_first`: what is wrong with the first of them; on a terminal it is printed above.
Error cases_failed(protocol::PolicyTestReport const& report, std::string const& body, bool tells_first) {
  Error error;
  error.code = ErrorCode::check_failed;
  error.message =
      std::to_string(report.failed) + " of " + std::to_string(report.cases.size()) + " cases failed";
  auto const first = std::ranges::find_if(report.cases, [](auto const& each) { return !each.ok; });
  if (tells_first && first != report.cases.end())
    error.message += "; the first, in line " + std::to_string(first->line) + ": " + first->message;
  error.context.text = body;
  return error;
}

Result<void> run_test(Context& context, std::string const& file) {
  protocol::PolicyTestRequest request;
  AGENTA_TRY(request.text, read_input(context, file));
  request.source = file;
  AGENTA_TRY(auto const cases, policy::parse_cases(request.text, file));
  if (cases.policy) {
    std::filesystem::path const named = *cases.policy;
    auto const beside =
        named.is_absolute() || file == "-" ? named : std::filesystem::path{file}.parent_path() / named;
    request.policy_source = beside.string();
    AGENTA_TRY(request.policy, read_input(context, beside.string()));
  }
  AGENTA_TRY(auto const reply, context.call_far(protocol::test_policy(request)));
  AGENTA_TRY(auto const report, protocol::decode_policy_report(reply.body));
  // The error document has the report then, and stands alone.
  bool const stands_alone = report.failed > 0 && context.flags.json;
  if (!stands_alone) AGENTA_CHECK(present(context, reply.body, [&] { return show_report(context, report); }));
  if (report.failed == 0) return {};
  Error error = cases_failed(report, reply.body, context.wants_json());
  for (std::size_t i = 0; i < std::min(report.cases.size(), cases.cases.size()); ++i) {
    if (report.cases[i].ok) continue;
    error.next_step =
        explain_step(cases.cases[i], report.cases[i], cases.policy ? request.policy_source : file);
    break;
  }
  return fail(std::move(error));
}

}  // namespace

RunFn add_policy_explain(Syntax& syntax) {
  auto options = std::make_shared<ExplainOptions>();
  syntax.argument("TOOL", options->tool, "Slug of a tool")
      .completes(Completes::tool)
      .arguments("K=V", options->arguments, "Arguments, as of execute")
      .option("-d,--data", "JSON", options->data, "All arguments as a JSON object, @FILE or - for stdin")
      .option("-c,--connection", "CONNECTION", options->connection, "Slug of the connection it would run on")
      .completes(Completes::connection)
      .option("--session", "SESSION", options->session, "The policy of this session")
      .option("--policy", "FILE", options->policy, "The policy in this file, or - for stdin")
      .note(
          "Says which rule decides the call, and why the rules before it do not. Nothing is run. Without "
          "--session and --policy it is the default for agents that is asked.")
      .example("agenta-tools policy explain GITHUB_DELETE_A_REPOSITORY owner=acme --policy policy.toml")
      .example("agenta-tools policy explain GMAIL_SEND_EMAIL --session work");
  return [options](Context& context) { return run_explain(context, *options); };
}

RunFn add_policy_test(Syntax& syntax) {
  auto file = std::make_shared<std::string>();
  syntax.argument("FILE", *file, "A policy with its cases, or cases that name their policy; - for stdin")
      .note(
          "Tries every [[case]] of the file, and says which rules no case reaches. A case that is not as "
          "expected ends in exit code 1; "
          "with --json the report is then in the error's context.")
      .example("agenta-tools policy test policy.toml");
  return [file](Context& context) { return run_test(context, *file); };
}

}  // namespace agenta::cli
