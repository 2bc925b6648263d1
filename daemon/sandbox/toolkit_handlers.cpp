#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/handlers.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::sandbox {
namespace {

constexpr std::size_t kMaximum = 1000;

HttpResponse toolkit_page(PageRequest const& page, std::vector<Toolkit const*> const& found) {
  std::vector<std::string> items;
  for (std::size_t at = page.first(); at < std::min(found.size(), page.first() + page.limit); ++at) {
    items.push_back(found[at]->list_json);
  }
  return json_response(200, page_document(page, std::move(items), found.size()));
}

bool in_category(Toolkit const& toolkit, std::string_view wanted) {
  return std::ranges::any_of(toolkit.categories, [&](Category const& category) {
    return equal_ignoring_case(category.id, wanted) || equal_ignoring_case(category.name, wanted);
  });
}

}  // namespace

Reply list_toolkits(World& world, Request const& request) {
  AGENTA_TRY(auto const page, page_of(request, kMaximum));
  auto const search = request.find_query("search");
  if (search && search->size() < 3) return refuse(bad_request("search must be at least 3 characters long"));
  auto const wanted = search ? to_lower(*search) : std::string{};
  auto const category = request.find_query("category");

  std::vector<Toolkit const*> found;
  for (auto const& toolkit : world.catalog.toolkits()) {
    if (category && !in_category(toolkit, *category)) continue;
    if (toolkit.haystack.find(wanted) != std::string::npos) found.push_back(&toolkit);
  }
  if (request.find_query("type") == "custom") found.clear();  // a project's own toolkits: it has none
  if (request.find_query("sort_by") == "alphabetically") std::ranges::sort(found, {}, &Toolkit::slug);
  return toolkit_page(page, found);
}

Reply list_toolkits_by_slug(World& world, Request const& request) {
  AGENTA_TRY(auto const page, page_of(request, kMaximum));
  auto const* wanted = find_node(request.body, "toolkits");
  std::vector<Toolkit const*> found;
  for (auto const& toolkit : world.catalog.toolkits()) {
    if (wanted == nullptr || std::ranges::find(*wanted, nlohmann::json(toolkit.slug)) != wanted->end())
      found.push_back(&toolkit);
  }
  return toolkit_page(page, found);
}

Reply get_toolkit(World& world, Request const& request) {
  auto const* toolkit = world.catalog.find_toolkit(request.parameters.front());
  if (toolkit == nullptr)
    return refuse(generic_error(404, "Toolkit " + request.parameters.front() + " not found"));
  auto const version = request.find_query("version").value_or("latest");
  if (version != "latest" && std::ranges::find(toolkit->versions, version) == toolkit->versions.end()) {
    return refuse(generic_error(404, "Toolkit " + toolkit->slug + " has no version " + version));
  }
  return json_response(200, toolkit->detail_json);
}

Reply list_categories(World& world, Request const& request) {
  AGENTA_TRY(auto page, page_of(request, kMaximum));
  if (!request.find_query("limit")) page.limit = kMaximum;  // the SDK asks once, for all of them
  auto const& all = world.catalog.categories();
  std::vector<std::string> items;
  for (std::size_t at = page.first(); at < std::min(all.size(), page.first() + page.limit); ++at) {
    items.push_back(to_text(nlohmann::ordered_json{{"name", all[at].name}, {"id", all[at].id}}));
  }
  return json_response(200, page_document(page, std::move(items), all.size()));
}

}  // namespace agenta::daemon::sandbox
