#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/composio/composio_codec.hpp"
#include "daemon/composio/scrubber.hpp"
#include "daemon/composio/wire_json.hpp"
#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon {
namespace {

using wire::Json;

constexpr std::size_t kTextLimit = 500;
constexpr std::size_t kMostFinds = 100;  // Composio gives six
constexpr std::size_t kLongestId = 200;

/// What went wrong in an answer that says 200; nothing where all went well.
std::string complaint_of(Json const& json) {
  auto words = wire::text_at(json, "error");
  for (auto const& result : wire::member(json, "results")) {
    if (words.empty()) words = wire::text_at(result, "error");
  }
  if (words.empty() && wire::find_flag(json, "success") == false) words = "no reason was given";
  return words;
}

void add_slugs(Json const& results, char const* name, std::vector<ToolSlug>& into) {
  for (auto const& result : results) {
    for (auto const& each : wire::texts_at(result, name)) {
      if (into.size() == kMostFinds) return;
      auto slug = ToolSlug{to_upper(each)};
      if (wire::is_slug(slug.text) && std::ranges::find(into, slug) == into.end())
        into.push_back(std::move(slug));
    }
  }
}

}  // namespace

std::string encode_search_session(std::string const& user_id) {
  // A session that can search and nothing else: nothing in it acts for the user.
  return R"({"user_id":)" + protocol::write_string(user_id) +
         R"(,"manage_connections":{"enable":false},"workbench":{"enable":false},)"
         R"("execute":{"enable_multi_execute":false}})";
}

std::string encode_search(std::string const& words) {
  return R"({"queries":[{"use_case":)" + protocol::write_string(words) + "}]}";
}

Result<std::string> parse_search_session(std::string_view body) {
  auto const json = wire::Slice::parse(body);
  auto id = json ? wire::text_at(*json, "session_id") : std::string{};
  if (id.empty() || id.size() > kLongestId) return wire::unreadable("no session");
  return id;
}

Result<std::vector<ToolSlug>> parse_found_tools(std::string_view body) {
  auto const json = wire::parse_object(body);
  if (!json) return wire::unreadable("no search results");
  if (auto const complaint = complaint_of(*json); !complaint.empty()) {
    return fail(ErrorCode::composio_error, "Composio's search failed: " + shorten(complaint, kTextLimit));
  }
  auto const& results = wire::member(*json, "results");
  if (!results.is_array()) return wire::unreadable("no search results");
  auto found = std::vector<ToolSlug>{};
  add_slugs(results, "primary_tool_slugs", found);
  add_slugs(results, "related_tool_slugs", found);
  return found;
}

}  // namespace agenta::daemon
