#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "daemon/core/custom_tools.hpp"
#include "daemon/core/sessions.hpp"
#include "daemon/core/sessions_asked.hpp"
#include "daemon/store/sha256.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/custom/declaration.hpp"
#include "shared/domain/belief.hpp"
#include "shared/protocol/owners_step.hpp"

// What is in a session: which tools its selectors name in the catalogue as it is now, and what can be run.
namespace agenta::daemon {
namespace {

/// Of more integrations than this only what is known here already is looked at.
constexpr std::size_t kMostFetched = 30;

bool is_glob(std::string_view selector) { return selector.find_first_of("*?") != std::string_view::npos; }

bool is_own(std::string_view selector) {
  return is_custom(IntegrationSlug{std::string{selector}}) ||
         to_upper(selector).starts_with(kCustomToolPrefix);
}

/// As a list tells it.
bool is_without_schemas(Tool const& tool) { return tool.input_schema == JsonText{}; }

bool is_found(Tool const& tool, std::string const& words) {
  return words.empty() || to_lower(tool.slug.text + "\n" + tool.name + "\n" + tool.description).find(words) !=
                              std::string::npos;
}

/// A call of it in the session, whatever its arguments.
policy::Question any_call_of(Tool const& tool, OpenSession const& open) {
  policy::Question question;
  question.tool = tool.slug;
  question.integration = tool.integration;
  if (SessionBinding const* const binding = open.binding_of(tool.integration); binding && !tool.no_auth)
    question.connection = binding->slug;
  question.hints = believed(hints_of(tool));
  return question;
}

}  // namespace

Result<Sessions::Asked> Sessions::ask(Caller const& caller, std::vector<std::string> const& selectors) {
  Asked asked;
  asked.deadline = caller.deadline;
  asked.stop = caller.stop;
  asked.tells_choices = caller.session.empty();
  if (!std::ranges::all_of(selectors, is_own)) {
    AGENTA_TRY(asked.access, credentials_.access_for(caller));
    AGENTA_TRY(asked.account, catalog_.account(asked.access));
  }
  AGENTA_TRY(auto const project, projects_.find(caller.project));
  if (project) asked.project = *project;
  return asked;
}

/// Of a pattern: those whose tools it may name.
Result<std::vector<std::string>> Sessions::integrations_of(Asked& asked, std::string const& selector) {
  std::string const prefix = to_upper(selector.substr(0, selector.find_first_of("*?")));
  std::vector<std::string> some;
  if (is_own(selector)) {
    some.emplace_back(custom::kIntegration);
    return some;
  }
  if (!asked.account) return some;
  AGENTA_TRY(auto const all, asked.account->store->list_integration_slugs());
  std::string longest;
  for (std::string const& slug : all) {
    std::string const beginning = to_upper(slug) + "_";
    if (beginning.starts_with(prefix))
      some.push_back(slug);
    else if (prefix.starts_with(beginning) && slug.size() > longest.size())
      longest = slug;
  }
  if (!longest.empty()) some.push_back(longest);
  return some;
}

/// What selectors name: tools one by one, and integrations of which some tools or all are meant.
struct Sessions::Named {
  std::map<std::string, Tool> tools{};
  std::set<std::string> integrations{};
};

/// Brings here what they name, as far as it can be had.
Result<Sessions::Named> Sessions::resolve(Asked& asked, std::vector<std::string> const& selectors) {
  auto const call = asked.provider_call();
  Named named;
  std::set<std::string>& integrations = named.integrations;
  if (asked.account) (void)catalog_.ensure_list(*asked.account, call, asked.network);
  for (std::string const& each : selectors) {
    if (is_glob(each)) {
      AGENTA_TRY(auto const some, integrations_of(asked, each));
      integrations.insert(some.begin(), some.end());
      continue;
    }
    if (is_custom(IntegrationSlug{each})) {
      integrations.insert(to_lower(each));
      continue;
    }
    if (asked.account) {
      AGENTA_TRY(auto const integration, asked.account->store->find_integration(to_lower(each)));
      if (integration) {
        integrations.insert(integration->slug.text);
        continue;
      }
    }
    auto const reference = parse_tool_reference(each);
    if (!reference) continue;
    auto const known = catalog_.tool(call, reference->slug, "", asked.network);
    if (known) named.tools.emplace(known->value->tool.slug.text, known->value->tool);
  }
  if (!asked.account || integrations.size() > kMostFetched) return named;
  for (std::string const& slug : integrations) {
    if (!is_custom(IntegrationSlug{slug}))
      (void)catalog_.ensure_tools(*asked.account, call, IntegrationSlug{slug}, asked.network);
  }
  return named;
}

/// Those of a person's own tools that are meant.
void Sessions::add_own(Asked& asked, std::vector<std::string> const& selectors,
                       std::string const& integration, std::map<std::string, Tool>& found) {
  store::ToolListFilter own;
  own.integration = integration;
  own.limit = -1;
  auto const list = catalog_.list_tools(asked.provider_call(), own, asked.network);
  if (!list) return;
  for (Tool const& tool : list->value.items) {
    if (!selects(selectors, tool.slug, tool.integration)) continue;
    found.emplace(tool.slug.text, tool).first->second.no_auth = true;
  }
}

/// Those of the provider's that are meant.
Result<void> Sessions::add_provided(Asked& asked, std::vector<std::string> const& selectors,
                                    std::vector<std::string> integrations,
                                    std::map<std::string, Tool>& found) {
  store::ToolListFilter filter;
  filter.integrations = std::move(integrations);
  filter.limit = -1;
  AGENTA_TRY(auto list, asked.account->store->list_tools(filter));
  std::map<std::string, bool> needs_none;
  for (Tool& tool : list.items) {
    if (!selects(selectors, tool.slug, tool.integration)) continue;
    auto known = needs_none.find(tool.integration.text);
    if (known == needs_none.end()) {
      AGENTA_TRY(auto const integration, asked.account->store->find_integration(tool.integration.text));
      known = needs_none.emplace(tool.integration.text, integration && integration->no_auth).first;
    }
    auto const [place, is_new] = found.try_emplace(tool.slug.text);
    if (!is_new) continue;
    place->second = std::move(tool);
    place->second.no_auth = known->second;
  }
  return {};
}

/// Without schemas, unless they were at hand.
Result<std::vector<Tool>> Sessions::find_tools(Asked& asked, std::vector<std::string> const& selectors) {
  AGENTA_TRY(auto named, resolve(asked, selectors));
  std::map<std::string, Tool>& found = named.tools;
  std::vector<std::string> provided;
  for (std::string const& slug : named.integrations) {
    if (is_custom(IntegrationSlug{slug}))
      add_own(asked, selectors, slug, found);
    else
      provided.push_back(slug);
  }
  if (!provided.empty() && asked.account)
    AGENTA_CHECK(add_provided(asked, selectors, std::move(provided), found));
  std::vector<Tool> tools;
  for (auto& [slug, tool] : found) tools.push_back(std::move(tool));
  return tools;
}

/// Those of the session.
Result<std::vector<Tool>> Sessions::find_tools(Asked& asked, Session const& session) {
  AGENTA_TRY(auto tools, find_tools(asked, session.selectors));
  std::erase_if(tools, [&](Tool const& tool) { return !has(session, tool.slug, tool.integration); });
  return tools;
}

/// Each has to name something: a slip of the pen is told, not taken for an empty set.
Result<void> Sessions::check_selectors(Asked& asked, std::vector<std::string> const& selectors) {
  auto const call = asked.provider_call();
  if (asked.account) AGENTA_CHECK(catalog_.ensure_list(*asked.account, call, asked.network));
  for (std::string const& each : selectors) {
    if (trim(each).empty() || each.size() > 200)
      return fail(ErrorCode::invalid_request,
                  "a tool's name, an integration's, or a pattern cannot be empty, "
                  "nor over 200 bytes");
    if (is_glob(each)) {
      AGENTA_TRY(auto const some, integrations_of(asked, each));
      if (some.size() <= kMostFetched && asked.account) {
        for (std::string const& slug : some) {
          if (!is_custom(IntegrationSlug{slug}))
            AGENTA_CHECK(catalog_.ensure_tools(*asked.account, call, IntegrationSlug{slug}, asked.network));
        }
      }
      AGENTA_TRY(auto const tools, find_tools(asked, std::vector{each}));
      // Everything is everything, also before any of it was fetched.
      if (tools.empty() && each != "*") {
        return fail(
            ErrorCode::tool_not_found, "no tool's name is like " + each,
            {"agenta-tools", "tools", "search", std::string{each.substr(0, each.find_first_of("*?"))}});
      }
      continue;
    }
    bool const is_one_word = each.find('_') == std::string::npos && each.find('.') == std::string::npos;
    IntegrationSlug const integration{to_lower(each)};
    bool is_integration = false;
    if (is_custom(integration)) {
      AGENTA_CHECK(catalog_.integration(call, integration, asked.network));
      is_integration = true;
    } else if (asked.account) {
      AGENTA_TRY(auto const listed, asked.account->store->find_integration(integration.text));
      is_integration = listed.has_value();
      if (is_integration || is_one_word) {
        AGENTA_CHECK(catalog_.ensure_tools(*asked.account, call, integration, asked.network));
        is_integration = true;
      }
    }
    if (is_integration) continue;
    auto const reference = parse_tool_reference(each);
    if (!reference) return fail(ErrorCode::invalid_request, each + " names no tool and no integration");
    AGENTA_CHECK(catalog_.tool(call, reference->slug, "", asked.network));
  }
  return {};
}

/// Whether it can be run now.
bool Sessions::is_available(Asked& asked, Session const& session, Tool const& tool) {
  if (tool.no_auth || is_custom(tool.slug)) return true;
  auto const binding = std::ranges::find_if(session.bindings, [&](SessionBinding const& each) {
    return equal_ignoring_case(each.integration.text, tool.integration.text);
  });
  if (binding != session.bindings.end() && binding->is_usable && !binding->connection.empty()) return true;
  // Some tools need no account though others of their integration do; a list does not tell.
  if (!asked.account || !is_without_schemas(tool)) return false;
  auto const whole = asked.account->store->find_tool(tool.slug.text);
  return whole && *whole && (*whole)->value.no_auth;
}

void Sessions::count_tools(Asked& asked, OpenSession const& open, protocol::SessionView& view) {
  auto const tools = find_tools(asked, open.session);
  if (!tools) return;
  view.tools_count = view.denied_count = 0;
  for (Tool const& tool : *tools) {
    if (!is_available(asked, open.session, tool)) continue;
    bool const is_denied = policy::best_verdict(*open.policy, any_call_of(tool, open)) == Verdict::deny;
    ++(is_denied ? *view.denied_count : *view.tools_count);
  }
}

/// With its schemas, as far as they can be had.
Tool Sessions::whole(Asked& asked, Tool tool) {
  if (asked.account) {
    auto kept = asked.account->store->find_tool(tool.slug.text);
    if (kept && *kept) return std::move((*kept)->value);
  }
  auto const known = catalog_.tool(asked.provider_call(), tool.slug, "", asked.network);
  return known ? known->value->tool : tool;
}

Result<std::vector<std::string>> Sessions::integrations(Caller const& caller, std::string const& name) {
  AGENTA_TRY(auto const open, open_session(caller, name));
  AGENTA_TRY(Asked asked, ask(caller, open->session.selectors));
  AGENTA_TRY(auto const tools, find_tools(asked, open->session));
  std::set<std::string> slugs;
  for (Tool const& tool : tools) slugs.insert(to_lower(tool.integration.text));
  return std::vector<std::string>{slugs.begin(), slugs.end()};
}

Result<void> Sessions::check_member(Caller const& caller, std::string const& name, std::string const& tool) {
  AGENTA_TRY(auto const open, open_session(caller, name));
  auto const reference = parse_tool_reference(tool);
  auto const outside = [&] {
    return fail(ErrorCode::forbidden, tool + " is not in the session " + open->session.name);
  };
  if (!reference) return outside();
  IntegrationSlug const own{std::string{custom::kIntegration}};
  if (is_custom(reference->slug) && !has(open->session, reference->slug, own)) return outside();
  AGENTA_TRY(Asked asked, ask(caller, {reference->slug.text}));
  auto const known = catalog_.tool(asked.provider_call(), reference->slug, "");
  if (!known && known.error().code != ErrorCode::tool_not_found) return fail(known.error());
  if (!known || !has(open->session, known->value->tool.slug, known->value->tool.integration))
    return outside();
  return {};
}

Result<std::string> Sessions::tools_version(Caller const& caller, std::string const& name) {
  AGENTA_TRY(auto const open, open_session(caller, name));
  Session const& session = open->session;
  AGENTA_TRY(Asked asked, ask(caller, session.selectors));
  std::string made_of = run_ + "\n" + std::to_string(connection_changes_) + "\n" + session.id.text + "\n" +
                        (asked.tells_choices ? "owner" : "visitor") + "\n" + catalog_.custom_version();
  // What they name is looked for first: a list that is out of date is fetched, behind, whoever asks for it.
  AGENTA_CHECK(resolve(asked, session.selectors));
  if (asked.account)
    made_of += "\n" + asked.account->key + "\n" + std::to_string(asked.account->store->generation());
  for (std::string const& each : session.selectors) made_of += "\n+" + each;
  for (std::string const& each : session.excluded) made_of += "\n-" + each;
  for (SessionBinding const& each : session.bindings) {
    made_of += "\n=" + each.integration.text + "\n" + each.connection.text + "\n" + each.slug +
               (each.is_usable ? "\nusable" : "\nunusable");
  }
  return "\"" + store::sha256_hex(made_of).substr(0, 32) + "\"";
}

Result<protocol::SessionTools> Sessions::tools(Caller const& caller, std::string const& name,
                                               ToolQuery const& query) {
  AGENTA_TRY(auto const open, open_session(caller, name));
  Session const& session = open->session;
  AGENTA_TRY(Asked asked, ask(caller, session.selectors));
  AGENTA_TRY(auto all, find_tools(asked, session));
  std::string const words = to_lower(query.search);
  protocol::SessionTools answer;
  std::set<std::string> missing;
  for (Tool& tool : all) {
    if (!is_available(asked, session, tool)) {
      missing.insert(tool.integration.text);
      continue;
    }
    bool const is_wanted =
        (query.integration.empty() || equal_ignoring_case(query.integration, tool.integration.text)) &&
        is_found(tool, words);
    if (!is_wanted) continue;
    ++answer.page.total;
    if (tool.slug.text <= query.cursor) continue;
    if (answer.page.items.size() == query.limit) {
      if (!answer.page.next_cursor) answer.page.next_cursor = answer.page.items.back().tool.slug.text;
      continue;
    }
    bool const needs_schemas = (query.with_schemas || query.format) && is_without_schemas(tool);
    if (needs_schemas) tool = whole(asked, std::move(tool));
    protocol::SessionTool& item = answer.page.items.emplace_back();
    auto const question = any_call_of(tool, *open);
    item.connection = question.connection;
    item.verdict = policy::best_verdict(*open->policy, question);
    item.verdicts = policy::possible_verdicts(*open->policy, question);
    if (query.format) item.definition = schema::define_tool(tool, *query.format).definition;
    item.tool = std::move(tool);
  }
  for (std::string const& slug : missing) {
    protocol::MissingTools& gap = answer.unavailable.emplace_back();
    gap.integration.text = slug;
    auto why = why_missing(asked, session, gap.integration);
    if (!caller.session.empty()) why = protocol::told_inside(std::move(why));
    gap.reason = why.message;
    gap.next_step = why.next_step;
  }
  return answer;
}

}  // namespace agenta::daemon
