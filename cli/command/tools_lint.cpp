#include <algorithm>
#include <map>

#include "cli/clients/client_table.hpp"
#include "cli/command/catalog_flags.hpp"
#include "cli/command/commands.hpp"
#include "cli/command/lint_rules.hpp"
#include "cli/command/session_tools.hpp"
#include "cli/command/tool_name.hpp"
#include "cli/command/view.hpp"
#include "cli/terminal/wrap.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/domain/session.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using protocol::write_string;

struct LintOptions : NetworkOption {
  std::vector<std::string> integrations{};
  std::string tools{};
  std::string session{};
  std::vector<std::string> clients{};
  std::string name{"agenta"};
  bool strict = false;
  ViewOptions view{};
};

Result<std::vector<std::string>> read_clients(std::vector<std::string> const& given) {
  auto const known = lint_client_words();
  std::vector<std::string> clients;
  for (std::string const& each : given) {
    for (std::string const& word : split(each, ',')) {
      std::string const client = to_lower(trim(word));
      if (std::ranges::find(known, client) == known.end()) {
        std::string message = "--client knows " + join(known, ", ") + ", and not " + client;
        auto meant = nearest_client(client);
        if (!meant) meant = nearest(client, known);
        if (meant) message += "; did you mean " + *meant + "?";
        return fail(ErrorCode::usage, std::move(message));
      }
      clients.push_back(client);
    }
  }
  return clients;
}

Result<void> check_sources(LintOptions const& options) {
  int const sources = (options.integrations.empty() ? 0 : 1) + (options.tools.empty() ? 0 : 1) +
                      (options.session.empty() ? 0 : 1);
  if (sources == 1) return {};
  return fail(ErrorCode::usage,
              sources == 0 ? "name integrations, or tools with --tools, or a session with --session"
                           : "name integrations, or --tools, or --session, and one of them alone",
              {"agenta-tools", "help", "tools", "lint"});
}

/// The tools of one request, as the MCP server describes them.
Result<void> fetch_definitions(Context& context, protocol::SchemaQuery query,
                               std::map<std::string, LintTool>& into) {
  query.format = "mcp";
  AGENTA_TRY(auto const reply, context.call_far(protocol::get_schemas(query)));
  AGENTA_TRY(auto const page, protocol::decode_definitions(reply.body));
  for (ToolDefinition const& each : page.items) {
    LintTool tool;
    tool.slug = each.tool.text;
    auto const description = protocol::find_member(each.definition.text, "description");
    tool.description = protocol::read_string(description.value_or("\"\"")).value_or("");
    tool.input_schema = protocol::find_member(each.definition.text, "inputSchema").value_or("{}");
    into.insert_or_assign(tool.slug, std::move(tool));
  }
  return {};
}

/// The slugs of all tools that are known here.
Result<std::vector<std::string>> fetch_slugs(Context& context, LintOptions const& options,
                                             std::vector<std::string> const& selectors) {
  AGENTA_TRY(auto const limit, read_page_size("", true));
  AGENTA_TRY(auto const body, fetch_list(context, true, [&](std::string const& cursor) {
               protocol::ToolQuery query;
               query.limit = limit;
               query.cursor = cursor;
               query.network = options.network();
               return protocol::list_tools(query);
             }));
  AGENTA_TRY(auto const page, protocol::decode_tools(body));
  std::vector<std::string> slugs;
  for (Tool const& tool : page.items) {
    if (selects(selectors, tool.slug, tool.integration)) slugs.push_back(tool.slug.text);
  }
  return slugs;
}

/// What `--tools` names, as `mcp --tools` would: services, tools and patterns.
Result<void> fetch_selected(Context& context, LintOptions const& options,
                            std::map<std::string, LintTool>& into) {
  std::vector<std::string> slugs;
  std::vector<std::string> patterns;
  std::vector<std::string> integrations;
  for (std::string const& part : split(options.tools, ',')) {
    std::string const word{trim(part)};
    if (word.empty()) return fail(ErrorCode::usage, "--tools has an empty name in it");
    bool const is_pattern = word.find_first_of("*?") != std::string::npos;
    // An integration's slug is in lower case.
    bool const is_integration =
        word == to_lower(word) && word.find('.') == std::string::npos && word.find("__") == std::string::npos;
    (is_pattern ? patterns : is_integration ? integrations : slugs).push_back(word);
  }
  if (!patterns.empty()) {
    AGENTA_TRY(auto const found, fetch_slugs(context, options, patterns));
    slugs.insert(slugs.end(), found.begin(), found.end());
  }
  for (std::string const& each : integrations) {
    AGENTA_CHECK(fetch_definitions(context, {.integration = each, .network = options.network()}, into));
  }
  constexpr std::size_t kMostAtOnce = 100;  // their names go into the request's first line
  for (std::size_t first = 0; first < slugs.size(); first += kMostAtOnce) {
    protocol::SchemaQuery query{.network = options.network()};
    for (std::size_t i = first; i < std::min(first + kMostAtOnce, slugs.size()); ++i) {
      AGENTA_TRY(auto const reference, read_tool_name(slugs[i]));
      query.tools.push_back(reference.slug.text);
    }
    AGENTA_CHECK(fetch_definitions(context, query, into));
  }
  return {};
}

Result<std::vector<LintTool>> fetch_tools(Context& context, LintOptions const& options) {
  std::vector<LintTool> tools;
  if (!options.session.empty()) {
    AGENTA_TRY(auto const listed, list_session_tools(context, options.session));
    for (SessionTool const& each : listed) {
      if (each.verdict == "deny") continue;  // the server does not offer them
      tools.push_back(
          {.slug = each.slug, .description = each.description, .input_schema = each.input_schema});
    }
    return tools;
  }
  std::map<std::string, LintTool> found;
  for (std::string const& each : options.integrations) {
    AGENTA_CHECK(fetch_definitions(context, {.integration = each, .network = options.network()}, found));
  }
  if (!options.tools.empty()) {
    AGENTA_CHECK(fetch_selected(context, options, found));
  }
  for (auto& [slug, tool] : found) tools.push_back(std::move(tool));
  return tools;
}

std::size_t count_of(LintReport const& report, Severity severity, std::string_view client = "") {
  return static_cast<std::size_t>(std::ranges::count_if(report.findings, [&](Finding const& each) {
    return each.severity == severity &&
           (client.empty() || std::ranges::find(each.clients, client) != each.clients.end());
  }));
}

std::string document_of(LintReport const& report) {
  std::string items;
  for (Finding const& each : report.findings) {
    std::string clients;
    for (std::string const& client : each.clients)
      clients.append(clients.empty() ? "" : ",").append(write_string(client));
    std::string item = with_member("{}", "clients", "[" + clients + "]");
    item = with_member(item, "tool", each.tool.empty() ? "null" : write_string(each.tool));
    item = with_member(item, "rule", write_string(each.rule));
    item = with_member(item, "severity", write_string(name_of(each.severity)));
    items.append(items.empty() ? "" : ",").append(with_member(item, "message", write_string(each.message)));
  }
  std::string clients;
  for (ListSize const& size : report.sizes) {
    std::string item = with_member("{}", "client", write_string(size.client));
    item = with_member(item, "tools", std::to_string(size.tools));
    item = with_member(item, "bytes", std::to_string(size.bytes));
    item = with_member(item, "tokens", std::to_string(size.tokens));
    for (Severity const severity : {Severity::error, Severity::warning, Severity::note}) {
      item = with_member(item, std::string{name_of(severity)} + "s",
                         std::to_string(count_of(report, severity, size.client)));
    }
    clients.append(clients.empty() ? "" : ",").append(item);
  }
  return "{\"items\":[" + items + "],\"total\":" + std::to_string(report.findings.size()) +
         ",\"next_cursor\":null,\"clients\":[" + clients + "]}";
}

Ink ink_of_severity(std::string_view word) {
  if (word == name_of(Severity::error)) return Ink::red;
  return word == name_of(Severity::warning) ? Ink::yellow : Ink::plain;
}

/// Whom a finding is about, in a cell: one by name, and of many how many.
std::string clients_cell(Finding const& finding, LintReport const& report) {
  if (finding.clients.size() == 1) return finding.clients.front();
  if (finding.clients.size() == report.sizes.size()) return "all";
  return std::to_string(finding.clients.size()) + " clients";
}

/// What is found, and of which clients where the cell has no room for their names.
std::string message_of(Finding const& finding, LintReport const& report) {
  bool const is_told = finding.clients.size() == 1 || finding.clients.size() == report.sizes.size();
  return is_told ? finding.message : finding.message + " (" + join(finding.clients, ", ") + ")";
}

/// A line of the table for each finding. Where there is no room the words are under it, whole: they are what
/// it is about.
std::string findings_text(Context const& context, LintReport const& report) {
  bool const wide = is_wide(context);
  std::vector<std::string> titles{"SEVERITY", "CLIENT", "TOOL", "RULE"};
  if (wide) titles.emplace_back("MESSAGE");
  Table table{std::move(titles)};
  table.whole(0).whole(1).keep(2).paint(0, ink_of_severity);
  if (!wide) table.whole(3);
  for (Finding const& each : report.findings) {
    std::vector<std::string> cells{std::string{name_of(each.severity)}, clients_cell(each, report),
                                   each.tool.empty() ? "-" : each.tool, each.rule};
    if (wide) cells.push_back(message_of(each, report));
    table.add(std::move(cells));
  }
  std::string const text = table_text(context, table, "Nothing is wrong with them.");
  if (wide || table.empty()) return text;
  constexpr int kIndent = 10;  // under the client
  auto const lines = split(text, '\n');
  std::string out = lines.front() + "\n";
  for (std::size_t i = 0; i < report.findings.size(); ++i)
    out += lines[i + 1] + "\n" +
           wrapped(message_of(report.findings[i], report), kIndent, context.terminal.width());
  return out;
}

View render(Context const& context, LintReport const& report) {
  View view;
  view.text = findings_text(context, report);
  for (ListSize const& size : report.sizes) {
    view.notes.push_back(size.client + ": " + std::to_string(size.tools) + " tools, about " +
                         std::to_string(size.tokens) + " tokens");
  }
  return view;
}

Error failed(LintReport const& report, LintOptions const& options, std::string const& document) {
  std::size_t const errors = count_of(report, Severity::error);
  std::size_t const warnings = options.strict ? count_of(report, Severity::warning) : 0;
  auto const first = std::ranges::find_if(report.findings, [&](Finding const& each) {
    return each.severity == Severity::error || (options.strict && each.severity == Severity::warning);
  });
  std::string const number =
      std::to_string(errors + warnings) + (errors + warnings == 1 ? " finding" : " findings");
  Error error;
  error.code = ErrorCode::check_failed;
  error.message = number + ", the first for " + join(first->clients, ", ") + ": " +
                  (first->tool.empty() ? "" : first->tool + ": ") + first->message;
  error.context.text = document;
  return error;
}

Result<void> run_lint(Context& context, LintOptions const& options) {
  AGENTA_TRY(auto const clients, read_clients(options.clients));
  AGENTA_CHECK(check_sources(options));
  AGENTA_CHECK(check_server_name(options.name));
  AGENTA_TRY(auto const tools, fetch_tools(context, options));
  LintReport const report = lint_tools(tools, clients, options.name);
  std::string const document = document_of(report);
  bool const is_bad =
      count_of(report, Severity::error) > 0 || (options.strict && count_of(report, Severity::warning) > 0);
  // The error document has the findings then, and stands alone.
  if (is_bad && context.flags.json) return fail(failed(report, options, document));
  AGENTA_CHECK(present_view(context, document, options.view,
                            [&]() -> Result<View> { return render(context, report); }));
  if (is_bad) return fail(failed(report, options, document));
  return {};
}

}  // namespace

RunFn add_tools_lint(Syntax& syntax) {
  auto options = std::make_shared<LintOptions>();
  syntax.arguments("INTEGRATION", options->integrations, "Services whose tools are looked at")
      .completes(Completes::integration)
      .option("--tools", "A,B", options->tools, "These instead: slugs of services or tools, or patterns")
      .option("--session", "SESSION", options->session, "What the MCP server offers of this session")
      .options("--client", "CLIENT", options->clients, join(lint_client_words(), ", ") + " (default: all)")
      .one_of(lint_client_words())
      .option("--name", "NAME", options->name, "What the client calls the MCP server (default: agenta)")
      .flag("--strict", options->strict, "Take warnings for errors");
  add_offline_flag(syntax, *options);
  add_view_flags(syntax, options->view);
  syntax
      .note(
          "Says what a client or a model does not take of these tools before it meets them: names, how many "
          "there are, descriptions, schemas. Ends with 1 where something is an error; the findings are then "
          "in the error's context.")
      .note(
          "Tokens are a quarter of the bytes of names, descriptions and schemas: an estimate for comparing.")
      .example("agenta-tools tools lint github --client cursor")
      .example("agenta-tools tools lint --session triage --client claude-code --strict");
  return [options](Context& context) { return run_lint(context, *options); };
}

}  // namespace agenta::cli
