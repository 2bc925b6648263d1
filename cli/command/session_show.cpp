#include <set>

#include "cli/command/commands.hpp"
#include "cli/command/session_card.hpp"
#include "cli/command/session_choice.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_session.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

struct ShowOptions {
  std::string name{};
  ViewOptions view{};
};

/// Every page of a session's tools, as they came. Without a name: of the session whose socket this is.
Result<std::vector<std::string>> fetch_pages(Context& context, std::string const& name) {
  std::vector<std::string> pages;
  std::set<std::string> seen;
  for (protocol::SessionToolQuery query;;) {
    AGENTA_TRY(auto reply, context.call_far(name.empty() ? protocol::list_own_session_tools(query)
                                                         : protocol::list_session_tools(name, query)));
    pages.push_back(std::move(reply.body));
    auto const next =
        protocol::read_string(protocol::find_member(pages.back(), "next_cursor").value_or("null"));
    if (!next || next->empty()) return pages;
    if (!seen.insert(*next).second)
      return fail(ErrorCode::internal, "this list goes in circles: its page " + *next + " came twice");
    query.cursor = *next;
  }
}

/// What of a tool says whether and how it runs; the rest is for `tools show`.
std::string write_short(std::string_view item) {
  std::string out = "{}";
  for (auto const* const name :
       {"slug", "name", "integration_slug", "connection", "verdict", "verdicts", "hints"}) {
    if (auto const value = protocol::find_member(item, name))
      out = with_member(out, name, std::string{*value});
  }
  return out;
}

/// The insides of two JSON lists.
struct Lists {
  std::string runnable{};
  std::string denied{};
};

Lists sort_tools(std::vector<std::string> const& pages) {
  Lists lists;
  auto const add = [](std::string& list, std::string const& item) {
    list += (list.empty() ? "" : ",") + item;
  };
  for (std::string const& page : pages) {
    auto const items = protocol::elements_of(protocol::find_member(page, "items").value_or("[]"));
    for (std::string_view const item : items.value_or(std::vector<std::string_view>{})) {
      bool const is_denied = protocol::find_member(item, "verdict") == "\"deny\"";
      add(is_denied ? lists.denied : lists.runnable, write_short(item));
    }
  }
  return lists;
}

/// The session's document with what the terminal shows beside it. Members are null where nobody could tell.
std::string with_tools(std::string const& session, Result<std::vector<std::string>> const& pages) {
  std::string runnable = "null";
  std::string denied = "null";
  std::string unavailable = "null";
  if (pages) {
    Lists const lists = sort_tools(*pages);
    runnable = "[" + lists.runnable + "]";
    denied = "[" + lists.denied + "]";
    auto const missing = pages->empty() ? std::nullopt : protocol::find_member(pages->front(), "unavailable");
    unavailable = missing.value_or("[]");
  }
  return with_member(with_member(with_member(session, "runnable", runnable), "denied", denied), "unavailable",
                     unavailable);
}

Result<protocol::SessionTools> decode_pages(std::vector<std::string> const& pages) {
  protocol::SessionTools all;
  for (std::string const& page : pages) {
    AGENTA_TRY(auto some, protocol::decode_session_tools(page));
    for (protocol::SessionTool& each : some.page.items) all.page.items.push_back(std::move(each));
    all.unavailable = std::move(some.unavailable);
  }
  return all;
}

/// Without a name: the session whose socket this is.
Result<void> run_show(Context& context, ShowOptions const& options) {
  bool const is_inside = !named_socket(context.environment).empty();
  if (options.name.empty() && !is_inside)
    return fail(ErrorCode::usage, "name a session", {"agenta-tools", "session", "list"});
  AGENTA_TRY(auto const reply, context.call(options.name.empty() ? protocol::get_own_session()
                                                                 : protocol::get_session(options.name)));
  AGENTA_TRY(auto const view, protocol::decode_session(reply.body));
  // In one that is over nothing runs.
  bool const is_open = view.session.state == SessionState::open;
  Result<std::vector<std::string>> pages = std::vector<std::string>{};
  if (is_open) pages = fetch_pages(context, options.name);
  if (!pages && context.stop.stop_requested()) return fail(pages.error());
  std::string const unknown = pages ? "" : "its tools cannot be told now: " + pages.error().message;
  if (context.wants_json() && !pages) context.say(unknown);
  std::string const document = context.wants_json() ? with_tools(reply.body, pages) : "";
  return present_view(context, document, options.view, [&]() -> Result<View> {
    View page;
    page.text = session_card(view, page_style(context));
    if (!pages) page.notes.push_back(unknown);
    if (!is_open || !pages) return page;
    AGENTA_TRY(auto const tools, decode_pages(*pages));
    page.text += session_tools_text(context, tools);
    return page;
  });
}

}  // namespace

RunFn add_session_show(Syntax& syntax) {
  auto options = std::make_shared<ShowOptions>();
  syntax.optional_argument("NAME", options->name, "Name of a session; over a session's socket, its own")
      .completes(Completes::session);
  add_view_flags(syntax, options->view);
  syntax.example("agenta-tools session show triage");
  return [options](Context& context) { return run_show(context, *options); };
}

}  // namespace agenta::cli
