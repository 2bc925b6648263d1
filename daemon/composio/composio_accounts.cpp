#include "daemon/composio/composio_accounts.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "daemon/composio/api_version.hpp"
#include "daemon/composio/credential_header.hpp"
#include "daemon/composio/wire_json.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/base/version.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon {
namespace {

using wire::Json;

constexpr auto kAsked = Operation::verify_key;
constexpr std::size_t kLongestName = 200;
constexpr std::size_t kLongestKey = 4096;
constexpr auto kPageSize = 50;
constexpr auto kMostPages = 40;

std::string api(std::string_view path) { return std::string{kApi} + std::string{path}; }

std::string name_at(Json const& json, char const* name) {
  return shorten(wire::text_at(json, name), kLongestName);
}

/// An id of Composio's goes into a header: what cannot be one is none.
std::string id_at(Json const& json, char const* name) {
  auto id = wire::text_at(json, name);
  return wire::is_slug(id) ? id : std::string{};
}

KeyOwner owner_of(Json const& json) {
  auto owner = KeyOwner{};
  owner.email = name_at(wire::member(json, "org_member"), "email");
  auto const& project = wire::member(json, "project");
  if (!project.is_object()) return owner;
  auto const& org = wire::member(project, "org");
  // The headers take nano ids alone, never UUIDs.
  auto told = ProviderProject{id_at(project, "nano_id"), name_at(project, "name"), id_at(org, "id"),
                              name_at(org, "name")};
  if (!told.id.empty()) owner.project = std::move(told);
  return owner;
}

/// A key as it may stand in a header: one line of printable ASCII.
bool is_key(std::string_view text) {
  return !text.empty() && text.size() <= kLongestKey &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

Result<DeviceAnswer> answer_of(Json const& json) {
  auto answer = DeviceAnswer{};
  auto const status = to_lower(wire::text_at(json, "status"));
  if (status == "linked") {
    auto const key = Secret{wire::text_at(json, "api_key")};
    if (!is_key(key.reveal())) return wire::unreadable("no key, though the login is finished");
    answer.state = DeviceAnswer::State::linked;
    answer.key = key;
    answer.email = name_at(wire::member(json, "account"), "email");
  } else if (status == "denied" || status == "rejected" || status == "cancelled" || status == "canceled") {
    answer.state = DeviceAnswer::State::denied;
  } else if (status == "expired") {
    answer.state = DeviceAnswer::State::gone;
  }
  return answer;
}

unexpected<Error> not_offered() {
  return fail(ErrorCode::unsupported, "this Composio offers no login in a browser; give it a key instead",
              {"agenta-tools", "login"});
}

bool is_ok(HttpReply const& reply) { return reply.status >= 200 && reply.status < 300; }

}  // namespace

bool ComposioAccounts::is_user_key(Secret const& key) const { return agenta::daemon::is_user_key(key); }

HttpOutcome ComposioAccounts::send(ProviderCall const& call, std::string method, std::string target,
                                   std::string body, Credential credential) const {
  auto http = HttpCall{};
  http.base_url = call.access.base_url;
  http.method = std::move(method);
  http.target = std::move(target);
  http.fields = {{"accept", "application/json"},
                 {"user-agent", "agenta-tools/" + std::string{product_version()}}};
  if (credential == Credential::yes) add_credential(http.fields, call.access);
  if (!body.empty()) http.fields.emplace_back("content-type", "application/json");
  http.body = std::move(body);
  http.deadline = call.deadline;
  http.stop = call.stop;
  http.max_body = std::size_t{4} << 20;
  return pool_.send(http);
}

Result<HttpReply> ComposioAccounts::read(ProviderCall const& call, std::string target) const {
  auto outcome = send(call, "GET", std::move(target), {}, Credential::yes);
  auto const asked = Asked{.operation = kAsked};
  if (outcome.progress != HttpProgress::replied) return fail(error_from_trouble(outcome, asked));
  auto const scrubber = Scrubber{call.access.api_key};
  if (!is_ok(outcome.reply)) return fail(error_from_reply(outcome.reply, asked, scrubber));
  // Composio may tell the key itself here: it goes no further.
  outcome.reply.body = scrubber.scrub(outcome.reply.body);
  return std::move(outcome.reply);
}

Result<KeyOwner> ComposioAccounts::get_owner(ProviderCall const& call) {
  AGENTA_TRY(auto const reply, read(call, api("/auth/session/info")));
  auto const json = wire::parse_object(reply.body);
  if (!json) return wire::unreadable("nothing about the key");
  return owner_of(*json);
}

Result<std::vector<ProviderProject>> ComposioAccounts::list_projects(ProviderCall const& call) {
  auto projects = std::vector<ProviderProject>{};
  auto seen = std::set<std::string>{};
  auto cursor = std::string{};
  for (auto page = 0; page < kMostPages; ++page) {
    auto target = api("/org/project/list?list_all_org_projects=true&limit=") + std::to_string(kPageSize);
    if (!cursor.empty()) target += "&cursor=" + percent_encode(cursor);
    AGENTA_TRY(auto const reply, read(call, std::move(target)));
    auto const json = wire::parse_object(reply.body);
    if (!json || !wire::member(*json, "data").is_array()) return wire::unreadable("no list of projects");
    for (auto const& each : wire::member(*json, "data")) {
      auto project = ProviderProject{id_at(each, "id"), name_at(each, "name"), id_at(each, "org_id"), {}};
      if (!project.id.empty() && !wire::flag_at(each, "deleted")) projects.push_back(std::move(project));
    }
    cursor = wire::text_at(*json, "next_cursor");
    if (cursor.empty() || !seen.insert(cursor).second) break;
  }
  add_organisations(call, projects);
  return projects;
}

void ComposioAccounts::add_organisations(ProviderCall const& call,
                                         std::vector<ProviderProject>& projects) const {
  auto const reply = read(call, api("/org/list?limit=") + std::to_string(kPageSize));
  auto const json = reply ? wire::parse_object(reply->body) : std::nullopt;
  if (!json) return;
  for (auto const& org : wire::member(*json, "organizations")) {
    for (auto& project : projects) {
      if (project.org_id == wire::text_at(org, "id")) project.org_name = name_at(org, "name");
    }
  }
}

Result<DeviceSession> ComposioAccounts::create_device_session(ProviderCall const& call) {
  auto const source = "agenta-tools (linux, v" + std::string{product_version()} + ")";
  auto body = R"({"scope":"project","source":)" + protocol::write_string(source) + "}";
  auto const outcome = send(call, "POST", api("/cli/create-session"), std::move(body), Credential::no);
  auto const asked = Asked{.operation = kAsked};
  if (outcome.progress != HttpProgress::replied) return fail(error_from_trouble(outcome, asked));
  auto const& reply = outcome.reply;
  if (reply.status == 404 || reply.status == 410 || reply.status == 501) return not_offered();
  if (!is_ok(reply)) return fail(error_from_reply(reply, asked, Scrubber{Secret{}}));
  auto const json = wire::parse_object(reply.body);
  auto session = DeviceSession{};
  if (json) session.id = Secret{id_at(*json, "id")};
  if (session.id.empty()) return wire::unreadable("no login to finish in a browser");
  session.code = wire::text_at(*json, "code");
  session.expires_at = wire::find_time(*json, "expiresAt");
  return session;
}

Result<DeviceAnswer> ComposioAccounts::get_device_session(ProviderCall const& call, Secret const& id) {
  auto const outcome =
      send(call, "GET", api("/cli/get-session?id=") + percent_encode(id.reveal()), {}, Credential::no);
  auto const asked = Asked{.operation = kAsked};
  // What goes wrong with the line is told without the request, of which the id is a part.
  auto const scrubber = Scrubber{id};
  if (outcome.progress != HttpProgress::replied) {
    auto error = error_from_trouble(outcome, asked);
    error.message = scrubber.scrub(error.message);
    return fail(std::move(error));
  }
  auto const& reply = outcome.reply;
  if (reply.status == 404 || reply.status == 410) {
    auto answer = DeviceAnswer{};
    answer.state = DeviceAnswer::State::gone;
    return answer;
  }
  if (!is_ok(reply)) return fail(error_from_reply(reply, asked, scrubber));
  auto const json = wire::parse_object(reply.body);
  if (!json) return wire::unreadable("nothing about the login");
  return answer_of(*json);
}

}  // namespace agenta::daemon
