#include "daemon/core/connection_check.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/core/account_state.hpp"
#include "daemon/core/connection_choice.hpp"
#include "daemon/core/connection_standing.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

constexpr std::size_t kMostWords = 200;

/// What to show of a service's answer: not a page of it.
std::string words_of_answer(std::string const& body) {
  return body.empty() || body.size() > kMostWords ? "" : ": " + body;
}

/// Tools that ask who one is say it in their names; they are the cheapest, and hurt nobody.
int rank_of(Tool const& tool) {
  constexpr std::array kWords{"CURRENT_USER", "AUTHENTICATED_USER", "GET_ME",
                              "WHOAMI",       "AUTH_TEST",          "PROFILE"};
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (tool.slug.text.find(kWords[i]) != std::string::npos) return static_cast<int>(i);
  }
  return static_cast<int>(kWords.size()) + static_cast<int>(tool.slug.text.size());
}

/// What Composio's word alone says.
ConnectionCheck report_of(Connection row) {
  ConnectionCheck report;
  bool const pending = row.status == ConnectionStatus::pending;
  report.health = pending ? Health::unknown : Health::dead;
  report.probe = "status";
  report.detail = pending     ? "its login is not finished"
                  : row.error ? row.error->message
                              : "it is " + std::string{name_of(row.status)};
  report.connection = std::move(row);
  return report;
}

}  // namespace

Result<ConnectionChecks::Standing> ConnectionChecks::take_over(ProviderCall const& call, Caller const& caller,
                                                               Connection row) {
  if (!belongs_to(row, call.access)) {
    return fail(ErrorCode::not_configured,
                "the connection " + row.slug +
                    " was made under another Composio key; if this one is of the same Composio project, "
                    "`agenta-tools connections sync` takes it over",
                {"agenta-tools", "connections", "sync"});
  }
  // A login that is not finished is another question, and one that failed was never a connection.
  if (row.status == ConnectionStatus::pending || row.status == ConnectionStatus::failed ||
      row.account.empty())
    return Standing{std::move(row), false};
  auto const account = provider_.get_account(call, row.account);
  if (!account && account.error().code != ErrorCode::connection_not_found) return fail(account.error());
  Settlement settlement = account ? judge_standing(row, *account) : connection_vanished();
  AGENTA_CHECK(move_to(store_, row, std::move(settlement), caller.actor, clock_.wall()));
  bool const active_there = account && account->status == AccountStatus::active && !account->disabled;
  return Standing{std::move(row), active_there};
}

Result<Connection> ConnectionChecks::refresh(Caller const& caller, std::string const& slug_or_id) {
  AGENTA_TRY(Connection row, connections_.get(caller, slug_or_id));
  AGENTA_TRY(ProviderAccess const access, credentials_.access_for(caller));
  AGENTA_TRY(Standing standing, take_over({access, caller.deadline, caller.stop}, caller, std::move(row)));
  return std::move(standing.row);
}

Result<ConnectionCheck> ConnectionChecks::check(Caller const& caller, std::string const& slug_or_id) {
  AGENTA_TRY(Connection row, connections_.get(caller, slug_or_id));
  AGENTA_TRY(ProviderAccess const access, credentials_.access_for(caller));
  ProviderCall const call{access, caller.deadline, caller.stop};
  AGENTA_TRY(Standing standing, take_over(call, caller, std::move(row)));
  if (!standing.active_there) return report_of(std::move(standing.row));
  AGENTA_TRY(Verdict verdict, probe(call, caller, standing.row));
  ConnectionCheck report;
  AGENTA_TRY(report.connection, write_verdict(caller, standing.row, verdict));
  report.health = verdict.health;
  report.probe = std::move(verdict.probe);
  report.detail = std::move(verdict.detail);
  return report;
}

Result<ConnectionChecks::Verdict> ConnectionChecks::probe(ProviderCall const& call, Caller const& caller,
                                                          Connection const& row) {
  AGENTA_TRY(auto const known, catalog_.integration(call, row.integration));
  if (!known.value->current_user_endpoint.empty()) {
    AGENTA_TRY(Verdict verdict, ask_current_user(call, row, *known.value));
    if (verdict.health != Health::unknown) return verdict;
  }
  AGENTA_TRY(auto const tool, find_probe_tool(call, row.integration));
  if (tool) return run_tool(caller, row, *tool);
  return Verdict{Health::unknown, "status",
                 "Composio says ACTIVE; there is nothing cheap to call that would prove it"};
}

Result<ConnectionChecks::Verdict> ConnectionChecks::ask_current_user(ProviderCall const& call,
                                                                     Connection const& row,
                                                                     IntegrationDetail const& detail) {
  ProxyRequest request;
  request.account = row.account;
  request.endpoint = detail.current_user_endpoint;
  if (!detail.current_user_method.empty()) request.method = detail.current_user_method;
  AGENTA_TRY(ProxyReply const reply, answer_of(provider_.proxy(call, request)));
  Verdict verdict;
  verdict.probe = request.method + " " + request.endpoint;
  std::string const answered = row.integration_name + " answered " + std::to_string(reply.status);
  verdict.detail = answered;
  constexpr unsigned kUnauthorized = 401;
  if (reply.status == kUnauthorized || options_.proves_dead_credential(reply.body)) {
    verdict.health = Health::dead;
    verdict.detail = answered + words_of_answer(reply.body);
  } else if (reply.status >= 200 && reply.status < 300) {
    verdict.health = Health::alive;
  } else {
    verdict.detail += ", which says nothing about the grant";
  }
  return verdict;
}

/// The read-only tool that needs no arguments and says most; nothing where there is none.
Result<std::optional<Tool>> ConnectionChecks::find_probe_tool(ProviderCall const& call,
                                                              IntegrationSlug const& slug) {
  store::ToolListFilter filter;
  filter.integration = slug.text;
  filter.read_only = true;
  constexpr int kEnough = 200;
  filter.limit = kEnough;
  AGENTA_TRY(auto page, catalog_.list_tools(call, filter, Network::yes));
  auto& tools = page.value.items;
  std::ranges::sort(tools, {}, rank_of);
  constexpr std::size_t kMostTried = 20;
  for (std::size_t i = 0; i < std::min(tools.size(), kMostTried); ++i) {
    AGENTA_TRY(auto const known, catalog_.tool(call, tools[i].slug, ""));
    bool const needs_nothing = known.value->schema && known.value->schema->validate({"{}"}, "").has_value();
    if (needs_nothing && !known.value->tool.no_auth) return std::optional{known.value->tool};
  }
  return std::optional<Tool>{};
}

Result<ConnectionChecks::Verdict> ConnectionChecks::run_tool(Caller const& caller, Connection const& row,
                                                             Tool const& tool) {
  ToolCall call;
  call.tool = tool.slug.text;
  call.arguments.text = "{}";
  call.connection = row.id.text;
  call.is_probe = true;
  auto const ran = executions_.run(caller, call);
  Verdict verdict;
  verdict.probe = tool.slug.text;
  if (!ran) {
    if (ran.error().code != ErrorCode::connection_expired) return fail(ran.error());
    verdict.health = Health::dead;
    verdict.detail = ran.error().message;
  } else if (!ran->error) {
    verdict.health = Health::alive;
    verdict.detail = row.integration_name + " ran " + tool.slug.text;
  } else {
    bool const dead = ran->error->code == ErrorCode::connection_expired ||
                      options_.proves_dead_credential(ran->error->message);
    verdict.health = dead ? Health::dead : Health::unknown;
    verdict.detail = ran->error->message;
  }
  return verdict;
}

/// The row after a probe: expired where the service refused, and checked now where it did not.
Result<Connection> ConnectionChecks::write_verdict(Caller const& caller, Connection const& row,
                                                   Verdict const& verdict) {
  // The tool that was run may have moved it already.
  AGENTA_TRY(auto found, store_.find(row.id));
  if (!found || found->account != row.account) return row;
  Settlement settlement;
  settlement.status = found->status;
  settlement.error = found->error;
  if (verdict.health == Health::alive) {
    settlement.status = ConnectionStatus::active;
    settlement.error.reset();
  } else if (verdict.health == Health::dead) {
    settlement.status = ConnectionStatus::expired;
    settlement.error = ConnectionError{ErrorCode::connection_expired, verdict.detail};
  }
  AGENTA_CHECK(move_to(store_, *found, std::move(settlement), caller.actor, clock_.wall()));
  return *std::move(found);
}

}  // namespace agenta::daemon
