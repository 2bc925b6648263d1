#include "cli/command/lint_rules.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <tuple>

#include "cli/command/lint_clients.hpp"
#include "cli/command/lint_schema.hpp"
#include "cli/command/session_tools.hpp"
#include "shared/protocol/json_slice.hpp"
#include "shared/schema/tool_format.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kBytesAToken = 4;
constexpr std::size_t kManyTokens = 25'000;

std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Under which name the client gets the tool.
std::string offered_at(LintClient const& client, std::string const& slug) {
  return client.is_api ? schema::offered_name(ToolSlug{slug}) : server_tool_name(slug);
}

/// A report as it grows: what was found for another client already is found for one more.
class Findings {
 public:
  void add(Finding finding) {
    auto const key = std::tuple{finding.tool, finding.rule, finding.severity, finding.message};
    auto const [place, is_new] = places_.emplace(key, report_.findings.size());
    if (is_new) {
      report_.findings.push_back(std::move(finding));
      return;
    }
    auto& clients = report_.findings[place->second].clients;
    // A schema may say the same of a tool twice.
    if (clients.back() != finding.clients.front()) clients.push_back(std::move(finding.clients.front()));
  }
  void add(ListSize size) { report_.sizes.push_back(std::move(size)); }
  LintReport take() { return std::move(report_); }

 private:
  LintReport report_{};
  std::map<std::tuple<std::string, std::string, Severity, std::string>, std::size_t> places_{};
};

/// Looks at one list for one client.
class Linter {
 public:
  Linter(LintClient const& client, std::string_view server, Findings& report)
      : client_(client), server_(server), report_(report) {}

  void run(std::vector<LintTool> const& tools) {
    ListSize size;
    size.client = client_.word;
    size.tools = tools.size();
    for (LintTool const& tool : tools) size.bytes += bytes_of(tool);
    size.tokens = (size.bytes + kBytesAToken - 1) / kBytesAToken;
    lint_list(size);
    for (LintTool const& tool : tools) {
      lint_name(tool);
      lint_description(tool);
      for (Finding& each : lint_schema(tool.input_schema, client_.model)) {
        each.clients = {std::string{client_.word}};
        each.tool = tool.slug;
        report_.add(std::move(each));
      }
    }
    report_.add(std::move(size));
  }

 private:
  void add(std::string tool, std::string rule, Severity severity, std::string message) {
    Finding made;
    made.clients = {std::string{client_.word}};
    made.tool = std::move(tool);
    made.rule = std::move(rule);
    made.severity = severity;
    made.message = std::move(message);
    report_.add(std::move(made));
  }

  std::string title() const { return std::string{client_.title}; }
  std::string sent_name(LintTool const& tool) const {
    return name_at(client_, server_, offered_at(client_, tool.slug));
  }

  std::size_t bytes_of(LintTool const& tool) const {
    constexpr std::string_view kFrame = R"({"name":,"description":,"inputSchema":},)";
    return kFrame.size() + protocol::write_string(sent_name(tool)).size() +
           protocol::write_string(tool.description).size() + tool.input_schema.size();
  }

  void lint_list(ListSize const& size) {
    if (client_.tool_limit != 0 && size.tools > client_.tool_limit) {
      add("", "tools-many", client_.many_tools,
          std::to_string(size.tools) + " tools: " + title() + " " + std::string{client_.when_many});
    }
    if (size.tokens > kManyTokens) {
      add("", "tokens-many", Severity::warning,
          "about " + std::to_string(size.tokens) +
              " tokens with every request; name fewer tools, or offer them with --meta");
    }
  }

  void lint_name(LintTool const& tool) {
    std::string const offered = offered_at(client_, tool.slug);
    std::string const sent = sent_name(tool);
    bool const is_plain = std::ranges::all_of(offered, [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
    });
    if (!is_plain) {
      add(tool.slug, "name-characters", Severity::error,
          "names take letters, digits, _ and - alone: " + offered);
    }
    if (offered != tool.slug) add(tool.slug, "name-shortened", Severity::note, "is offered as " + offered);
    if (client_.name_limit != 0 && sent.size() > client_.name_limit) {
      add(tool.slug, "name-long", client_.long_name,
          sent + " has " + std::to_string(sent.size()) + " characters: over " +
              std::to_string(client_.name_limit) + " " + title() + " " + std::string{client_.when_long});
    }
    auto const [other, is_new] = seen_.emplace(sent, tool.slug);
    if (!is_new) {
      add(tool.slug, "name-duplicate", Severity::error,
          "comes as " + sent + ", and so does " + other->second);
    }
  }

  void lint_description(LintTool const& tool) {
    if (tool.description.empty()) {
      add(tool.slug, "description-missing", Severity::warning,
          "no description: a model has only the name to go by");
    }
    std::size_t const length = characters_of(tool.description);
    if (length > client_.description_limit) {
      add(tool.slug, "description-long", Severity::warning,
          "its description has " + std::to_string(length) + " characters, and " + title() + " reads " +
              std::to_string(client_.description_limit));
    }
  }

  LintClient const& client_;
  std::string_view server_;
  Findings& report_;
  std::map<std::string, std::string> seen_{};
};

}  // namespace

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::note: return "note";
  }
  __builtin_unreachable();
}

std::vector<std::string> lint_client_words() {
  std::vector<std::string> words;
  for (LintClient const& client : lint_client_table()) words.emplace_back(client.word);
  return words;
}

LintReport lint_tools(std::vector<LintTool> const& tools, std::vector<std::string> const& clients,
                      std::string_view server) {
  Findings report;
  for (LintClient const& client : lint_client_table()) {
    bool const is_asked = clients.empty() || std::ranges::find(clients, client.word) != clients.end();
    if (is_asked) Linter{client, server, report}.run(tools);
  }
  return report.take();
}

}  // namespace agenta::cli
