#include "daemon/sandbox/faults.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/sandbox/json_value.hpp"
#include "daemon/sandbox/large_result.hpp"
#include "daemon/sandbox/request.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::sandbox {
namespace {

constexpr std::array kKinds{
    std::pair{FaultKind::status, "status"},
    std::pair{FaultKind::delay, "delay"},
    std::pair{FaultKind::reset, "reset"},
    std::pair{FaultKind::lost_reply, "lost_reply"},
    std::pair{FaultKind::truncated, "truncated"},
    std::pair{FaultKind::garbage, "garbage"},
    std::pair{FaultKind::rate_limit, "rate_limit"},
    std::pair{FaultKind::expired_account, "expired_account"},
    std::pair{FaultKind::html_502, "html_502"},
    std::pair{FaultKind::cut_document, "cut_document"},
    std::pair{FaultKind::same_cursor, "same_cursor"},
    std::pair{FaultKind::endless_list, "endless_list"},
    std::pair{FaultKind::broken_items, "broken_items"},
    std::pair{FaultKind::large_result, "large_result"},
};

constexpr std::int64_t kLongest = 24 * 60 * 60 * 1000;

std::optional<FaultKind> parse_kind(std::string_view name) {
  auto const found = std::ranges::find(kKinds, name, &std::pair<FaultKind, char const*>::second);
  if (found == kKinds.end()) return std::nullopt;
  return found->first;
}

/// A number from `lowest` to `highest`, or `otherwise` where it is missing.
ApiResult<std::int64_t> number_in(nlohmann::json const& document, char const* name, std::int64_t lowest,
                                  std::int64_t highest, std::int64_t otherwise) {
  auto const member = document.find(name);
  if (member == document.end() || member->is_null()) return otherwise;
  auto const number = find_integer(document, name);
  if (!number || *number < lowest || *number > highest) {
    return refuse(bad_request(std::string{name} + " must be a number from " + std::to_string(lowest) +
                              " to " + std::to_string(highest)));
  }
  return *number;
}

ApiResult<Fault> read_fault(nlohmann::json const& document) {
  Fault fault;
  std::vector<std::string> const known{"kind",     "match",       "times",   "status", "body",
                                       "delay_ms", "retry_after", "headers", "bytes",  "breaks_off"};
  for (auto const& [name, value] : document.items()) {
    // A misspelt member would plant another fault than the one that was meant.
    if (std::ranges::find(known, name) == known.end()) {
      return refuse(bad_request("a fault has no member " + name + "; it has " + join(known, ", ")));
    }
  }
  auto const kind = parse_kind(find_text(document, "kind").value_or("status"));
  if (!kind) {
    std::vector<std::string> names;
    for (auto const& [value, name] : kKinds) names.emplace_back(name);
    return refuse(bad_request("kind must be one of " + join(names, ", ")));
  }
  fault.kind = *kind;
  AGENTA_TRY(auto const times, number_in(document, "times", 1, 1'000'000'000, 1));
  AGENTA_TRY(auto const status, number_in(document, "status", 200, 599, 500));
  AGENTA_TRY(auto const delay, number_in(document, "delay_ms", 0, kLongest, 0));
  AGENTA_TRY(auto const retry_after, number_in(document, "retry_after", 0, kLongest, 1));
  AGENTA_TRY(fault.bytes, number_in(document, "bytes", 0, std::int64_t{4} << 30, 0));
  if (auto const breaks_off = document.find("breaks_off"); breaks_off != document.end())
    fault.breaks_off = *breaks_off == true;
  fault.times = static_cast<std::uint64_t>(times);
  fault.status = static_cast<unsigned>(status);
  fault.delay = std::chrono::milliseconds{delay};
  fault.retry_after = std::chrono::seconds{retry_after};
  fault.body = find_text(document, "body");
  if (auto const* body = find_node(document, "body")) fault.body = to_text(*body);
  if (auto const* match = find_node(document, "match")) {
    fault.method = to_upper(find_text(*match, "method").value_or(""));
    fault.path_prefix = find_text(*match, "path_prefix").value_or("");
    fault.tool = to_upper(find_text(*match, "tool").value_or(""));
  }
  if (auto const* headers = find_node(document, "headers"); headers != nullptr && headers->is_object()) {
    for (auto const& [name, value] : headers->items()) {
      fault.headers.emplace_back(name, value.is_string() ? value.get<std::string>() : to_text(value));
    }
  }
  return fault;
}

}  // namespace

std::optional<HttpResponse> Fault::instead(std::string_view request_id) const {
  switch (kind) {
    case FaultKind::status: {
      ApiError const error = generic_error(status, "Planted by a sandbox fault");
      return json_response(status, body.value_or(error_document(error, request_id)));
    }
    case FaultKind::rate_limit: {
      auto response = json_response(
          429, body.value_or(R"({"message":"Rate limit exceeded. Limit: 10000 requests per 1 minutes"})"));
      response.headers.emplace_back("Retry-After", std::to_string(retry_after.count()));
      return response;
    }
    case FaultKind::html_502:
      return html_response(502,
                           body.value_or("<html><head><title>502 Bad Gateway</title></head>"
                                         "<body><center><h1>502 Bad Gateway</h1></center></body></html>"));
    case FaultKind::garbage: return json_response(200, body.value_or("{\"items\":[{\"slug\": \"git\x01"));
    case FaultKind::reset: return HttpResponse{};
    case FaultKind::delay:
    case FaultKind::lost_reply:
    case FaultKind::truncated:
    case FaultKind::expired_account:
    case FaultKind::cut_document:
    case FaultKind::same_cursor:
    case FaultKind::endless_list:
    case FaultKind::large_result:
    case FaultKind::broken_items: return std::nullopt;
  }
  __builtin_unreachable();
}

void Fault::bend(HttpResponse& response) const {
  response.delay = delay;
  response.headers.insert(response.headers.end(), headers.begin(), headers.end());
  if (kind == FaultKind::reset || kind == FaultKind::lost_reply) response.delivery = Delivery::reset;
  if (kind == FaultKind::large_result) {
    response.file = make_large_result(bytes);
    response.body.clear();
  }
  if (breaks_off) response.delivery = Delivery::truncated;
  if (kind == FaultKind::truncated) response.delivery = Delivery::truncated;
  if (kind == FaultKind::cut_document) response.body.resize(response.body.size() / 2);
}

ApiResult<std::uint64_t> FaultPlan::plant(nlohmann::json const& document) {
  AGENTA_TRY(auto fault, read_fault(document));
  fault.id = next_id_++;
  faults_.push_back(std::move(fault));
  return faults_.back().id;
}

std::optional<Fault> FaultPlan::take(std::string_view method, std::string_view whole_path,
                                     std::string_view path, std::string_view tool) {
  auto const found = std::ranges::find_if(faults_, [&](Fault const& fault) {
    return (fault.method.empty() || fault.method == method) && (fault.tool.empty() || fault.tool == tool) &&
           (path.starts_with(fault.path_prefix) || whole_path.starts_with(fault.path_prefix));
  });
  if (found == faults_.end()) return std::nullopt;
  Fault fault = *found;
  if (--found->times == 0) faults_.erase(found);
  return fault;
}

nlohmann::ordered_json FaultPlan::to_json() const {
  auto items = nlohmann::ordered_json::array();
  for (auto const& fault : faults_) {
    nlohmann::ordered_json match = nlohmann::ordered_json::object();
    if (!fault.method.empty()) match["method"] = fault.method;
    if (!fault.path_prefix.empty()) match["path_prefix"] = fault.path_prefix;
    if (!fault.tool.empty()) match["tool"] = fault.tool;
    nlohmann::ordered_json item{{"id", fault.id},
                                {"match", std::move(match)},
                                {"kind", kKinds[static_cast<std::size_t>(fault.kind)].second},
                                {"times", fault.times}};
    if (fault.kind == FaultKind::status) item["status"] = fault.status;
    if (fault.delay.count() > 0) item["delay_ms"] = fault.delay.count();
    items.push_back(std::move(item));
  }
  return nlohmann::ordered_json{{"items", std::move(items)}};
}

}  // namespace agenta::daemon::sandbox
