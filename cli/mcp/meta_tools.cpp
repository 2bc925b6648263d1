#include "cli/mcp/meta_tools.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "shared/base/shell_words.hpp"
#include "shared/base/text.hpp"
#include "shared/domain/belief.hpp"
#include "shared/domain/session.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::mcp {
namespace {

constexpr OwnTool kSearch{
    "search_tools", "Search tools",
    "Find tools of connected and other services by words, e.g. \"create a github issue\". Gives their names, "
    "what "
    "they do, and whether their service is connected.",
    R"({"type":"object","properties":{"query":{"type":"string","description":"Words that say what is to be done"},"integration":{"type":"string","description":"Only tools of this service, e.g. github"},"limit":{"type":"integer","minimum":1,"maximum":50,"description":"How many, 10 unless said"}},"required":["query"],"additionalProperties":false})",
    R"({"title":"Search tools","readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":true})"};
constexpr OwnTool kGet{
    "get_tool", "Describe a tool",
    "Describe one tool: what it does, the JSON Schema of its arguments, and what it says of its effects.",
    R"({"type":"object","properties":{"tool":{"type":"string","description":"Name of the tool, e.g. GITHUB_CREATE_AN_ISSUE"}},"required":["tool"],"additionalProperties":false})",
    R"({"title":"Describe a tool","readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":true})"};
// What it runs is not known beforehand: the worst is said of it.
constexpr OwnTool kExecute{
    "execute_tool", "Run a tool",
    "Run one tool by its name with the arguments that get_tool describes. What the policy does not allow is "
    "asked of the user or refused.",
    R"({"type":"object","properties":{"tool":{"type":"string","description":"Name of the tool, e.g. GITHUB_CREATE_AN_ISSUE"},"arguments":{"type":"object","description":"Its arguments"}},"required":["tool"],"additionalProperties":false})",
    R"({"title":"Run a tool","readOnlyHint":false,"destructiveHint":true,"idempotentHint":false,"openWorldHint":true})"};

constexpr int kMostHits = 50;
constexpr int kUsualHits = 10;

int limit_of(std::string_view arguments) {
  std::string_view const text = protocol::find_member(arguments, "limit").value_or("");
  int limit = kUsualHits;
  std::from_chars(text.data(), text.data() + text.size(), limit);
  return std::clamp(limit, 1, kMostHits);
}

std::string hints_document(ToolHints const& said) {
  ToolHints const hints = believed(said);
  return JsonObject{}
      .boolean("read_only", hints.read_only)
      .boolean("destructive", hints.destructive)
      .boolean("idempotent", hints.idempotent)
      .done();
}

}  // namespace

MetaTools::MetaTools(SessionUse use, Session session)
    : use_(use), session_(std::move(session)), caller_(std::move(use)) {}

expected<ToolPage, RpcError> MetaTools::list(ToolService&, Speech const& speech,
                                             std::optional<std::string> const& cursor, std::stop_token) {
  if (cursor && !cursor->empty())
    return unexpected(RpcError{.code = kInvalidParams, .message = "this is no cursor of this list"});
  ToolPage page;
  page.tools = "[" + write_tool(connect_tool(), speech) + "," + write_tool(kExecute, speech) + "," +
               write_tool(kGet, speech) + "," + write_tool(kSearch, speech) + "]";
  return page;
}

CallEnd MetaTools::search(Turn& turn) const {
  protocol::SearchQuery query;
  query.words = argument_text(turn.arguments(), "query");
  if (trim(query.words).empty())
    return bad_arguments("search_tools takes words: {\"query\":\"create an issue\"}", use_.complete);
  query.kind = SearchHit::Kind::tool;
  query.integration = to_lower(argument_text(turn.arguments(), "integration"));
  int const limit = limit_of(turn.arguments());
  query.limit = kMostHits;
  auto const reply = turn.service().call(protocol::search(query), turn.stop());
  if (!reply) return result_of_error(reply.error(), use_.complete);
  auto const found = protocol::decode_search(reply->body);
  if (!found) return result_of_error(found.error(), use_.complete);

  std::string items;
  int count = 0;
  for (SearchHit const& hit : found->items) {
    if (hit.kind != SearchHit::Kind::tool || count == limit) continue;
    if (!includes(session_, ToolSlug{hit.slug}, hit.integration)) continue;
    ++count;
    items += items.empty() ? "" : ",";
    items += JsonObject{}
                 .text("tool", hit.slug)
                 .text("title", hit.name)
                 .text("description", hit.description)
                 .text("integration", hit.integration.text)
                 .boolean("connected", hit.is_connected)
                 .raw("hints", hints_document(hit.hints))
                 .done();
  }
  return result_of_document(
      JsonObject{}.raw("tools", "[" + items + "]").boolean("complete", found->complete).done());
}

/// A member that says why the tool cannot be run yet though its service is connected; empty where it can.
std::string MetaTools::obstacle_of(Turn& turn, Tool const& tool) const {
  if (tool.no_auth) return {};
  auto const unclear = caller_.find_unclear(turn, tool.integration.text);
  return unclear ? unclear->message + ". Next: " + shell_words(use_.complete(*unclear).next_step)
                 : std::string{};
}

CallEnd MetaTools::get(Turn& turn) const {
  std::string const name = argument_text(turn.arguments(), "tool");
  if (name.empty())
    return bad_arguments("get_tool takes the name of a tool: {\"tool\":\"GITHUB_CREATE_AN_ISSUE\"}",
                         use_.complete);
  auto const reply = turn.service().call(protocol::get_tool(name, "", ""), turn.stop());
  if (!reply) return result_of_error(reply.error(), use_.complete);
  auto const tool = protocol::decode_tool(reply->body);
  if (!tool) return result_of_error(tool.error(), use_.complete);
  if (!includes(session_, tool->slug, tool->integration)) {
    return result_of_error(
        Error{.code = ErrorCode::tool_not_found,
              .message = "the tool " + tool->slug.text + " is not among those of this session"},
        use_.complete);
  }
  JsonObject document;
  document.text("tool", tool->slug.text)
      .text("title", tool->name)
      .text("description", tool->description)
      .text("integration", tool->integration.text)
      .raw("hints", hints_document(hints_of(*tool)))
      .raw("input_schema", tool->input_schema.text);
  std::string const obstacle = obstacle_of(turn, *tool);
  if (!obstacle.empty()) document.text("cannot_run_yet", obstacle);
  return result_of_document(document.done());
}

CallEnd MetaTools::execute(Turn& turn) {
  std::string const name = argument_text(turn.arguments(), "tool");
  std::string_view arguments = protocol::find_member(turn.arguments(), "arguments").value_or("{}");
  if (name.empty() || !arguments.starts_with('{')) {
    return bad_arguments(
        "execute_tool takes {\"tool\":\"GITHUB_CREATE_AN_ISSUE\",\"arguments\":{...}}, with an object of "
        "arguments",
        use_.complete);
  }
  CallEnd end = caller_.run(turn, name, std::string{arguments});
  auto const* const refusal = std::get_if<RpcError>(&end);
  // The tool of the protocol is known; the one it names is an argument.
  bool const is_unknown = refusal != nullptr && refusal->message.starts_with("Unknown tool");
  if (!is_unknown) return end;
  return result_of_error(Error{.code = ErrorCode::tool_not_found,
                               .message = "there is no tool " + name +
                                          " in this session; find the right name with search_tools"},
                         use_.complete);
}

CallEnd MetaTools::call(Turn& turn) {
  if (turn.tool() == kSearch.name) return search(turn);
  if (turn.tool() == kGet.name) return get(turn);
  if (turn.tool() == kExecute.name) return execute(turn);
  if (turn.tool() == connect_tool().name) return call_connect(caller_, turn, use_.complete);
  return unknown_tool(turn.tool());
}

}  // namespace agenta::mcp
