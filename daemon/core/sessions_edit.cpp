#include "daemon/core/sessions_edit.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "daemon/core/proxy_record.hpp"
#include "shared/base/text.hpp"
#include "shared/domain/proxy.hpp"

namespace agenta::daemon {
namespace {

auto same(std::string_view one) {
  return [one](std::string const& other) { return equal_ignoring_case(one, other); };
}

/// Whether it is the own name of one of the tools.
bool names_one_of(std::string const& name, std::vector<Tool> const& tools) {
  auto const reference = parse_tool_reference(name);
  return reference &&
         std::ranges::any_of(tools, [&](Tool const& tool) { return tool.slug == reference->slug; });
}

}  // namespace

bool names_raw_request(std::string const& name) {
  return std::ranges::any_of(kProxyMethods,
                             [&](auto method) { return matches_glob(name, proxy_tool(method).text); });
}

void add_raw_requests(std::vector<Tool>& known, std::vector<std::string> const& selectors) {
  std::set<std::string> integrations;
  for (Tool const& tool : known) integrations.insert(tool.integration.text);
  for (std::string const& integration : integrations) {
    for (std::string_view const method : kProxyMethods) {
      Tool raw;
      raw.slug = proxy_tool(method);
      raw.integration.text = integration;
      if (selects(selectors, raw.slug, raw.integration)) known.push_back(std::move(raw));
    }
  }
}

std::vector<Tool> SessionEdit::named(std::string const& name) const {
  std::vector<Tool> tools;
  std::ranges::copy_if(known_, std::back_inserter(tools),
                       [&](Tool const& tool) { return selects({name}, tool.slug, tool.integration); });
  return tools;
}

bool SessionEdit::has_some(std::vector<Tool> const& tools) const {
  return std::ranges::any_of(
      tools, [&](Tool const& tool) { return includes(session_, tool.slug, tool.integration); });
}

/// An integration or a pattern that the session was made of is taken out as that; anything else leaves
/// whatever else names it.
Result<void> SessionEdit::remove(std::string const& name) {
  std::vector<Tool> const tools = named(name);
  auto const selector = std::ranges::find_if(session_.selectors, same(name));
  bool const was_selector = selector != session_.selectors.end();
  if (!was_selector && !has_some(tools)) {
    return fail(ErrorCode::invalid_request,
                "the session has no tool " + name + "; it was made of " + join(session_.selectors, ", "),
                {"agenta-tools", "session", "show", session_.name});
  }
  removed_.push_back(was_selector ? *selector : name);
  if (was_selector) session_.selectors.erase(selector);
  if (was_selector && !names_one_of(name, tools)) return {};
  std::erase_if(session_.selectors, [&](std::string const& each) { return names_one_of(each, tools); });
  if (has_some(tools)) session_.excluded.push_back(name);
  return {};
}

void SessionEdit::add(std::string const& name) {
  auto const is_covered = [&](std::string const& exclusion) {
    return std::ranges::all_of(
        named(exclusion), [&](Tool const& tool) { return selects({name}, tool.slug, tool.integration); });
  };
  bool const came_back = std::erase_if(session_.excluded, is_covered) > 0;
  bool const is_selector = std::ranges::any_of(session_.selectors, same(name));
  bool const is_in = came_back && std::ranges::all_of(named(name), [&](Tool const& tool) {
                       return includes(session_, tool.slug, tool.integration);
                     });
  if (came_back || !is_selector) added_.push_back(name);
  if (!is_selector && !is_in) session_.selectors.push_back(name);
}

}  // namespace agenta::daemon
