#include "cli/mcp/session_tools.hpp"

#include <algorithm>
#include <vector>

#include "shared/base/base64.hpp"
#include "shared/base/shell_words.hpp"
#include "shared/base/text.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/codec_session.hpp"
#include "shared/protocol/error_table.hpp"
#include "shared/schema/tool_format.hpp"

namespace agenta::mcp {
namespace {

/// Some clients never ask for a second page, so the first has as many as any client takes.
constexpr int kPage = 1000;
constexpr std::string_view kCursorMark = "v1:";
/// Clients wait for a list when they start, and for nothing else meanwhile. A service's tools may have to be
/// fetched first.
constexpr std::chrono::milliseconds kListPatience{30'000};

/// A cursor is the daemon's, made opaque. The empty one is the beginning.
expected<std::string, RpcError> read_cursor(std::optional<std::string> const& cursor) {
  if (!cursor || cursor->empty()) return std::string{};
  auto const inner = base64_decode(*cursor);
  if (inner && inner->starts_with(kCursorMark)) return inner->substr(kCursorMark.size());
  return unexpected(RpcError{.code = kInvalidParams, .message = "this is no cursor of this list"});
}

RpcError list_error(Error const& failure, CompleteStep const& complete) {
  Error const error = complete(failure);
  RpcError out;
  out.code = error.code == ErrorCode::invalid_request ? kInvalidParams : kInternalError;
  out.message = error.message;
  out.data = JsonObject{}
                 .text("code", protocol::row_of(error.code).name)
                 .text("next_step", shell_words(error.next_step))
                 .done();
  return out;
}

}  // namespace

OwnTool const& connect_tool() {
  static constexpr OwnTool kTool{
      "connect", "Connect a service",
      "Get a service (integration) connected, such as github. Gives a link that the user has to open. Tools "
      "of "
      "the service can be called once that is done.",
      R"({"type":"object","properties":{"integration":{"type":"string","description":"Slug of the service, e.g. github"}},"required":["integration"],"additionalProperties":false})",
      R"({"title":"Connect a service","readOnlyHint":false,"destructiveHint":false,"idempotentHint":true,"openWorldHint":true})"};
  return kTool;
}

ToolResult bad_arguments(std::string message, CompleteStep const& complete) {
  return result_of_error(Error{.code = ErrorCode::invalid_arguments, .message = std::move(message)},
                         complete);
}

std::string argument_text(std::string_view arguments, std::string_view name) {
  return protocol::read_string(protocol::find_member(arguments, name).value_or("")).value_or("");
}

CallEnd call_connect(SessionCaller& caller, Turn& turn, CompleteStep const& complete) {
  std::string const integration = to_lower(argument_text(turn.arguments(), "integration"));
  if (integration.empty())
    return bad_arguments("connect takes the slug of a service: {\"integration\":\"github\"}", complete);
  return caller.connect(turn, integration);
}

namespace {

/// `connect`, with what is missing: a model has no other way to learn that tools are not in its list.
std::string write_connect(std::vector<protocol::MissingTools> const& missing, Speech const& speech) {
  constexpr std::size_t kMostTold = 10;
  std::string description{connect_tool().description};
  description += " Not there now: ";
  for (std::size_t i = 0; i < missing.size() && i < kMostTold; ++i)
    description += (i == 0 ? "" : "; ") + missing[i].reason;
  description += missing.size() > kMostTold ? "; and others." : ".";
  OwnTool told = connect_tool();
  told.description = description;
  return write_tool(told, speech);
}

}  // namespace

SessionTools::SessionTools(SessionUse use) : use_(use), caller_(std::move(use)) {}

expected<ToolPage, RpcError> SessionTools::list(ToolService& service, Speech const& speech,
                                                std::optional<std::string> const& cursor,
                                                std::stop_token stop) {
  auto inner = read_cursor(cursor);
  if (!inner) return unexpected(std::move(inner).error());
  protocol::SessionToolQuery query;
  query.cursor = *inner;
  query.limit = kPage;
  auto request = use_.name.empty() ? protocol::list_own_session_tools(query)
                                   : protocol::list_session_tools(use_.name, query);
  auto const last = written_.with([](auto const& written) { return written; });
  if (last && last->revision == speech.revision && last->target == request.target)
    request.if_none_match = last->etag;
  request.timeout = kListPatience;
  auto reply = service.call(request, std::move(stop));
  if (!reply) return unexpected(list_error(reply.error(), use_.complete));
  if (reply->status == kNotModified && !request.if_none_match.empty()) return last->page;
  auto const found = protocol::decode_session_tools(reply->body);
  if (!found) return unexpected(list_error(found.error(), use_.complete));
  auto now = std::make_shared<Written>();
  now->revision = speech.revision;
  now->target = std::move(request.target);
  now->page = write_page(*found, speech);
  auto const etag = std::ranges::find(reply->headers, "etag", &std::pair<std::string, std::string>::first);
  if (etag != reply->headers.end()) now->etag = etag->second;
  written_.with([&](auto& written) { written = now; });
  return now->page;
}

ToolPage SessionTools::write_page(protocol::SessionTools const& found, Speech const& speech) {
  std::vector<std::pair<std::string, std::string>> items;
  for (protocol::SessionTool const& each : found.page.items) {
    if (each.verdict == Verdict::deny) continue;
    items.emplace_back(names_.name_of(each.tool.slug), write_tool(each.tool, hints_of(each.tool), speech));
  }
  ToolPage page;
  auto const next = found.page.next_cursor;
  if (next) page.next_cursor = base64_encode(std::string{kCursorMark} + *next);
  if (!next && !found.unavailable.empty())
    items.emplace_back(connect_tool().name, write_connect(found.unavailable, speech));
  std::ranges::sort(items);
  std::size_t size = 2;
  for (auto const& [name, item] : items) size += item.size() + 1;
  page.tools.reserve(size);
  page.tools = "[";
  for (auto const& [name, item] : items) {
    if (page.tools.size() > 1) page.tools += ',';
    page.tools += item;
  }
  page.tools += ']';
  return page;
}

/// The slug that a name stands for. A client may call a shortened name that an earlier server gave: then the
/// list is read once more.
std::string SessionTools::slug_of(Turn& turn) {
  std::string const& name = turn.tool();
  if (auto known = names_.find(name)) return *std::move(known);
  if (name.size() != kLongestName || !schema::shortened_prefix(name)) return name;
  std::optional<std::string> cursor;
  do {
    auto page = list(turn.service(), turn.speech(), cursor, turn.stop());
    if (!page) break;
    cursor = page->next_cursor;
  } while (cursor && !names_.find(name));
  return names_.find(name).value_or(name);
}

CallEnd SessionTools::call(Turn& turn) {
  if (turn.tool() == connect_tool().name) return call_connect(caller_, turn, use_.complete);
  return caller_.run(turn, slug_of(turn), turn.arguments());
}

}  // namespace agenta::mcp
