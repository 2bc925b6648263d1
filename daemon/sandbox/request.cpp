#include "daemon/sandbox/request.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/json_value.hpp"
#include "shared/base/base64.hpp"
#include "shared/base/id.hpp"

namespace agenta::daemon::sandbox {
namespace {

constexpr std::size_t kDefaultLimit = 20;
constexpr std::size_t kLastPage = 1'000'000;  // beyond any list, and far from overflowing page × limit

/// A limit as clients send it; what is no number means the default, as at Composio.
std::size_t read_limit(std::string_view text, std::size_t maximum) {
  double value = 0;
  auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::min(kDefaultLimit, maximum);
  if (!(value >= 1)) return 1;
  return value >= static_cast<double>(maximum) ? maximum : static_cast<std::size_t>(value);
}

std::string make_cursor(std::size_t page, std::size_t limit, std::size_t lap = 0) {
  std::string text = R"({"page":)" + std::to_string(page) + R"(,"limit":)" + std::to_string(limit);
  if (lap > 0) text += R"(,"lap":)" + std::to_string(lap);
  return base64_encode(text + "}");
}

/// Where the list goes on; empty where it ends.
std::string next_cursor(PageRequest const& page, std::size_t pages) {
  bool const is_last = page.page >= pages;
  if (page.fault == FaultKind::same_cursor)
    return page.cursor.empty() ? make_cursor(is_last ? 1 : page.page + 1, page.limit) : page.cursor;
  if (!is_last) return make_cursor(page.page + 1, page.limit, page.lap);
  if (page.fault == FaultKind::endless_list) return make_cursor(1, page.limit, page.lap + 1);
  return {};
}

/// Puts a number and an object without a name before the items, and texts in place of the first one's
/// schemas.
void break_items(std::vector<std::string>& items) {
  if (!items.empty()) {
    auto first = nlohmann::ordered_json::parse(items.front(), nullptr, false);
    for (char const* schema : {"input_parameters", "output_parameters"}) {
      if (first.is_object() && first.contains(schema)) first[schema] = "Planted by a sandbox fault";
    }
    items.front() = to_text(first);
  }
  items.insert(items.begin(), {"7", R"({"name":"Planted by a sandbox fault"})"});
}

}  // namespace

std::optional<std::string> Request::find_query(std::string_view name) const {
  auto const found = std::ranges::find(query.rbegin(), query.rend(), name, &QueryParameter::name);
  if (found == query.rend() || found->value.empty()) return std::nullopt;
  return found->value;
}

std::vector<std::string> Request::list_query(std::string_view name) const {
  std::vector<std::string> values;
  for (auto const& parameter : query) {
    std::string_view given = parameter.name;
    if (given.size() == name.size() + 2 && given.ends_with("[]")) given.remove_suffix(2);
    if (given != name) continue;
    for (auto& value : split(parameter.value, ',')) {
      if (std::string_view const trimmed = trim(value); !trimmed.empty()) values.emplace_back(trimmed);
    }
  }
  return values;
}

bool Request::flag_query(std::string_view name) const { return find_query(name) == "true"; }

ApiResult<PageRequest> page_of(Request const& request, std::size_t maximum) {
  PageRequest page;
  page.limit = std::min(kDefaultLimit, maximum);
  page.fault = request.fault;
  if (auto const limit = request.find_query("limit")) page.limit = read_limit(*limit, maximum);
  auto const cursor = request.find_query("cursor");
  if (!cursor) return page;

  auto const text = base64_decode(*cursor);
  auto const document = text ? parse_json(*text) : std::nullopt;
  auto const number = document ? find_integer(*document, "page") : std::nullopt;
  auto const limit = document ? find_integer(*document, "limit") : std::nullopt;
  if (!number || !limit || *number < 1 || *limit < 1) return refuse(bad_request("Invalid cursor"));
  page.page = std::min(static_cast<std::size_t>(*number), kLastPage);
  page.limit = std::min(static_cast<std::size_t>(*limit), maximum);
  page.lap = static_cast<std::size_t>(std::max<std::int64_t>(0, find_integer(*document, "lap").value_or(0)));
  page.cursor = *cursor;
  return page;
}

std::string page_document(PageRequest const& page, std::vector<std::string> items, std::size_t total,
                          std::string_view name) {
  std::size_t const pages = std::max<std::size_t>(1, (total + page.limit - 1) / page.limit);
  std::string const next = next_cursor(page, pages);
  if (page.fault == FaultKind::broken_items) break_items(items);
  std::size_t size = 160;
  for (auto const& item : items) size += item.size() + 1;
  std::string document;
  document.reserve(size);
  document.append("{\"").append(name).append("\":[").append(join(items, ",")).append(R"(],"next_cursor":)");
  document.append(next.empty() ? "null" : sandbox::quoted(next));
  document.append(R"(,"total_pages":)").append(std::to_string(pages));
  document.append(R"(,"current_page":)").append(std::to_string(page.page));
  document.append(R"(,"total_items":)").append(std::to_string(total)).append("}");
  return document;
}

HttpResponse json_response(unsigned status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  response.body = std::move(body);
  return response;
}

HttpResponse html_response(unsigned status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.headers = {
      {"Content-Type", "text/html; charset=utf-8"},
      {"Cache-Control", "no-store"},
      {"Referrer-Policy", "no-referrer"},
      {"X-Content-Type-Options", "nosniff"},
      {"Content-Security-Policy",
       "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"}};
  response.body = std::move(body);
  return response;
}

std::string make_nano_id(std::string_view prefix) { return std::string{prefix} + random_hex(6); }

}  // namespace agenta::daemon::sandbox
