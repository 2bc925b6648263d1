#include "daemon/sandbox/consent_page.hpp"
#include "daemon/sandbox/handlers.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {
namespace {

constexpr std::string_view kDashboard = "/dashboard/";

HttpResponse unknown_page() {
  return html_response(404, message_page("Unknown login", "There is no such login. Begin it anew."));
}

/// What keeps a login from being answered; nothing where it can be.
std::optional<HttpResponse> obstacle(World const& world, CliSession const& session) {
  char const* const anew = "Begin it anew in your terminal.";
  if (session.state != CliSession::State::pending)
    return html_response(410, message_page("This login has been answered", anew));
  if (!is_open(world, session)) return html_response(410, message_page("This login has expired", anew));
  return std::nullopt;
}

/// By its id only: a code is short enough to be guessed.
CliSession* find_by_id(World& world, std::string_view id) {
  auto* const session = find_cli_session(world, id);
  return session == nullptr || session->id != id ? nullptr : session;
}

/// `/dashboard?cliKey=<id>`
HttpResponse show_login(World& world, HttpRequest const& request) {
  std::string id;
  for (auto& parameter : parse_query(request.query()).value_or(std::vector<QueryParameter>{})) {
    if (parameter.name == "cliKey") id = std::move(parameter.value);
  }
  auto const* session = find_by_id(world, id);
  if (session == nullptr) return unknown_page();
  if (auto refusal = obstacle(world, *session)) return std::move(*refusal);
  return html_response(200, login_page(*session));
}

/// `/dashboard/<id>/approve` and `/dashboard/<id>/deny`
HttpResponse settle_login(World& world, std::string_view rest) {
  std::size_t const slash = rest.find('/');
  std::string_view const action = slash == std::string_view::npos ? "" : rest.substr(slash + 1);
  auto* const session = find_by_id(world, rest.substr(0, slash));
  if (session == nullptr || (action != "approve" && action != "deny")) return unknown_page();
  if (auto refusal = obstacle(world, *session)) return std::move(*refusal);
  settle(world, *session, action == "approve");
  return html_response(200, message_page(action == "approve" ? "You are logged in" : "The login was denied",
                                         "You can close this page and go back to your terminal."));
}

}  // namespace

HttpResponse answer_dashboard(World& world, HttpRequest const& request) {
  std::string_view const path = request.path();
  bool const asks = path == "/" || path == "/dashboard" || path == kDashboard;
  if (request.method != (asks ? "GET" : "POST"))
    return html_response(405, message_page("Not like this", "Open the page, and press Approve or Deny."));
  return asks ? show_login(world, request) : settle_login(world, path.substr(kDashboard.size()));
}

}  // namespace agenta::daemon::sandbox
