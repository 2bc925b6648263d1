#include <array>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/behaviour.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::json;

struct Story {
  std::int64_t id = 0;
  std::string_view title{};
  std::string_view author{};
  std::int64_t points = 0;
};

// Best first, as the front page is.
constexpr std::array kStories{
    Story{1001, "Show HN: A daemon that answers in microseconds", "pg_sandbox", 412},
    Story{1002, "Coroutines without tears", "dang_sandbox", 365},
    Story{1003, "Why our tests never sleep", "patio_sandbox", 241},
    Story{1004, "The joy of small binaries", "pg_sandbox", 187},
    Story{1005, "Ask HN: What do you keep in your toolbox?", "ann_sandbox", 96},
    Story{1006, "A field guide to Unix sockets", "ben_sandbox", 54},
};

Json to_json(Story const& story) {
  return Json{{"id", story.id},
              {"type", "story"},
              {"title", story.title},
              {"by", story.author},
              {"points", story.points},
              {"num_comments", story.points / 4},
              {"url", "https://news.example.com/" + std::to_string(story.id)}};
}

template <class Admits>
ToolAnswer write(ToolCall const& call, Admits admits) {
  auto const size = static_cast<std::size_t>(number_argument(call.arguments, "size", 30, 1, 100));
  ListWriter writer{"stories"};
  std::size_t total = 0;
  for (auto const& story : kStories) {
    if (!admits(story)) continue;
    if (total++ < size) writer.add(to_json(story));
  }
  return answered(std::move(writer).finish(total));
}

ToolAnswer get_frontpage(ToolCall const& call) {
  auto const least = find_integer(call.arguments, "min_points").value_or(0);
  return write(call, [&](Story const& story) { return story.points >= least; });
}

ToolAnswer search_posts(ToolCall const& call) {
  auto const wanted = to_lower(text_argument(call.arguments, "query"));
  return write(call,
               [&](Story const& story) { return to_lower(story.title).find(wanted) != std::string::npos; });
}

ToolAnswer get_item(ToolCall const& call) {
  auto const id = find_integer(call.arguments, "item_id").value_or(0);
  for (auto const& story : kStories) {
    if (story.id == id) return answered(to_json(story));
  }
  return refused("404: There is no item " + std::to_string(id));
}

ToolAnswer get_user(ToolCall const& call) {
  auto const name = text_argument(call.arguments, "user_id");
  std::int64_t karma = 0;
  for (auto const& story : kStories) karma += story.author == name ? story.points : 0;
  if (karma == 0) return refused("404: There is no user " + name);
  return answered(Json{{"username", name}, {"karma", karma}});
}

constexpr std::array kBehaviours{
    Behaviour{"HACKERNEWS_GET_FRONTPAGE", get_frontpage},
    Behaviour{"HACKERNEWS_GET_ITEM", get_item},
    Behaviour{"HACKERNEWS_SEARCH_POSTS", search_posts},
    Behaviour{"HACKERNEWS_GET_USER", get_user},
};

}  // namespace

std::span<Behaviour const> hackernews_behaviours() { return kBehaviours; }

}  // namespace agenta::daemon::sandbox
