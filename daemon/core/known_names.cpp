#include "daemon/core/known_names.hpp"

#include <algorithm>
#include <utility>

#include "daemon/core/proxy_record.hpp"
#include "shared/base/text.hpp"
#include "shared/domain/proxy.hpp"

namespace agenta::daemon {

std::optional<KnownNames> KnownNames::read(store::CatalogStore& store) {
  auto const fetched = store.find_list_time();
  auto const slugs = store.list_integration_slugs();
  auto tools = store.list_tool_slugs();
  if (!fetched || !*fetched || !slugs || !tools) return std::nullopt;
  KnownNames names;
  names.tools_ = *std::move(tools);
  for (std::string const& slug : *slugs) {
    auto const list = store.find_tool_list(slug);
    names.integrations_.push_back({to_upper(slug) + "_", list && *list});
  }
  return names;
}

bool KnownNames::is_none(std::string_view pattern) const {
  auto const is_it = [&](std::string const& name) { return matches_glob(pattern, name); };
  if (std::ranges::any_of(tools_, is_it)) return false;
  if (std::ranges::any_of(kProxyMethods, [&](auto method) { return is_it(proxy_tool(method).text); }))
    return false;
  std::string const beginning = to_upper(pattern.substr(0, pattern.find_first_of("*?")));
  return std::ranges::none_of(integrations_, [&](Listed const& each) {
    bool const may_name = each.prefix.starts_with(beginning) || beginning.starts_with(each.prefix);
    return may_name && !each.has_tools_here;
  });
}

}  // namespace agenta::daemon
