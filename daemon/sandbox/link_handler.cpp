#include "daemon/sandbox/consent_page.hpp"
#include "daemon/sandbox/handlers.hpp"
#include "daemon/sandbox/links.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {
namespace {

constexpr std::string_view kPrefix = "/link/";

/// Where the user's browser goes next: the callback with the outcome added to its query.
std::string callback_with(Account const& account, std::string_view status) {
  std::string url = account.callback_url;
  std::size_t const fragment = url.find('#');
  std::string const tail = fragment == std::string::npos ? "" : url.substr(fragment);
  url.resize(std::min(url.size(), fragment));
  if (url.find('?') == std::string::npos) {
    url += '?';
  } else if (!url.ends_with('?') && !url.ends_with('&')) {
    url += '&';
  }
  return url + "status=" + std::string{status} + "&connected_account_id=" + account.id + tail;
}

HttpResponse finish(Account const& account, std::string_view status, std::string_view told) {
  if (account.callback_url.empty()) return html_response(200, message_page(told, "You can close this page."));
  auto response = html_response(302, message_page(told, "You are being sent back."));
  response.headers.emplace_back("Location", callback_with(account, status));
  return response;
}

std::map<std::string, std::string> read_form(HttpRequest const& request) {
  std::map<std::string, std::string> fields;
  for (auto& [name, value] : parse_query(request.body).value_or(std::vector<QueryParameter>{})) {
    if (!value.empty()) fields[name] = std::move(value);
  }
  return fields;
}

HttpResponse show(World& world, Account& account) {
  if (account.status == AccountStatus::initializing) set_status(world, account, AccountStatus::initiated);
  return html_response(200, consent_page(world, account, ""));
}

HttpResponse settle(World& world, Account& account, HttpRequest const& request, std::string_view action) {
  if (action == "deny") {
    deny(world, account);
    return finish(account, "failed", "The connection was denied");
  }
  if (auto const complaint = approve(world, account, read_form(request))) {
    return html_response(422, consent_page(world, account, *complaint));
  }
  return finish(account, "success", "The connection is made");
}

}  // namespace

HttpResponse answer_link(World& world, HttpRequest const& request) {
  expire_stale(world);
  std::string_view const rest = request.path().substr(kPrefix.size());
  std::string_view const token = rest.substr(0, rest.find('/'));
  std::string_view const action =
      token.size() < rest.size() ? rest.substr(token.size() + 1) : std::string_view{};
  auto* const account = world.book.find_by_link(token);
  bool const known = action.empty() || action == "approve" || action == "deny";
  if (account == nullptr || !known) {
    return html_response(404, message_page("Unknown link", "There is no such link. Ask for a new one."));
  }
  if (account->status == AccountStatus::expired) {
    return html_response(410, message_page("This link has expired",
                                           "It was not answered within 10 minutes. Ask for a new one."));
  }
  if (!account->pending())
    return html_response(410, message_page("This link has been used", "Ask for a new one to connect again."));
  bool const asks = request.method == "GET";
  if (action.empty() != asks || (!asks && request.method != "POST")) {
    return html_response(405, message_page("Not like this", "Open the link, and press Approve or Deny."));
  }
  return asks ? show(world, *account) : settle(world, *account, request, action);
}

}  // namespace agenta::daemon::sandbox
