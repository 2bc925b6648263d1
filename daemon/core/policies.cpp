#include "daemon/core/policies.hpp"

#include <algorithm>
#include <utility>

#include "daemon/core/connection_choice.hpp"
#include "daemon/core/known_names.hpp"
#include "daemon/core/proxy_record.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/domain/belief.hpp"
#include "shared/protocol/codec_proxy.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon {
namespace {

Result<ToolReference> reference_of(std::string const& name) {
  auto reference = parse_tool_reference(name);
  if (!reference) {
    return fail(ErrorCode::invalid_request, name + " is no tool's name: it is such as GITHUB_CREATE_AN_ISSUE",
                {"agenta-tools", "tools", "list"});
  }
  return *std::move(reference);
}

/// Whether the case leaves anything of its tool to be looked up.
bool needs_catalogue(policy::PolicyCase const& one) { return !one.hints || one.integration.empty(); }

/// Arguments that the tool has no names for, in the words in which they would be refused.
std::vector<std::string> unknown_names(schema::Schema const& schema, JsonText const& arguments,
                                       ToolSlug const& tool) {
  std::vector<std::string> told;
  auto const valid = schema.validate(arguments, tool.text);
  if (valid) return told;
  auto const problems =
      protocol::elements_of(protocol::find_member(valid.error().context.text, "problems").value_or("[]"));
  for (std::string_view const each : problems.value_or(std::vector<std::string_view>{})) {
    if (protocol::find_member(each, "rule") != "\"unknown_key\"") continue;
    told.push_back(
        protocol::read_string(protocol::find_member(each, "message").value_or("\"\"")).value_or(""));
  }
  return told;
}

/// The same of a raw request.
std::optional<std::string> unknown_part(std::string const& name) {
  static std::vector<std::string> const kParts{"url", "headers", "query", "body", "binary_body"};
  if (std::ranges::find(kParts, name) != kParts.end()) return std::nullopt;
  auto const meant = nearest(name, kParts);
  return name + " is no part of a raw request" + (meant ? "; did you mean " + *meant + "?" : "");
}

}  // namespace

/// Whose policy is asked, and on which connections its calls run.
struct Policies::Subject {
  std::shared_ptr<policy::Policy const> policy{};
  std::shared_ptr<OpenSession const> session{};
  std::string source{};
};

Result<Policies::Subject> Policies::subject_of(Caller const& caller,
                                               protocol::ExplainRequest const& request) {
  Subject subject;
  if (!request.session.empty()) {
    AGENTA_TRY(subject.session, sessions_.open_session(caller, request.session));
    subject.policy = subject.session->policy;
    subject.source = subject.session->session.policy_source;
    return subject;
  }
  policy::Policy policy = policy::default_policy();
  subject.source = "default";
  if (request.policy) {
    AGENTA_TRY(policy, policy::parse_policy(*request.policy, request.source));
    subject.source = request.source.empty() ? "policy" : request.source;
  }
  subject.policy = std::make_shared<policy::Policy const>(std::move(policy));
  return subject;
}

Result<std::shared_ptr<CatalogTool const>> Policies::find_tool(Caller const& caller, ToolSlug const& slug) {
  ProviderAccess access;
  if (!is_custom(slug)) {
    AGENTA_TRY(access, credentials_.access_for(caller));
  }
  ProviderCall const call{access, caller.deadline, caller.stop};
  AGENTA_TRY(auto known, catalog_.tool(call, slug, ""));
  return std::move(known.value);
}

/// On which `execute` would run it outside of sessions; empty where that would not run it.
std::string Policies::usual_connection(Caller const& caller, IntegrationSlug const& integration) {
  store::ConnectionFilter filter;
  filter.integration = integration;
  auto const access = credentials_.access_for(caller);
  auto const rows = connections_.list(caller, filter);
  if (!access || !rows) return {};
  auto const chosen = choose_connection(*rows, *access, integration, "");
  return chosen ? chosen->slug : std::string{};
}

Result<policy::Question> Policies::call_of(Caller const& caller, protocol::ExplainRequest const& request,
                                           ToolReference const& reference, Subject const& subject,
                                           std::vector<std::string>& warnings) {
  AGENTA_TRY(auto const known, find_tool(caller, reference.slug));
  Tool const& tool = known->tool;
  policy::Question question;
  question.tool = tool.slug;
  question.integration = tool.integration;
  question.hints = believed(hints_of(tool));
  question.connection = request.connection.empty() ? reference.connection.value_or("") : request.connection;
  if (question.connection.empty() && !tool.no_auth && subject.session) {
    auto const* const binding = subject.session->binding_of(tool.integration);
    if (binding != nullptr) question.connection = binding->slug;
  } else if (question.connection.empty() && !tool.no_auth) {
    question.connection = usual_connection(caller, tool.integration);
  }
  question.arguments = request.arguments;
  if (known->schema) {
    question.arguments = known->schema->coerce(request.arguments, request.text_paths);
    warnings = unknown_names(*known->schema, question.arguments, tool.slug);
  }
  return question;
}

/// Its arguments are the request, as of `proxy`; without a URL they are taken as they are.
Result<policy::Question> Policies::raw_request_of(Caller const& caller,
                                                  protocol::ExplainRequest const& request,
                                                  ToolReference const& reference, std::string const& method,
                                                  Subject const& subject,
                                                  std::vector<std::string>& warnings) {
  policy::Question question;
  question.tool = reference.slug;
  question.hints = proxy_hints();
  if (!request.connection.empty()) {
    AGENTA_TRY(auto const connection, connections_.get(caller, request.connection));
    question.connection = connection.slug;
    question.integration = connection.integration;
  } else if (subject.session && subject.session->session.bindings.size() == 1) {
    SessionBinding const& only = subject.session->session.bindings.front();
    question.connection = only.slug;
    question.integration = only.integration;
  }
  std::string const integration = question.integration.empty() ? "unknown" : question.integration.text;
  std::string text = "{\"integration_slug\":" + protocol::write_string(integration) +
                     ",\"method\":" + protocol::write_string(method);
  bool has_url = false;
  for (auto const& member :
       protocol::members_of(request.arguments.text).value_or(std::vector<protocol::JsonMember>{})) {
    if (member.name == "integration_slug" || member.name == "method") continue;
    has_url = has_url || member.name == "url";
    if (auto warning = unknown_part(member.name)) warnings.push_back(*std::move(warning));
    text += "," + protocol::write_string(member.name) + ":" + std::string{member.value};
  }
  question.arguments.text = text + "}";
  if (has_url) {
    AGENTA_TRY(auto call, protocol::decode_proxy_call(question.arguments.text));
    AGENTA_CHECK(check_proxy_call(call));
    question.arguments = judged_request(std::move(call));
  }
  return question;
}

Result<protocol::PolicyExplanation> Policies::explain(Caller const& caller,
                                                      protocol::ExplainRequest const& request) {
  AGENTA_TRY(Subject const subject, subject_of(caller, request));
  AGENTA_TRY(ToolReference const reference, reference_of(request.tool));
  auto const method = proxy_method(reference.slug);
  protocol::PolicyExplanation explanation;
  AGENTA_TRY(policy::Question const question,
             method ? raw_request_of(caller, request, reference, *method, subject, explanation.warnings)
                    : call_of(caller, request, reference, subject, explanation.warnings));

  explanation.decision = policy::decide(*subject.policy, question);
  explanation.tool = question.tool.text;
  explanation.connection = question.connection;
  explanation.policy_source = subject.source;
  explanation.hints = question.hints;
  for (policy::Consideration& each : policy::explain(*subject.policy, question)) {
    policy::Rule const& rule = subject.policy->rules[each.rule];
    explanation.considered.push_back(
        {each.rule + 1, rule.line, rule.name, each.fits, std::move(each.why_not)});
  }
  return explanation;
}

/// A case that says all of its tool needs no catalogue.
Result<policy::Question> Policies::question_of(Caller const& caller, policy::PolicyCase const& one) {
  AGENTA_TRY(ToolReference const reference, reference_of(one.tool));
  policy::Question question;
  question.tool = reference.slug;
  question.connection = one.connection.empty() ? reference.connection.value_or("") : one.connection;
  question.arguments = one.arguments;
  if (!needs_catalogue(one)) {
    question.integration.text = one.integration;
    question.hints = *one.hints;
    return question;
  }
  if (proxy_method(reference.slug)) {
    question.integration.text = one.integration;
    question.hints = one.hints.value_or(proxy_hints());
    return question;
  }
  AGENTA_TRY(auto const known, find_tool(caller, reference.slug));
  question.tool = known->tool.slug;
  question.integration.text = one.integration.empty() ? known->tool.integration.text : one.integration;
  question.hints = one.hints.value_or(believed(hints_of(known->tool)));
  return question;
}

/// Names and patterns in its rules that are certain to name nothing: slips of the pen, as a rule.
std::vector<protocol::UnmatchedName> Policies::unmatched_in(Caller const& caller,
                                                            policy::Policy const& policy, Network network) {
  std::vector<protocol::UnmatchedName> unmatched;
  auto const access = credentials_.access_for(caller);
  if (!access) return unmatched;
  auto const account = catalog_.account(*access);
  if (!account) return unmatched;
  (void)catalog_.ensure_list(**account, {*access, caller.deadline, caller.stop}, network);
  auto const names = KnownNames::read(*(*account)->store);
  if (!names) return unmatched;
  for (std::size_t i = 0; i < policy.rules.size(); ++i) {
    for (std::string const& each : policy.rules[i].tools) {
      if (names->is_none(each))
        unmatched.push_back({policy::name_rule(policy, i, {}), policy.rules[i].line, each});
    }
  }
  return unmatched;
}

Result<protocol::PolicyTestReport> Policies::test(Caller const& caller,
                                                  protocol::PolicyTestRequest const& request) {
  AGENTA_TRY(auto const file, policy::parse_cases(request.text, request.source));
  if (file.policy && !request.policy) {
    return fail(ErrorCode::invalid_request,
                request.source + " tries the policy of " + *file.policy + ", whose text is missing");
  }
  AGENTA_TRY(auto const policy, request.policy ? policy::parse_policy(*request.policy, request.policy_source)
                                               : policy::parse_policy(request.text, request.source));
  if (file.cases.empty()) {
    return fail(ErrorCode::invalid_request,
                (request.source.empty() ? "the file" : request.source) + " has no [[case]] to try");
  }
  std::vector<Result<policy::Question>> questions;
  for (policy::PolicyCase const& one : file.cases) {
    if (caller.stop.stop_requested()) return fail(ErrorCode::cancelled, "interrupted");
    questions.push_back(question_of(caller, one));
    // A case whose tool nobody knows fails; where nothing can be found out, none of them says anything.
    bool const is_unknown =
        !questions.back() && (questions.back().error().code == ErrorCode::tool_not_found ||
                              questions.back().error().code == ErrorCode::invalid_request);
    if (!questions.back() && !is_unknown) return fail(questions.back().error());
  }
  auto const tried = policy::try_cases(policy, file.cases, questions);
  protocol::PolicyTestReport report;
  report.passed = tried.passed;
  report.failed = tried.failed;
  report.rules = tried.rules;
  for (policy::CaseResult const& each : tried.cases)
    report.cases.push_back({each.line, each.tool, each.expect, each.decision, each.ok, each.message});
  for (policy::UncoveredRule const& each : tried.uncovered)
    report.uncovered.push_back({each.name, each.line});
  // Where no case needed the catalogue nobody waits for it now.
  bool const is_reachable =
      std::ranges::any_of(tried.cases, [](auto const& each) { return each.decision.has_value(); }) &&
      std::ranges::any_of(file.cases, needs_catalogue);
  report.unmatched = unmatched_in(caller, policy, is_reachable ? Network::yes : Network::no);
  return report;
}

}  // namespace agenta::daemon
