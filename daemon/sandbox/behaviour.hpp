#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "daemon/sandbox/storage.hpp"
#include "shared/base/clock.hpp"

namespace agenta::daemon::sandbox {

/// One run of a tool.
struct ToolCall {
  nlohmann::json const& arguments;  ///< an object that the input schema admits
  nlohmann::json& state;  ///< an object: what this integration remembers, the same for every account
  WallTime now{};
  Storage* storage = nullptr;  ///< where its files are
};

/// What the provider answers: data, or its complaint.
struct ToolAnswer {
  std::string data = "{}";  ///< a JSON object as text, so that state is written out and never copied
  std::string error{};      ///< empty where it worked
};

inline ToolAnswer refused(std::string error) {
  ToolAnswer answer;
  answer.error = std::move(error);
  return answer;
}
inline ToolAnswer answered(std::string data) {
  ToolAnswer answer;
  answer.data = std::move(data);
  return answer;
}
ToolAnswer answered(nlohmann::json const& data);

struct Behaviour {
  std::string_view tool{};
  ToolAnswer (*run)(ToolCall const& call) = nullptr;
};

std::span<Behaviour const> github_behaviours();
std::span<Behaviour const> gmail_behaviours();
std::span<Behaviour const> slack_behaviours();
std::span<Behaviour const> stripe_behaviours();
std::span<Behaviour const> notion_behaviours();
std::span<Behaviour const> jira_behaviours();
std::span<Behaviour const> hackernews_behaviours();
std::span<Behaviour const> shopify_behaviours();
std::span<Behaviour const> zoom_behaviours();
std::span<Behaviour const> trello_behaviours();
std::span<Behaviour const> cloudflare_behaviours();
std::span<Behaviour const> freshdesk_behaviours();
std::span<Behaviour const> bigquery_behaviours();
std::span<Behaviour const> billcom_behaviours();
std::span<Behaviour const> linear_behaviours();
std::span<Behaviour const> netsuite_behaviours();

/// Nothing where no integration of the built-in catalogue has that tool.
Behaviour const* find_behaviour(std::string_view toolkit, std::string_view tool);

/// Reads for tools: an argument, or its default. Numbers are clamped to `lowest` and `highest`.
std::string text_argument(nlohmann::json const& arguments, char const* name, std::string otherwise = {});
std::int64_t number_argument(nlohmann::json const& arguments, char const* name, std::int64_t otherwise,
                             std::int64_t lowest, std::int64_t highest);
/// The member `name` of `object`, made as `made` where it is missing.
nlohmann::json& member_or(nlohmann::json& object, char const* name, nlohmann::json made);
/// The next of the integration's ids, beginning with `first`.
std::int64_t next_number(nlohmann::json& state, char const* name, std::int64_t first);
/// `{"<name>":[…],"total_count":N}`, without a copy of what is listed.
class ListWriter {
 public:
  explicit ListWriter(std::string_view name);
  void add(nlohmann::json const& item);
  std::string finish(std::size_t total) &&;

 private:
  std::string text_{};
  bool first_ = true;
};

}  // namespace agenta::daemon::sandbox
