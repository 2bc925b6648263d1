#include "cli/command/browse_source.hpp"

#include <algorithm>

#include "cli/command/inside_step.hpp"
#include "cli/command/integration_card.hpp"
#include "cli/command/sample_call.hpp"
#include "cli/command/session_choice.hpp"
#include "cli/command/staleness.hpp"
#include "cli/command/tool_card.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/domain/connection.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::cli {
namespace {

using browse::Content;
using browse::Details;
using browse::Question;
using browse::Row;
using browse::Rows;
using browse::State;

/// How many rows a page has; of a search, how many a person may look through.
constexpr int kPageSize = 200;

State state_of(ConnectionStatus status) {
  switch (status) {
    case ConnectionStatus::pending: return State::pending;
    case ConnectionStatus::active: return State::connected;
    case ConnectionStatus::expired: return State::expired;
    case ConnectionStatus::failed: return State::failed;
    case ConnectionStatus::inactive: return State::inactive;
  }
  __builtin_unreachable();
}

std::string effects_of(ToolHints const& hints) {
  if (hints.destructive) return "destroys";
  return hints.read_only ? "only reads" : "writes";
}

/// What a person should know of an answer's age; empty where it is as fresh as it should be.
std::string age_of(ServiceReply const& reply) {
  auto const stale = find_staleness(reply);
  return stale ? staleness_line(*stale, SystemClock{}.wall()) : "";
}

/// `Connects by OAUTH2 (nothing to set up), API_KEY.`
std::string ways_to_connect(Integration const& integration) {
  std::vector<std::string> ways;
  for (std::string const& scheme : integration.auth_schemes) {
    bool const is_managed =
        std::ranges::find(integration.managed_auth_schemes, scheme) != integration.managed_auth_schemes.end();
    ways.push_back(is_managed ? scheme + " (nothing to set up)" : scheme);
  }
  return ways.empty() ? "" : "Connects by " + join(ways, ", ") + ".";
}

/// The pages are broken into lines where they are shown: as wide as that window is.
constexpr PageStyle kUnbroken{.columns = 1'000'000, .has_color = false};

class BrowseSource {
 public:
  BrowseSource(Context const& context, protocol::Network network) : context_(context), network_(network) {}

  Result<Content> answer(Question const& question, std::stop_token const& stop) const {
    switch (question.about) {
      case Question::About::tool: return tool(question, stop);
      case Question::About::integration: return integration(question, stop);
      case Question::About::rows: break;
    }
    if (!question.words.empty()) return finds(question, stop);
    bool const is_tools = !question.integration.empty() || question.scope == browse::Scope::tools;
    return is_tools ? tools(question, stop) : integrations(question, stop);
  }

 private:
  Result<ServiceReply> call(ServiceRequest request, std::stop_token const& stop) const {
    if (context_.timeout) request.timeout = context_.timeout;
    return context_.tools.call(request, stop);
  }

  std::string line(std::vector<std::string> argv) const { return shell_line(here(std::move(argv))); }

  /// The command as it is to be typed to mean what it means in this run.
  std::vector<std::string> here(std::vector<std::string> argv) const {
    if (argv.empty() || argv.front() != "agenta-tools") argv.insert(argv.begin(), "agenta-tools");
    return step_here(std::move(argv), context_.flags);
  }

  /// What Ctrl-O runs; nothing for a name that would be read as a flag.
  void set_connect(Row& row, std::string const& renewed = {}) const {
    if (row.integration.empty() || row.integration.starts_with('-')) return;
    row.connect_words = {"connect", row.integration};
    if (!renewed.empty()) row.connect_words.insert(row.connect_words.end(), {"--reconnect", renewed});
    row.connect = line(row.connect_words);
  }

  Row integration_row(Integration const& integration, State state, std::string const& connection) const {
    Row row;
    row.kind = Row::Kind::integration;
    row.slug = row.integration = integration.slug.text;
    row.name = integration.name;
    row.description = integration.description;
    row.state = integration.no_auth && state == State::not_connected ? State::not_needed : state;
    row.note = std::to_string(integration.tools_count) + (integration.tools_count == 1 ? " tool" : " tools");
    row.more = ways_to_connect(integration);
    row.show = line({"integrations", "show", row.slug});
    bool const is_broken = state == State::expired || state == State::failed;
    if (!integration.no_auth) set_connect(row, is_broken ? connection : "");
    row.use = row.connect.empty() ? line({"tools", "list", row.slug}) : row.connect;
    return row;
  }

  Row integration_row(Integration const& integration, protocol::IntegrationState const& state) const {
    return integration_row(integration, state.status ? state_of(*state.status) : State::not_connected,
                           state.connection.value_or(ConnectionId{}).text);
  }

  Row tool_row(Tool const& tool) const {
    Row row;
    row.kind = Row::Kind::tool;
    row.slug = tool.slug.text;
    row.name = tool.name;
    row.description = tool.description;
    row.integration = tool.integration.text;
    row.note = effects_of(hints_of(tool));
    return with_commands(std::move(row));
  }

  Row with_commands(Row row) const {
    row.show = line({"tools", "show", row.slug});
    row.use = line({"execute", row.slug});
    set_connect(row);
    return row;
  }

  Row row_of(SearchHit const& hit) const {
    State const state = hit.is_connected ? State::connected : State::not_connected;
    if (hit.kind == SearchHit::Kind::integration) {
      Integration integration;
      integration.slug.text = hit.slug;
      integration.name = hit.name;
      integration.description = hit.description;
      Row row = integration_row(integration, state, "");
      row.note.clear();
      return row;
    }
    Row row;
    row.slug = hit.slug;
    row.name = hit.name;
    row.description = hit.description;
    row.integration = hit.integration.text;
    row.state = state;
    row.note = effects_of(hit.hints);
    return with_commands(std::move(row));
  }

  Result<Content> integrations(Question const& question, std::stop_token const& stop) const {
    protocol::IntegrationQuery query;
    query.cursor = question.cursor;
    query.limit = kPageSize;
    query.network = network_;
    AGENTA_TRY(auto const reply, call(protocol::list_integrations(query), stop));
    AGENTA_TRY(auto const page, protocol::decode_integration_items(reply.body));
    Rows rows;
    for (auto const& each : page.items) rows.items.push_back(integration_row(each.integration, each.state));
    rows.total = page.total;
    rows.next_cursor = page.next_cursor;
    rows.remark = age_of(reply);
    return Content{std::move(rows)};
  }

  Result<Content> tools(Question const& question, std::stop_token const& stop) const {
    protocol::ToolQuery query;
    query.integration = question.integration;
    query.cursor = question.cursor;
    query.limit = kPageSize;
    query.network = network_;
    AGENTA_TRY(auto const reply, call(protocol::list_tools(query), stop));
    AGENTA_TRY(auto const page, protocol::decode_tools(reply.body));
    Rows rows;
    for (Tool const& each : page.items) rows.items.push_back(tool_row(each));
    rows.total = page.total;
    rows.next_cursor = page.next_cursor;
    rows.remark = age_of(reply);
    return Content{std::move(rows)};
  }

  Result<Content> finds(Question const& question, std::stop_token const& stop) const {
    protocol::SearchQuery query;
    query.words = question.words;
    query.integration = question.integration;
    query.limit = kPageSize;
    query.network = network_;
    bool const is_tools = !question.integration.empty() || question.scope == browse::Scope::tools;
    if (is_tools) query.kind = SearchHit::Kind::tool;
    if (!is_tools && question.scope == browse::Scope::integrations) query.kind = SearchHit::Kind::integration;
    AGENTA_TRY(auto const reply, call(protocol::search(query), stop));
    AGENTA_TRY(auto const result, protocol::decode_search(reply.body));
    Rows rows;
    for (SearchHit const& hit : result.items) rows.items.push_back(row_of(hit));
    rows.total = result.total;
    rows.remark = result.complete ? age_of(reply)
                                  : "The catalogue is still being fetched: not every tool was looked at.";
    return Content{std::move(rows)};
  }

  Result<Content> tool(Question const& question, std::stop_token const& stop) const {
    AGENTA_TRY(auto const reply,
               call(protocol::get_tool(question.slug, question.integration, "", network_), stop));
    AGENTA_TRY(auto const tool, protocol::decode_tool(reply.body));
    Details details;
    details.row = tool_row(tool);
    auto const command = here(sample_call(tool));
    details.row.use = shell_line(command);
    details.text = render_tool(tool, command, kUnbroken);
    details.remark = age_of(reply);
    return Content{std::move(details)};
  }

  Result<Content> integration(Question const& question, std::stop_token const& stop) const {
    AGENTA_TRY(auto const reply, call(protocol::get_integration(question.slug, network_), stop));
    AGENTA_TRY(auto const view, protocol::decode_integration_view(reply.body));
    auto const next = steps_here(context_, next_steps(view));
    Details details;
    details.row = integration_row(view.detail.integration, view.state);
    details.text = render_integration(view, next, kUnbroken);
    details.remark = age_of(reply);
    return Content{std::move(details)};
  }

  Context const& context_;
  protocol::Network network_;
};

}  // namespace

browse::Source make_browse_source(Context const& context, protocol::Network network) {
  bool const is_inside = context.environment && !named_socket(context.environment).empty();
  return [source = BrowseSource{context, network}, flags = context.flags, is_inside](
             Question const& question, std::stop_token const& stop) -> Result<Content> {
    auto answer = source.answer(question, stop);
    if (answer) return answer;
    Error error = std::move(answer).error();
    error.next_step = step_here(std::move(error.next_step), flags);
    return fail(is_inside ? told_inside(std::move(error)) : std::move(error));
  };
}

}  // namespace agenta::cli
