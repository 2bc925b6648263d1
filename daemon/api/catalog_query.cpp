#include "daemon/api/catalog_query.hpp"

#include <algorithm>

#include "daemon/api/routes.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::api {
namespace {

constexpr long long kDefaultLimit = 100;
constexpr long long kMostLimit = 1000;
constexpr long long kDefaultHits = 20;
constexpr long long kMostHits = 200;
constexpr long long kMostOffset = 10'000'000;

unexpected<Error> unknown(std::string const& what, std::string const& wanted,
                          std::vector<std::string> const& known, std::vector<std::string> next_step) {
  auto const suggestion = nearest(wanted, known);
  return fail(
      ErrorCode::invalid_request,
      "there is no " + what + " " + wanted + (suggestion ? "; did you mean " + *suggestion + "?" : ""),
      std::move(next_step));
}

/// The cursor of a list is the number of items before it; nobody but us makes one.
Result<long long> read_cursor(Call const& call) {
  auto offset = read_number(call, "cursor", 0, 0, kMostOffset);
  if (offset) return offset;
  return fail(ErrorCode::invalid_request,
              "this is not a cursor of this list: give the next_cursor of the page before, or none");
}

}  // namespace

Result<std::optional<bool>> read_flag(Call const& call, std::string_view name) {
  std::string const text = to_lower(call.query_value(name));
  if (text.empty()) return std::optional<bool>{};
  if (text == "true" || text == "false") return std::optional<bool>{text == "true"};
  return fail(ErrorCode::invalid_request, std::string{name} + " is true or false, not " + text);
}

Result<Network> read_network(Call const& call) {
  AGENTA_TRY(auto const offline, read_flag(call, "offline"));
  return offline.value_or(false) ? Network::no : Network::yes;
}

Result<store::IntegrationListFilter> read_integration_filter(Call const& call) {
  store::IntegrationListFilter filter;
  filter.search = call.query_value("search");
  filter.category = call.query_value("category");
  filter.scheme = call.query_value("auth");
  AGENTA_TRY(filter.limit, read_number(call, "limit", kDefaultLimit, 1, kMostLimit));
  AGENTA_TRY(filter.offset, read_cursor(call));
  return filter;
}

Result<store::ToolListFilter> read_tool_filter(Call const& call) {
  store::ToolListFilter filter;
  filter.search = call.query_value("search");
  AGENTA_TRY(auto const read_only, read_flag(call, "read_only"));
  filter.read_only = read_only.value_or(false);
  AGENTA_TRY(filter.limit, read_number(call, "limit", kDefaultLimit, 1, kMostLimit));
  AGENTA_TRY(filter.offset, read_cursor(call));
  return filter;
}

Result<SearchRequest> read_search(Call const& call) {
  SearchRequest request;
  request.words = call.query_value("q");
  request.integration = to_lower(call.query_value("integration"));
  std::string const kind = to_lower(call.query_value("kind"));
  if (kind == "tool") request.kind = SearchHit::Kind::tool;
  if (kind == "integration") request.kind = SearchHit::Kind::integration;
  if (!kind.empty() && !request.kind)
    return fail(ErrorCode::invalid_request, "kind is tool or integration, not " + kind);
  AGENTA_TRY(auto const read_only, read_flag(call, "read_only"));
  request.read_only = read_only.value_or(false);
  AGENTA_TRY(request.connected, read_flag(call, "connected"));
  AGENTA_TRY(auto const remote, read_flag(call, "remote"));
  request.remote = remote.value_or(false);
  AGENTA_TRY(long long const limit, read_number(call, "limit", kDefaultHits, 1, kMostHits));
  request.limit = static_cast<std::size_t>(limit);
  return request;
}

Result<std::optional<schema::FormatOptions>> read_format_options(Call const& call) {
  std::string const format = to_lower(call.query_value("format"));
  std::string const compat = to_lower(call.query_value("compat"));
  std::optional<schema::FormatOptions> options;
  if (!format.empty()) {
    auto const parsed = schema::parse_tool_format(format);
    if (!parsed) return unknown("format", format, schema::tool_format_names(), {});
    options.emplace();
    options->format = *parsed;
  }
  if (!compat.empty() && compat != "composio")
    return fail(ErrorCode::invalid_request, "compat is composio, not " + compat);
  AGENTA_TRY(auto const strict, read_flag(call, "strict"));
  if (!options) return options;
  options->strict = strict.value_or(false);
  options->composio = !compat.empty();
  return options;
}

Result<DefinitionRequest> read_definitions(Call const& call) {
  DefinitionRequest request;
  for (std::string const& name : split(call.query_value("tools"), ',')) {
    if (!trim(name).empty()) request.tools.emplace_back(trim(name));
  }
  request.integration = to_lower(call.query_value("integration"));
  request.version = call.query_value("version");
  AGENTA_TRY(auto const options, read_format_options(call));
  request.options = options.value_or(schema::FormatOptions{});
  return request;
}

Result<std::string> known_category(std::string const& wanted, std::vector<Category> const& categories) {
  if (wanted.empty()) return wanted;
  std::vector<std::string> known;
  for (Category const& category : categories) {
    if (equal_ignoring_case(category.slug, wanted) || equal_ignoring_case(category.name, wanted))
      return category.slug;
    known.push_back(category.slug);
  }
  return unknown("category", wanted, known, {"agenta-tools", "integrations", "categories"});
}

Result<std::string> known_scheme(std::string const& wanted, std::vector<std::string> const& schemes) {
  if (wanted.empty()) return wanted;
  for (std::string const& scheme : schemes) {
    if (equal_ignoring_case(scheme, wanted)) return scheme;
  }
  auto error = unknown("auth scheme", wanted, schemes, {});
  return fail(ErrorCode::invalid_request, error.error().message + " There are " + join(schemes, ", "));
}

}  // namespace agenta::daemon::api
