#include "daemon/sandbox/behaviour.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/sandbox/json_value.hpp"

namespace agenta::daemon::sandbox {
namespace {

struct Integration {
  std::string_view toolkit{};
  std::span<Behaviour const> (*behaviours)() = nullptr;
};

constexpr std::array kIntegrations{
    Integration{"github", github_behaviours},
    Integration{"gmail", gmail_behaviours},
    Integration{"slack", slack_behaviours},
    Integration{"stripe", stripe_behaviours},
    Integration{"notion", notion_behaviours},
    Integration{"jira", jira_behaviours},
    Integration{"hackernews", hackernews_behaviours},
    Integration{"shopify", shopify_behaviours},
    Integration{"zoom", zoom_behaviours},
    Integration{"trello", trello_behaviours},
    Integration{"cloudflare", cloudflare_behaviours},
    Integration{"freshdesk", freshdesk_behaviours},
    Integration{"bigquery", bigquery_behaviours},
    Integration{"billcom", billcom_behaviours},
    Integration{"linear", linear_behaviours},
    Integration{"netsuite", netsuite_behaviours},
};

}  // namespace

ToolAnswer answered(nlohmann::json const& data) { return answered(to_text(data)); }

Behaviour const* find_behaviour(std::string_view toolkit, std::string_view tool) {
  auto const integration = std::ranges::find(kIntegrations, toolkit, &Integration::toolkit);
  if (integration == kIntegrations.end()) return nullptr;
  auto const behaviours = integration->behaviours();
  auto const found = std::ranges::find(behaviours, tool, &Behaviour::tool);
  return found == behaviours.end() ? nullptr : &*found;
}

std::string text_argument(nlohmann::json const& arguments, char const* name, std::string otherwise) {
  return find_text(arguments, name).value_or(std::move(otherwise));
}

std::int64_t number_argument(nlohmann::json const& arguments, char const* name, std::int64_t otherwise,
                             std::int64_t lowest, std::int64_t highest) {
  return std::clamp(find_integer(arguments, name).value_or(otherwise), lowest, highest);
}

nlohmann::json& member_or(nlohmann::json& object, char const* name, nlohmann::json made) {
  auto const found = object.find(name);
  if (found != object.end()) return *found;
  return object[name] = std::move(made);
}

std::int64_t next_number(nlohmann::json& state, char const* name, std::int64_t first) {
  auto& next = member_or(state, name, first);
  std::int64_t const number = next.get<std::int64_t>();
  next = number + 1;
  return number;
}

ListWriter::ListWriter(std::string_view name) { text_.append("{\"").append(name).append("\":["); }

void ListWriter::add(nlohmann::json const& item) {
  if (!std::exchange(first_, false)) text_ += ',';
  text_ += to_text(item);
}

std::string ListWriter::finish(std::size_t total) && {
  text_.append("],\"total_count\":").append(std::to_string(total)).append("}");
  return std::move(text_);
}

}  // namespace agenta::daemon::sandbox
