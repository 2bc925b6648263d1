#include <algorithm>
#include <chrono>
#include <set>

#include "shared/base/clock.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/policy/policy_cases.hpp"
#include "shared/policy/rule_reader.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::policy {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostRules = 1000;

std::optional<milliseconds> read_timeout(TableReader& in) {
  constexpr milliseconds kLeast{std::chrono::seconds{1}};
  constexpr milliseconds kMost{std::chrono::hours{24}};
  auto const text = in.text("ask_timeout");
  if (!text) return std::nullopt;
  auto const timeout = parse_duration(*text);
  if (timeout && *timeout >= kLeast && *timeout <= kMost) return timeout;
  in.complain("ask_timeout", "is a duration from 1s to 24h, such as 5m");
  return std::nullopt;
}

void read_rules(TableReader& in, Policy& policy) {
  auto const tables = tables_of(in, "rule");
  if (tables.size() > kMostRules)
    in.problems().add(tables[kMostRules]->source(), "over " + std::to_string(kMostRules) + " rules");
  std::set<std::string> names;
  for (toml::table const* table : tables) {
    std::string const subject = "rule " + std::to_string(policy.rules.size() + 1);
    Rule rule = read_rule(*table, subject, in.problems());
    if (!rule.name.empty() && !names.insert(to_lower(rule.name)).second)
      in.problems().add((*table)["name"].node()->source(),
                        subject + ": there is a rule " + rule.name + " already");
    policy.rules.push_back(std::move(rule));
  }
}

PolicyCase read_case(toml::table const& table, std::string const& subject, Problems& problems) {
  TableReader in{table, subject, problems};
  in.refuse_others({"tool", "integration", "arguments", "connection", "hints", "expect", "rule"});
  PolicyCase one;
  one.line = table.source().begin.line;
  one.tool = in.text("tool").value_or("");
  if (in.find("tool") == nullptr || (in.find("tool")->is_string() && trim(one.tool).empty()))
    in.complain("tool", "is missing: which tool is called");
  one.integration = in.text("integration").value_or("");
  one.connection = in.text("connection").value_or("");
  if (auto const* const arguments = in.inner("arguments"))
    one.arguments.text = custom::json_of(*arguments, problems);
  if (auto const* const hints = in.inner("hints")) {
    HintWishes const said = read_hints(*hints, subject + ": hints", problems);
    one.hints.emplace();
    one.hints->read_only = said.read_only.value_or(false);
    one.hints->destructive = said.destructive.value_or(!one.hints->read_only);
    one.hints->idempotent = said.idempotent.value_or(false);
    one.hints->open_world = said.open_world.value_or(true);
  }
  if (in.find("expect") == nullptr) in.complain("expect", "is missing: allow, ask or deny");
  one.expect = read_verdict(in, "expect").value_or(Verdict::deny);
  one.rule = in.text("rule");
  return one;
}

}  // namespace

std::optional<toml::table> read_toml(std::string_view text, Problems& problems) {
  if (text.size() > kLargestFile) {
    problems.add({}, "the file is over " + std::to_string(kLargestFile) + " bytes");
    return std::nullopt;
  }
  toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    problems.add(parsed.error().source(), std::string{parsed.error().description()});
    return std::nullopt;
  }
  return std::move(parsed).table();
}

unexpected<Error> refuse(std::string_view source, Problems& problems) {
  constexpr std::size_t kMostTold = 100;
  auto& list = problems.list();
  std::ranges::stable_sort(list, {}, [](custom::Problem const& each) {
    return std::pair{each.line, each.column};
  });
  std::string const name{source.empty() ? "the policy" : source};
  Error error;
  error.code = ErrorCode::invalid_request;
  error.context.text = "{\"source\":" + protocol::write_string(name) + ",\"problems\":[";
  std::size_t const told = std::min(list.size(), kMostTold);
  for (std::size_t i = 0; i < told; ++i) {
    custom::Problem const& each = list[i];
    std::string const line = std::to_string(each.line);
    std::string const column = std::to_string(each.column);
    error.message += (i > 0 ? "; " : "") + name + ":" + line + ":" + column + ": " + each.message;
    error.context.text += std::string{i > 0 ? "," : ""} + "{\"line\":" + line + ",\"column\":" + column +
                          ",\"message\":" + protocol::write_string(each.message) + "}";
  }
  error.context.text += "]}";
  if (told < list.size()) error.message += "; and " + std::to_string(list.size() - told) + " more";
  return fail(std::move(error));
}

Result<Policy> parse_policy(std::string_view text, std::string_view source) {
  Problems problems;
  Policy policy;
  if (auto const root = read_toml(text, problems)) {
    TableReader top{*root, "the policy", problems};
    top.refuse_others({"default", "ask_timeout", "rule", "case"});
    policy.otherwise = read_verdict(top, "default");
    policy.ask_timeout = read_timeout(top);
    read_rules(top, policy);
  }
  if (!problems.list().empty()) return refuse(source, problems);
  return policy;
}

Result<CaseFile> parse_cases(std::string_view text, std::string_view source) {
  Problems problems;
  CaseFile file;
  if (auto const root = read_toml(text, problems)) {
    TableReader top{*root, "the file", problems};
    file.policy = top.text("policy");
    bool const is_elsewhere = top.find("policy") != nullptr;
    // Where the policy is another file, rules here would be read by nobody.
    top.refuse_others(is_elsewhere ? std::vector<std::string>{"policy", "case"}
                                   : std::vector<std::string>{"default", "ask_timeout", "rule", "case"});
    if (file.policy && trim(*file.policy).empty()) top.complain("policy", "is the name of a file");
    for (toml::table const* table : tables_of(top, "case")) {
      std::string const subject = "case " + std::to_string(file.cases.size() + 1);
      file.cases.push_back(read_case(*table, subject, problems));
    }
  }
  if (!problems.list().empty()) return refuse(source, problems);
  return file;
}

}  // namespace agenta::policy
