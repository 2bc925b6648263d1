#include <nlohmann/json.hpp>

#include "daemon/sandbox/handlers.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "daemon/sandbox/organisation.hpp"
#include "shared/base/id.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::ordered_json;
using State = CliSession::State;

constexpr std::size_t kMostSessions = 1000;

char const* scope_of(CliSession const& session) { return session.for_user ? "user" : "project"; }

Json document_of(CliSession const& session) {
  return Json{{"id", session.id},
              {"code", session.code},
              {"status", session.state == State::linked ? "linked" : "pending"},
              {"expiresAt", format_rfc3339(session.expires_at())}};
}

}  // namespace

Reply create_cli_session(World& world, Request const& request) {
  auto const scope = find_text(request.body, "scope").value_or("project");
  if (scope != "user" && scope != "project") return refuse(bad_request("scope must be project or user"));
  CliSession session;
  session.id = make_uuid_v7();
  session.code = random_hex(3);
  session.source = find_text(request.body, "source").value_or("");
  session.for_user = scope == "user";
  session.created_at = world.now();
  Json document = document_of(session);
  document["scope"] = scope;
  world.cli_sessions.push_back(std::move(session));
  if (world.cli_sessions.size() > kMostSessions) world.cli_sessions.pop_front();
  return json_response(201, to_text(document));
}

Reply get_cli_session(World& world, Request const& request) {
  auto const id = request.find_query("id");
  if (!id) return refuse(bad_request("id is required"));
  auto* const session = find_cli_session(world, *id);
  if (session == nullptr) return refuse(generic_error(404, "CLI session not found"));
  settle_automatically(world, *session);
  bool const is_linked = session->state == State::linked;
  Json document = document_of(*session);
  document["account"] =
      is_linked ? Json{{"id", kMember}, {"email", kMemberMail}, {"name", kMemberName}} : Json{};
  document["api_key"] = is_linked ? Json(session->key) : Json{};
  document["scope"] = scope_of(*session);
  return json_response(200, to_text(document));
}

}  // namespace agenta::daemon::sandbox
