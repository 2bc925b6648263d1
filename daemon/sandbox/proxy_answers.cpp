#include "daemon/sandbox/proxy_answers.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/handlers.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "shared/base/base64.hpp"
#include "shared/base/id.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kAnswers = "/answers/";
constexpr std::string_view kStatus = "/_status/";
constexpr std::size_t kMostKept = 8;
constexpr std::size_t kMostBytes = std::size_t{256} << 20;

std::optional<std::size_t> parse_count(std::string_view text) {
  std::size_t count = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return count;
}

/// Bytes that are no text, and tell where each of them belongs.
std::string pattern(std::size_t size) {
  constexpr std::size_t kStep = 31;
  constexpr std::size_t kLap = 251;
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>((i * kStep + i / kLap) & 0xFFU);
  return bytes;
}

HttpResponse keep(World& world, std::string bytes, std::string content_type) {
  KeptAnswer kept{make_nano_id("file_"), std::move(bytes), std::move(content_type)};
  Json const file{{"url", world.base_url + std::string{kAnswers} + kept.id},
                  {"content_type", kept.content_type},
                  {"size", kept.bytes.size()}};
  Json const headers{{"content-type", kept.content_type}};
  world.answers.push_back(std::move(kept));
  if (world.answers.size() > kMostKept) world.answers.pop_front();
  return json_response(200, to_text(Json{{"binary_data", file}, {"status", 200}, {"headers", headers}}));
}

}  // namespace

HttpResponse passed_on(unsigned status, Json data, std::string_view content_type) {
  Json const headers{{"content-type", content_type}};
  return json_response(200,
                       to_text(Json{{"data", std::move(data)}, {"status", status}, {"headers", headers}}));
}

HttpResponse without_body(HttpResponse answer) {
  auto document = Json::parse(answer.body, nullptr, false);
  if (!document.is_object()) return answer;
  document.erase("data");
  document.erase("binary_data");
  return json_response(answer.status, to_text(document));
}

std::optional<HttpResponse> special_answer(World& world, UpstreamTarget const& target,
                                           std::vector<QueryParameter> const& query,
                                           nlohmann::json const& body) {
  auto const* binary = find_node(body, "binary_body");
  if (target.path == "/_echo" && binary != nullptr) {
    auto bytes = base64_decode(find_text(*binary, "base64").value_or(""));
    if (!bytes) return passed_on(400, Json{{"message", "binary_body.base64 is none"}});
    return keep(world, *std::move(bytes),
                find_text(*binary, "content_type").value_or("application/octet-stream"));
  }
  if (target.path == "/_text")
    return passed_on(200, "plain \u00e6\n\x1b[31mred", "text/plain; charset=utf-8");
  if (target.path == "/_bytes") {
    auto const given = std::ranges::find(query, "size", &QueryParameter::name);
    auto const size = given == query.end() ? std::nullopt : parse_count(given->value);
    if (!size || *size > kMostBytes) return passed_on(400, Json{{"message", "size is a number of bytes"}});
    return keep(world, pattern(*size), "application/octet-stream");
  }
  if (target.path.starts_with(kStatus)) {
    auto const status = parse_count(std::string_view{target.path}.substr(kStatus.size()));
    if (!status || *status < 200 || *status > 599) return std::nullopt;
    return passed_on(static_cast<unsigned>(*status), Json{{"message", "Status " + std::to_string(*status)}});
  }
  return std::nullopt;
}

HttpResponse answer_kept(World& world, HttpRequest const& request) {
  auto const id = request.path().substr(kAnswers.size());
  auto const found = std::ranges::find(world.answers, id, &KeptAnswer::id);
  HttpResponse response;
  if (found == world.answers.end()) {
    response.status = 404;
    return response;
  }
  response.headers.emplace_back("Content-Type", found->content_type);
  response.body = found->bytes;
  auto const fault = world.faults.take(request.method, request.path(), request.path(), "");
  if (!fault) return response;
  if (auto replacement = fault->instead(make_uuid_v7())) response = *std::move(replacement);
  fault->bend(response);
  return response;
}

}  // namespace agenta::daemon::sandbox
