#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "shared/base/text.hpp"
#include "shared/policy/conditions.hpp"
#include "shared/policy/policy.hpp"

namespace agenta::policy {
namespace {

using Json = nlohmann::json;

/// Notices an object that names a member twice.
class TwinFinder final : public nlohmann::json_sax<Json> {
 public:
  bool found() const { return found_; }
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, string_t const&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override {
    names_.emplace_back();
    return true;
  }
  bool end_object() override {
    names_.pop_back();
    return true;
  }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool key(string_t& name) override {
    found_ = !names_.back().insert(name).second;
    return !found_;
  }
  bool parse_error(std::size_t, std::string const&, nlohmann::detail::exception const&) override {
    return false;
  }

 private:
  std::vector<std::set<std::string>> names_{};
  bool found_ = false;
};

bool fits(std::vector<std::string> const& globs, std::string_view text) {
  if (globs.empty()) return true;
  return !text.empty() &&
         std::ranges::any_of(globs, [&](std::string const& each) { return matches_glob(each, text); });
}

std::string describe(Condition const& condition) {
  struct Words {
    std::string operator()(Present const& test) const { return test.wanted ? "is not there" : "is there"; }
    std::string operator()(Equals const& test) const { return "is not " + test.value.text; }
    std::string operator()(OneOf const& test) const {
      std::vector<std::string> values;
      for (JsonText const& each : test.values) values.push_back(each.text);
      return "is none of " + join(values, ", ");
    }
    std::string operator()(Matches const& test) const { return "does not match " + test.pattern; }
    std::string operator()(LessThan const& test) const {
      return "is not less than " + Json(test.limit).dump();
    }
    std::string operator()(GreaterThan const& test) const {
      return "is not greater than " + Json(test.limit).dump();
    }
  };
  std::string const what = condition.pointer.empty() ? "the arguments" : condition.pointer;
  return what + " " + std::visit(Words{}, condition.test);
}

std::string hint_mismatch(HintWishes const& wishes, ToolHints const& hints) {
  auto const differs = [](std::optional<bool> wish, bool is) { return wish && *wish != is; };
  auto const words = [](std::string_view name, bool is) {
    return "the tool is " + std::string{is ? "" : "not "} + std::string{name};
  };
  if (differs(wishes.read_only, hints.read_only)) return words("read_only", hints.read_only);
  if (differs(wishes.destructive, hints.destructive)) return words("destructive", hints.destructive);
  if (differs(wishes.idempotent, hints.idempotent)) return words("idempotent", hints.idempotent);
  if (differs(wishes.open_world, hints.open_world)) return words("open_world", hints.open_world);
  return {};
}

/// The first thing about the tool and its connection that does not fit; empty where all does.
std::string standing_mismatch(Rule const& rule, Question const& question) {
  if (!fits(rule.tools, question.tool.text)) return "tools does not name " + question.tool.text;
  if (!fits(rule.integrations, question.integration.text)) {
    return question.integration.empty() ? "the call has no integration"
                                        : "integrations does not name " + question.integration.text;
  }
  if (!fits(rule.connections, question.connection)) {
    return question.connection.empty() ? "the call has no connection"
                                       : "connections does not name " + question.connection;
  }
  return hint_mismatch(rule.hints, question.hints);
}

class Judge {
 public:
  Judge(Policy const& policy, Question const& question) : policy_(policy), question_(question) {}

  /// Empty where the rule fits.
  std::string mismatch(Rule const& rule) {
    if (auto why = standing_mismatch(rule, question_); !why.empty()) return why;
    for (Condition const& each : rule.when) {
      if (!arguments_) arguments_.emplace(question_.arguments);
      Answer const answer = arguments_->holds(each);
      if (answer == Answer::no) return describe(each);
      if (answer == Answer::unclear && rule.verdict == Verdict::allow)
        return "cannot tell whether " + each.pointer + " is as the rule wants it";
    }
    return {};
  }
  std::optional<std::size_t> find() {
    for (std::size_t i = 0; i < policy_.rules.size(); ++i) {
      if (mismatch(policy_.rules[i]).empty()) return i;
    }
    return std::nullopt;
  }

 private:
  Policy const& policy_;
  Question const& question_;
  std::optional<Arguments> arguments_{};
};

/// A tool that says it reads only and destroys is believed the worse of it.
bool only_reads(ToolHints const& hints) { return hints.read_only && !hints.destructive; }

Verdict default_verdict(Policy const& policy, ToolHints const& hints) {
  return policy.otherwise.value_or(only_reads(hints) ? Verdict::allow : Verdict::ask);
}

constexpr std::string_view kReadOnlyText = R"(# Tools that read run; what changes anything is refused.
[[rule]]
name = "read-only"
decision = "allow"
hints = { read_only = true, destructive = false }

[[rule]]
name = "nothing-else"
decision = "deny"
reason = "The session is read-only."
)";

}  // namespace

bool names_twice(JsonText const& document) {
  TwinFinder finder;
  Json::sax_parse(document.text, &finder);
  return finder.found();
}

std::string name_rule(Policy const& policy, std::optional<std::size_t> rule, Verdict verdict) {
  if (rule) {
    Rule const& found = policy.rules[*rule];
    return (found.name.empty() ? "rule " + std::to_string(*rule + 1) : found.name) + " (line " +
           std::to_string(found.line) + ")";
  }
  if (!policy.otherwise) {
    return verdict == Verdict::allow ? "default: read-only tools are allowed"
                                     : "default: everything else asks";
  }
  switch (verdict) {
    case Verdict::allow: return "default: everything else is allowed";
    case Verdict::ask: return "default: everything else asks";
    case Verdict::deny: break;
  }
  return "default: everything else is denied";
}

std::optional<std::size_t> find_rule(Policy const& policy, Question const& question) {
  return Judge{policy, question}.find();
}

PolicyDecision decide(Policy const& policy, Question const& question) {
  auto const rule = find_rule(policy, question);
  PolicyDecision decision;
  decision.verdict = rule ? policy.rules[*rule].verdict : default_verdict(policy, question.hints);
  decision.rule = name_rule(policy, rule, decision.verdict);
  if (rule) decision.reason = policy.rules[*rule].reason;
  return decision;
}

std::vector<Consideration> explain(Policy const& policy, Question const& question) {
  std::vector<Consideration> considered;
  Judge judge{policy, question};
  for (std::size_t i = 0; i < policy.rules.size(); ++i) {
    std::string why_not = judge.mismatch(policy.rules[i]);
    bool const fits = why_not.empty();
    considered.push_back({i, fits, std::move(why_not)});
    if (fits) break;
  }
  return considered;
}

std::vector<Verdict> possible_verdicts(Policy const& policy, Question const& question) {
  std::set<Verdict> possible;  // in the order of the enumerators
  bool is_certain = false;
  for (Rule const& rule : policy.rules) {
    if (!standing_mismatch(rule, question).empty()) continue;
    possible.insert(rule.verdict);
    is_certain = rule.when.empty();
    if (is_certain) break;
  }
  if (!is_certain) possible.insert(default_verdict(policy, question.hints));
  return {possible.begin(), possible.end()};
}

Verdict best_verdict(Policy const& policy, Question const& question) {
  auto const possible = possible_verdicts(policy, question);
  return possible.size() == 1 ? possible.front() : Verdict::ask;
}

Policy default_policy() { return {}; }

Policy read_only_policy() {
  return parse_policy(kReadOnlyText, "read-only").value_or(Policy{{}, Verdict::deny, {}});
}

std::string_view read_only_policy_text() { return kReadOnlyText; }

}  // namespace agenta::policy
