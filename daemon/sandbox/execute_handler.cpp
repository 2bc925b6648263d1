#include <nlohmann/json.hpp>

#include "daemon/sandbox/behaviour.hpp"
#include "daemon/sandbox/handlers.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "daemon/sandbox/links.hpp"
#include "daemon/sandbox/tool_version.hpp"
#include "shared/base/id.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::sandbox {
namespace {

ApiError identity_error(unsigned status, int code, std::string slug, std::string message, std::string fix) {
  ApiError error;
  error.status = status;
  error.code = code;
  error.slug = std::move(slug);
  error.message = std::move(message);
  error.suggested_fix = std::move(fix);
  return error;
}

std::optional<std::string> find_user(nlohmann::json const& body) {
  auto user = find_text(body, "user_id");
  return user ? user : find_text(body, "entity_id");
}

ApiResult<Account*> get_named_account(World& world, Request const& request, std::string const& id) {
  auto const user = find_user(request.body);
  if (!user) {
    return refuse(identity_error(400, 1811, "ActionExecute_ConnectedAccountEntityIdRequired",
                                 "User ID is required with connected account",
                                 "Provide a user ID associated with the connected account"));
  }
  auto* const account = world.book.find_account(request.project, id);
  if (account == nullptr) return refuse(account_not_found(id));
  if (account->user != *user) {
    return refuse(identity_error(400, 1812, "ActionExecute_ConnectedAccountEntityIdMismatch",
                                 "Connected account user ID does not match the provided user ID",
                                 "Provide the user ID associated with the connected account"));
  }
  return account;
}

/// The account to run as, in the order in which Composio checks.
ApiResult<Account*> get_usable_account(World& world, Request const& request, Toolkit const& toolkit) {
  Account* account = nullptr;
  auto const user = find_user(request.body).value_or("default");
  if (auto const id = find_text(request.body, "connected_account_id")) {
    AGENTA_TRY(account, get_named_account(world, request, *id));
  } else {
    account = world.book.find_active(request.project, user, toolkit.slug);
  }
  if (account == nullptr || account->toolkit != toolkit.slug) {
    return refuse(
        identity_error(404, 1810, "ActionExecute_ConnectedAccountNotFound",
                       "No connected account found for user ID " + user + " for toolkit " + toolkit.slug,
                       "Ensure that the user has a connected account for the toolkit"));
  }
  AGENTA_CHECK(check_active(*account));
  return account;
}

HttpResponse result(ToolAnswer const& answer) {
  std::string text = R"({"data":)";
  text.append(answer.data)
      .append(R"(,"error":)")
      .append(answer.error.empty() ? "null" : sandbox::quoted(answer.error));
  text.append(R"(,"successful":)").append(answer.error.empty() ? "true" : "false");
  text.append(R"(,"session_info":null,"log_id":"log_)").append(random_hex(6)).append("\"}");
  return json_response(200, std::move(text));
}

ToolAnswer run(World& world, Tool const& tool, nlohmann::json const& arguments) {
  auto const& toolkit = world.catalog.toolkit_of(tool);
  auto const* behaviour = world.catalog.has_behaviour() ? find_behaviour(toolkit.slug, tool.slug) : nullptr;
  if (behaviour == nullptr) return answered(arguments);
  auto& state = member_or(*world.tool_state, toolkit.slug.c_str(), nlohmann::json::object());
  if (!tool.read_only) world.unsaved.tools = true;
  return behaviour->run({arguments, state, world.now(), &world.storage});
}

}  // namespace

ApiResult<void> check_active(Account const& account) {
  if (account.status == AccountStatus::expired) {
    return refuse(identity_error(410, 1820, "ActionExecute_ConnectedAccountExpired",
                                 "Connected account " + account.id + " is in EXPIRED state",
                                 "Reconnect: create a new link"));
  }
  if (account.status != AccountStatus::active)
    return refuse(generic_error(422, "Connected account is not ACTIVE"));
  return {};
}

Account* find_meant_account(World& world, Request const& request) {
  if (auto const id = find_text(request.body, "connected_account_id"))
    return world.book.find_account(request.project, *id);
  if (request.parameters.empty()) return nullptr;  // the proxy, which must be told the account
  auto const* tool = world.catalog.find_tool(request.parameters.front());
  if (tool == nullptr) return nullptr;
  return world.book.find_active(request.project, find_user(request.body).value_or("default"),
                                world.catalog.toolkit_of(*tool).slug);
}

Reply execute_tool(World& world, Request const& request) {
  auto const& slug = request.parameters.front();
  auto const* tool = world.catalog.find_tool(slug);
  if (tool == nullptr) return refuse(tool_not_found(slug));
  auto const& toolkit = world.catalog.toolkit_of(*tool);
  Account const* account = nullptr;
  if (!toolkit.no_auth && find_node(request.body, "custom_connection_data") == nullptr) {
    AGENTA_TRY(account, get_usable_account(world, request, toolkit));
  }
  auto const version = find_text(request.body, "version").value_or(std::string{default_version(request)});
  if (!tool->has_version(version)) return refuse(tool_not_found(slug));
  if (find_text(request.body, "text"))
    return refuse(generic_error(501, "The sandbox has no language model; send arguments"));

  auto const none = nlohmann::json::object();
  auto const* given = find_node(request.body, "arguments");
  auto const& arguments = given == nullptr ? none : *given;
  if (!arguments.is_object()) return refuse(bad_request("arguments must be an object"));
  if (auto const complaint = world.arguments.complaint(*tool, arguments)) return result(refused(*complaint));
  if (account != nullptr) {
    if (account->grant_is_dead) return result(refused(toolkit.dead_grant));
    if (auto const complaint = credential_complaint(find_scheme(world, *account), account->fields)) {
      return result(refused("401 Unauthorized: invalid_auth. " + *complaint));
    }
  }
  ToolAnswer const answer = run(world, *tool, arguments);
  auto& count = world.tool_counts[slug];
  if (answer.error.empty()) ++count.effects;
  return result(answer);
}

}  // namespace agenta::daemon::sandbox
