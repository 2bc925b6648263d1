#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/behaviour.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::json;

Json make_block(ToolCall const& call, std::string const& kind, std::string const& text) {
  return Json{{"id", "block_" + std::to_string(next_number(call.state, "next_block", 1001))},
              {"type", kind},
              {"text", text}};
}

Json make_page(ToolCall const& call, Json parent, std::string const& title) {
  std::string const time = format_rfc3339(call.now);
  return Json{{"id", "page_" + std::to_string(next_number(call.state, "next_page", 1001))},
              {"object", "page"},
              {"parent_id", std::move(parent)},
              {"title", title},
              {"archived", false},
              {"created_time", time},
              {"last_edited_time", time},
              {"blocks", Json::array()}};
}

Json& pages_of(ToolCall const& call) {
  if (auto const found = call.state.find("pages"); found != call.state.end()) return *found;
  Json home = make_page(call, nullptr, "Team home");
  Json minutes = make_page(call, home["id"], "Minutes");
  return call.state["pages"] = Json::array({std::move(home), std::move(minutes)});
}

Json* find_page(ToolCall const& call, std::string const& id) {
  Json& pages = pages_of(call);
  auto const found = std::ranges::find_if(pages, [&](Json const& page) { return page["id"] == id; });
  return found == pages.end() ? nullptr : &*found;
}

ToolAnswer not_found(std::string const& id) {
  return refused("404: object_not_found. Could not find page with ID: " + id);
}

ToolAnswer search(ToolCall const& call) {
  auto const wanted = to_lower(text_argument(call.arguments, "query"));
  auto const limit = static_cast<std::size_t>(number_argument(call.arguments, "page_size", 25, 1, 100));
  ListWriter writer{"results"};
  std::size_t total = 0;
  for (auto const& page : pages_of(call)) {
    if (page["archived"] == true ||
        to_lower(page["title"].get_ref<std::string const&>()).find(wanted) == std::string::npos)
      continue;
    if (total++ < limit) writer.add(page);
  }
  return answered(std::move(writer).finish(total));
}

ToolAnswer create_page(ToolCall const& call) {
  auto const parent = text_argument(call.arguments, "parent_id");
  if (find_page(call, parent) == nullptr) return not_found(parent);
  Json page = make_page(call, parent, text_argument(call.arguments, "title"));
  if (auto const text = find_text(call.arguments, "markdown"))
    page["blocks"].push_back(make_block(call, "paragraph", *text));
  pages_of(call).push_back(page);
  return answered(page);
}

ToolAnswer get_page(ToolCall const& call) {
  auto const id = text_argument(call.arguments, "page_id");
  auto const* page = find_page(call, id);
  return page == nullptr ? not_found(id) : answered(*page);
}

ToolAnswer add_content(ToolCall const& call) {
  auto const id = text_argument(call.arguments, "page_id");
  auto* const page = find_page(call, id);
  if (page == nullptr) return not_found(id);
  Json block = make_block(call, text_argument(call.arguments, "kind", "paragraph"),
                          text_argument(call.arguments, "text"));
  (*page)["blocks"].push_back(block);
  (*page)["last_edited_time"] = format_rfc3339(call.now);
  return answered(block);
}

ToolAnswer archive(ToolCall const& call) {
  auto const id = text_argument(call.arguments, "page_id");
  auto* const page = find_page(call, id);
  if (page == nullptr) return not_found(id);
  (*page)["archived"] = find_flag(call.arguments, "archive").value_or(true);
  return answered(*page);
}

ToolAnswer list_users(ToolCall const&) {
  Json users = Json::array({{{"id", "user_ann"}, {"name", "Ann"}, {"type", "person"}},
                            {{"id", "user_sandbox"}, {"name", "Sandbox"}, {"type", "bot"}}});
  return answered(Json{{"results", std::move(users)}, {"total_count", 2}});
}

constexpr std::array kBehaviours{
    Behaviour{"NOTION_SEARCH_NOTION_PAGE", search},   Behaviour{"NOTION_CREATE_NOTION_PAGE", create_page},
    Behaviour{"NOTION_GET_PAGE", get_page},           Behaviour{"NOTION_ADD_PAGE_CONTENT", add_content},
    Behaviour{"NOTION_ARCHIVE_NOTION_PAGE", archive}, Behaviour{"NOTION_LIST_USERS", list_users},
};

}  // namespace

std::span<Behaviour const> notion_behaviours() { return kBehaviours; }

}  // namespace agenta::daemon::sandbox
