#include "shared/policy/policy.hpp"

#include <gtest/gtest.h>

#include "shared/policy/policy_cases.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::policy {
namespace {

constexpr ToolHints kReads{.read_only = true};
constexpr ToolHints kUntagged{};

Policy parsed(std::string const& text) {
  auto policy = parse_policy(text, "p.toml");
  EXPECT_TRUE(policy) << policy.error().message;
  return policy ? *std::move(policy) : Policy{};
}

Question call(std::string tool, std::string arguments = "{}", ToolHints hints = kUntagged,
              std::string connection = "work") {
  return {{std::move(tool)}, {"github"}, std::move(connection), hints, {std::move(arguments)}};
}

std::string verdict(Policy const& policy, Question const& question) {
  return std::string{name_of(decide(policy, question).verdict)};
}

Error mistakes(std::string const& text) {
  auto policy = parse_policy(text, "p.toml");
  EXPECT_FALSE(policy);
  return policy ? Error{} : policy.error();
}

/// One rule that denies under the condition, where everything else is allowed.
Policy denying_when(std::string const& condition) {
  return parsed("default = \"allow\"\n[[rule]]\ndecision = \"deny\"\n[[rule.when]]\n" + condition + "\n");
}

constexpr char const* kWhole = R"(default = "ask"
ask_timeout = "2m"

[[rule]]
name = "no-deletes"
decision = "deny"
tools = ["GITHUB_DELETE_*"]
integrations = ["git*"]
connections = ["work"]
hints = { destructive = true, openWorld = false }
reason = "Deleting is for people."
[[rule.when]]
pointer = "/owner"
equals = "acme"

[[rule]]
decision = "allow"
tools = ["GITHUB_CREATE_AN_ISSUE"]

[[case]]
tool = "GITHUB_DELETE_A_REPOSITORY"
expect = "deny"
)";

TEST(PolicyFile, AWholePolicyIsReadWithTheLinesOfItsRules) {
  Policy const policy = parsed(kWhole);

  ASSERT_EQ(policy.rules.size(), 2U);
  Rule const& rule = policy.rules.front();
  EXPECT_EQ(rule.name, "no-deletes");
  EXPECT_EQ(rule.line, 4U);
  EXPECT_EQ(policy.rules[1].line, 16U);
  EXPECT_EQ(rule.verdict, Verdict::deny);
  EXPECT_EQ(rule.hints.destructive, true);
  EXPECT_EQ(rule.hints.open_world, false);
  EXPECT_EQ(rule.hints.read_only, std::nullopt);
  EXPECT_EQ(rule.when.size(), 1U);
  EXPECT_EQ(policy.otherwise, Verdict::ask);
  EXPECT_EQ(policy.ask_timeout, std::chrono::minutes{2});
}

TEST(PolicyFile, EveryMistakeIsToldWithItsLineAndColumn) {
  Error const error = mistakes(R"(defualt = "ask"
[[rule]]
decision = "alow"
tools = "X"
[[rule.when]]
pointer = "owner"
equals = 1
present = true
)");

  EXPECT_EQ(error.code, ErrorCode::invalid_request);
  EXPECT_NE(error.message.find("p.toml:1:1: the policy: there is no defualt; did you mean default?"),
            std::string::npos)
      << error.message;
  EXPECT_NE(error.message.find(
                "p.toml:3:12: rule 1: decision is allow, ask or deny, not alow; did you mean allow?"),
            std::string::npos)
      << error.message;
  EXPECT_NE(error.message.find("p.toml:4:9: rule 1: tools is a list of texts"), std::string::npos)
      << error.message;
  EXPECT_NE(error.message.find("p.toml:6:11: rule 1: when: pointer is a JSON pointer"), std::string::npos)
      << error.message;
  EXPECT_NE(error.message.find("p.toml:8:11: rule 1: when: a condition asks one thing"), std::string::npos)
      << error.message;
  auto const problems = protocol::find_member(error.context.text, "problems");
  ASSERT_TRUE(problems);
  EXPECT_EQ(protocol::elements_of(*problems)->size(), 5U);
}

TEST(PolicyFile, TheSpellingThatIsSuggestedIsTheDocumentedOne) {
  Error const error = mistakes("[[rule]]\ndecision = \"deny\"\nhints = { readonly = true }\n");

  EXPECT_NE(error.message.find("there is no readonly; did you mean read_only?"), std::string::npos)
      << error.message;
}

TEST(PolicyFile, TextThatIsNoTomlIsRefusedWithItsPlace) {
  EXPECT_NE(mistakes("default = \n").message.find("p.toml:1:"), std::string::npos);
}

TEST(PolicyFile, WhatWouldBeReadTwoWaysIsRefused) {
  for (std::string const text :
       {"[[rule]]\n", "[[rule]]\ndecision = \"deny\"\ntools = []\n",
        "[[rule]]\nname = \"a\"\ndecision = \"deny\"\n[[rule]]\nname = \"A\"\ndecision = \"ask\"\n",
        "[[rule]]\nname = \"\"\ndecision = \"deny\"\n",
        "[[rule]]\ndecision = \"deny\"\nhints = { read_only = true, readOnly = false }\n",
        "[rule]\ndecision = \"deny\"\n", "[[rule]]\ndecision = \"DENY\"\n", "ask_timeout = \"0s\"\n",
        "[[rule]]\ndecision = \"deny\"\n[[rule.when]]\npointer = \"/a\"\n",
        "[[rule]]\ndecision = \"deny\"\n[[rule.when]]\npointer = \"/a\"\nmatches = \"(\"\n",
        "[[rule]]\ndecision = \"deny\"\n[[rule.when]]\npointer = \"/a\"\nmatches = '(a)\\1'\n",
        "[[rule]]\ndecision = \"deny\"\n[[rule.when]]\npointer = \"/a\"\none_of = []\n",
        "[[rule]]\ndecision = \"deny\"\n[[rule.when]]\npointer = \"/a\"\nless_than = \"3\"\n",
        "[[rule]]\ndecision = \"deny\"\n[[rule.when]]\nequals = 1\n", "policy = \"other.toml\"\n"}) {
    EXPECT_FALSE(parse_policy(text, "p.toml")) << text;
  }
}

TEST(Decide, TheFirstRuleThatFitsDecidesAndIsNamedWithItsLine) {
  Policy const policy = parsed(kWhole);
  Question question = call("GITHUB_DELETE_A_REPOSITORY", R"({"owner":"acme"})", {.destructive = true});

  PolicyDecision const decision = decide(policy, question);

  EXPECT_EQ(decision.verdict, Verdict::deny);
  EXPECT_EQ(decision.rule, "no-deletes (line 4)");
  EXPECT_EQ(decision.reason, "Deleting is for people.");
  EXPECT_EQ(decide(policy, call("GITHUB_CREATE_AN_ISSUE")).rule, "rule 2 (line 16)");
  EXPECT_EQ(decide(policy, call("GITHUB_OTHER")).rule, "default: everything else asks");
}

TEST(Decide, AllThatARuleSaysMustFit) {
  Policy const policy = parsed(kWhole);
  Question const fitting = call("GITHUB_DELETE_A_REPOSITORY", R"({"owner":"acme"})", {.destructive = true});
  auto const but = [&](auto change) {
    Question question = fitting;
    change(question);
    return verdict(policy, question);
  };

  EXPECT_EQ(but([](auto&) {}), "deny");
  EXPECT_EQ(but([](auto& question) { question.tool.text = "GITHUB_MERGE"; }), "ask");
  EXPECT_EQ(but([](auto& question) { question.integration.text = "gmail"; }), "ask");
  EXPECT_EQ(but([](auto& question) { question.connection = "home"; }), "ask");
  EXPECT_EQ(but([](auto& question) { question.connection = ""; }), "ask");
  EXPECT_EQ(but([](auto& question) { question.hints.destructive = false; }), "ask");
  EXPECT_EQ(but([](auto& question) { question.hints.open_world = true; }), "ask");
  EXPECT_EQ(but([](auto& question) { question.arguments.text = R"({"owner":"other"})"; }), "ask");
}

TEST(Decide, WithoutAWordOnTheRestReadingIsAllowedAndAllElseAsks) {
  Policy const policy = default_policy();

  EXPECT_EQ(verdict(policy, call("A", "{}", kReads)), "allow");
  EXPECT_EQ(verdict(policy, call("A", "{}", kUntagged)), "ask");
  EXPECT_EQ(verdict(policy, call("A", "{}", {.read_only = true, .destructive = true})), "ask");
  EXPECT_EQ(decide(policy, call("A", "{}", kReads)).rule, "default: read-only tools are allowed");
  EXPECT_EQ(decide(policy, call("A")).rule, "default: everything else asks");
}

TEST(Decide, TheReadOnlyPolicyDeniesWhatIsNot) {
  Policy const policy = read_only_policy();

  EXPECT_EQ(verdict(policy, call("A", "{}", kReads)), "allow");
  EXPECT_EQ(verdict(policy, call("A", "{}", kUntagged)), "deny");
  EXPECT_EQ(verdict(policy, call("A", "{}", {.read_only = true, .destructive = true})), "deny");
  EXPECT_EQ(decide(policy, call("A")).reason, "The session is read-only.");
}

TEST(Condition, EqualsComparesValuesAndNotTheirSpelling) {
  Policy const policy = denying_when("pointer = \"/n\"\nequals = 3");

  EXPECT_EQ(verdict(policy, call("A", R"({"n":3.0})")), "deny");
  EXPECT_EQ(verdict(policy, call("A", R"({"n":4})")), "allow");
  EXPECT_EQ(verdict(policy, call("A")), "allow");
}

TEST(Condition, OneOfMatchesAndPresentAskWhatTheySay) {
  Policy const one_of = denying_when("pointer = \"/a/0\"\none_of = [\"x\", \"z\"]");
  Policy const matching = denying_when("pointer = \"/t\"\nmatches = '^ac.e$'");
  Policy const absent = denying_when("pointer = \"/t\"\npresent = false");

  EXPECT_EQ(verdict(one_of, call("A", R"({"a":["x"]})")), "deny");
  EXPECT_EQ(verdict(one_of, call("A", R"({"a":["z"]})")), "deny");
  EXPECT_EQ(verdict(one_of, call("A", R"({"a":["y","x"]})")), "allow");
  EXPECT_EQ(verdict(matching, call("A", R"({"t":"acme"})")), "deny");
  EXPECT_EQ(verdict(matching, call("A", R"({"t":"acme "})")), "allow");
  EXPECT_EQ(verdict(absent, call("A", R"({"t":null})")), "allow");
  EXPECT_EQ(verdict(absent, call("A")), "deny");
}

TEST(Condition, LimitsTakeANumberInATextForOne) {
  Policy const policy = denying_when("pointer = \"/n\"\ngreater_than = 10");

  EXPECT_EQ(verdict(policy, call("A", R"({"n":11})")), "deny");
  EXPECT_EQ(verdict(policy, call("A", R"({"n":10})")), "allow");
  EXPECT_EQ(verdict(policy, call("A", R"({"n":"500"})")), "deny");
  EXPECT_EQ(verdict(policy, call("A", R"({"n":"5"})")), "allow");
}

TEST(Condition, WhatCannotBeToldCountsAgainstTheCall) {
  Policy const denying = denying_when("pointer = \"/n\"\ngreater_than = 10");
  Policy const allowing = parsed(
      "default = \"deny\"\n[[rule]]\ndecision = \"allow\"\n[[rule.when]]\npointer = \"/n\"\nless_than = "
      "10\n");
  Policy const matching = parsed(
      "default = \"deny\"\n[[rule]]\ndecision = \"allow\"\n[[rule.when]]\npointer = \"/n\"\nmatches = 'a'\n");

  EXPECT_EQ(verdict(denying, call("A", R"({"n":"ten"})")), "deny");
  EXPECT_EQ(verdict(allowing, call("A", R"({"n":"one"})")), "deny");
  EXPECT_EQ(verdict(allowing, call("A", R"({"n":1})")), "allow");
  EXPECT_EQ(verdict(denying, call("A", R"({"n":1,"n":50})")), "deny");
  EXPECT_EQ(verdict(allowing, call("A", R"({"n":50,"n":1})")), "deny");
  EXPECT_EQ(verdict(allowing, call("A", R"({"n":1,"x":{"y":1,"y":2}})")), "deny");
  EXPECT_EQ(verdict(matching, call("A", "{\"n\":\"" + std::string(70'000, 'a') + "\"}")), "deny");
  EXPECT_EQ(verdict(matching, call("A", R"({"n":["a"]})")), "deny");
}

TEST(Condition, AValueOfAnotherTypeMayBeTakenForTheOneThatIsMeant) {
  Policy const five = denying_when("pointer = \"/n\"\nequals = 5");
  Policy const some = denying_when("pointer = \"/n\"\none_of = [\"acme\", \"corp\"]");
  Policy const sure = denying_when("pointer = \"/n\"\nequals = true");
  Policy const small = denying_when("pointer = \"/n\"\ngreater_than = 1000");

  for (char const* const n : {"5", "5.0", "\"5\"", "\"05\"", "[5]", "{\"v\":5}", "null"})
    EXPECT_EQ(verdict(five, call("X", std::string{"{\"n\":"} + n + "}")), "deny") << n;
  EXPECT_EQ(verdict(five, call("X", R"({"n":6})")), "allow");
  EXPECT_EQ(verdict(some, call("X", R"({"n":["acme"]})")), "deny");
  EXPECT_EQ(verdict(some, call("X", R"({"n":"other"})")), "allow");
  EXPECT_EQ(verdict(sure, call("X", R"({"n":"true"})")), "deny");
  EXPECT_EQ(verdict(sure, call("X", R"({"n":false})")), "allow");
  EXPECT_EQ(verdict(small, call("X", R"({"n":"nan"})")), "deny");
}

TEST(Condition, AWayThatEndsBeforeItsPointerDoesCannotBeTold) {
  Policy const owner = denying_when("pointer = \"/meta/owner\"\nequals = \"acme\"");
  Policy const label = denying_when("pointer = \"/labels/0\"\nequals = \"urgent\"");
  Policy const allowing = parsed(
      "default = \"deny\"\n[[rule]]\ndecision = \"allow\"\n[[rule.when]]\npointer = \"/meta/owner\"\n"
      "present = false\n");

  for (char const* const meta : {R"({"owner":"acme"})", R"("{\"owner\":\"acme\"}")", R"([{"owner":"acme"}])",
                                 R"({"owner":["acme"]})", "5", "true"})
    EXPECT_EQ(verdict(owner, call("X", std::string{"{\"meta\":"} + meta + "}")), "deny") << meta;
  for (char const* const meta : {R"({"owner":"me"})", "{}", "null", "[]"})
    EXPECT_EQ(verdict(owner, call("X", std::string{"{\"meta\":"} + meta + "}")), "allow") << meta;
  for (char const* const labels : {R"(["urgent"])", R"("urgent")", R"("[\"urgent\"]")", R"([["urgent"]])"})
    EXPECT_EQ(verdict(label, call("X", std::string{"{\"labels\":"} + labels + "}")), "deny") << labels;
  EXPECT_EQ(verdict(label, call("X", R"({"labels":["later","urgent"]})")), "allow");
  EXPECT_EQ(verdict(allowing, call("X", R"({"meta":{"a":1}})")), "allow");
  EXPECT_EQ(verdict(allowing, call("X", R"({"meta":"{\"owner\":1}"})")), "deny");
  EXPECT_EQ(verdict(allowing, call("X", R"({"meta":[{"owner":1}]})")), "deny");
}

TEST(Condition, WhatIsInListsAndObjectsIsComparedAsWhatStandsAlone) {
  Policy const ids = denying_when("pointer = \"/ids\"\nequals = [5]");
  Policy const who = denying_when("pointer = \"/who\"\nequals = { id = 5, name = \"a\" }");

  for (char const* const value : {"[5]", "[5.0]", R"(["5"])", "[[5]]", "5", "[null]"})
    EXPECT_EQ(verdict(ids, call("X", std::string{"{\"ids\":"} + value + "}")), "deny") << value;
  for (char const* const value : {"[6]", "[5,6]", "[]"})
    EXPECT_EQ(verdict(ids, call("X", std::string{"{\"ids\":"} + value + "}")), "allow") << value;
  for (char const* const value : {R"({"name":"a","id":5})", R"({"id":"5","name":"a"})",
                                  R"({"id":5,"name":"a","more":null})", R"("{}")"})
    EXPECT_EQ(verdict(who, call("X", std::string{"{\"who\":"} + value + "}")), "deny") << value;
  for (char const* const value :
       {R"({"id":5,"name":"b"})", R"({"id":"5","name":"a","more":1})", R"({"id":5})"})
    EXPECT_EQ(verdict(who, call("X", std::string{"{\"who\":"} + value + "}")), "allow") << value;
}

TEST(Condition, ANumberInATextIsAPlainDecimal) {
  Policy const policy = parsed(
      "default = \"deny\"\n[[rule]]\ndecision = \"allow\"\n[[rule.when]]\npointer = \"/amount\"\nless_than = "
      "1000\n");

  for (char const* const amount :
       {"999", "999.5", "\"999\"", "\" 999 \"", "\"-1.25\"", "\"0.5\"", "999999e-3"})
    EXPECT_EQ(verdict(policy, call("X", std::string{"{\"amount\":"} + amount + "}")), "allow") << amount;
  for (char const* const amount :
       {"\"999999e-3\"", "\"1E2\"", "\"0777\"", "\"9.\"", "\".5\"", "\"\"", "\"-\""})
    EXPECT_EQ(verdict(policy, call("X", std::string{"{\"amount\":"} + amount + "}")), "deny") << amount;
}

TEST(Condition, NumbersWhoseDigitsADoubleLosesAreNotTakenForEqual) {
  Policy const policy = parsed(
      "default = \"deny\"\n[[rule]]\ndecision = \"allow\"\n[[rule.when]]\npointer = \"/id\"\nequals = "
      "9007199254740992\n");

  EXPECT_EQ(verdict(policy, call("X", R"({"id":9007199254740992})")), "allow");
  EXPECT_EQ(verdict(policy, call("X", R"({"id":9007199254740993})")), "deny");
  EXPECT_EQ(verdict(policy, call("X", R"({"id":9007199254740993.0})")), "deny");
}

TEST(Explain, TheRulesUpToTheOneThatDecidesSayWhyNot) {
  Policy const policy = parsed(kWhole);

  auto const considered = explain(policy, call("GITHUB_CREATE_AN_ISSUE"));

  ASSERT_EQ(considered.size(), 2U);
  EXPECT_FALSE(considered[0].fits);
  EXPECT_EQ(considered[0].why_not, "tools does not name GITHUB_CREATE_AN_ISSUE");
  EXPECT_TRUE(considered[1].fits);
  auto const deleting = call("GITHUB_DELETE_X", R"({"owner":"me"})", {.destructive = true});
  EXPECT_EQ(explain(policy, deleting)[0].why_not, "/owner is not \"acme\"");
}

TEST(Explain, WhatHasNoIntegrationIsToldSo) {
  Policy const policy = parsed("[[rule]]\ndecision = \"allow\"\nintegrations = [\"github\"]\n");
  auto raw = call("PROXY_GET");
  raw.integration = {};

  EXPECT_EQ(explain(policy, raw)[0].why_not, "the call has no integration");
}

TEST(PossibleVerdicts, AreThoseThatArgumentsLeadTo) {
  Policy const policy = parsed(R"([[rule]]
decision = "allow"
tools = ["A_*", "B_*"]
[[rule.when]]
pointer = "/owner"
equals = "me"
[[rule]]
decision = "deny"
tools = ["B_*", "C_*"]
)");
  using Verdicts = std::vector<Verdict>;

  EXPECT_EQ(possible_verdicts(policy, call("A_X")), (Verdicts{Verdict::allow, Verdict::ask}));
  EXPECT_EQ(possible_verdicts(policy, call("B_X")), (Verdicts{Verdict::allow, Verdict::deny}));
  EXPECT_EQ(possible_verdicts(policy, call("C_X")), Verdicts{Verdict::deny});
  EXPECT_EQ(possible_verdicts(policy, call("A_X", "{}", kReads)), Verdicts{Verdict::allow});
  EXPECT_EQ(best_verdict(policy, call("B_X")), Verdict::ask) << "it may run: it is not left out of lists";
}

TEST(BestVerdict, IsCertainOnlyWhereNoArgumentsChangeIt) {
  Policy const policy = parsed(R"(default = "deny"
[[rule]]
decision = "deny"
tools = ["A_*"]
[[rule.when]]
pointer = "/owner"
equals = "acme"
[[rule]]
decision = "allow"
tools = ["A_*", "B_*"]
)");

  EXPECT_EQ(best_verdict(policy, call("A_X")), Verdict::ask);
  EXPECT_EQ(best_verdict(policy, call("B_X")), Verdict::allow);
  EXPECT_EQ(best_verdict(policy, call("C_X")), Verdict::deny);
  EXPECT_EQ(best_verdict(default_policy(), call("C_X")), Verdict::ask);
  EXPECT_EQ(best_verdict(default_policy(), call("C_X", "{}", kReads)), Verdict::allow);
}

TEST(Cases, AreTriedAndTheRulesThatNoneReachedAreTold) {
  std::string const text = std::string{kWhole} + R"(
[[case]]
tool = "GITHUB_CREATE_AN_ISSUE"
expect = "ask"
[[case]]
tool = "GITHUB_CREATE_AN_ISSUE"
expect = "allow"
rule = "no-deletes"
[[case]]
tool = "NOWHERE"
expect = "allow"
)";
  Policy const policy = parsed(text);
  auto const file = parse_cases(text, "p.toml");
  ASSERT_TRUE(file) << file.error().message;
  std::vector<Result<Question>> questions;
  questions.emplace_back(call("GITHUB_DELETE_A_REPOSITORY"));
  questions.emplace_back(call("GITHUB_CREATE_AN_ISSUE"));
  questions.emplace_back(call("GITHUB_CREATE_AN_ISSUE"));
  questions.emplace_back(fail(ErrorCode::tool_not_found, "there is no NOWHERE"));

  CaseReport const report = try_cases(policy, file->cases, questions);

  EXPECT_EQ(report.passed, 0U);
  EXPECT_EQ(report.failed, 4U);
  EXPECT_EQ(report.cases[0].line, 20U);
  EXPECT_EQ(report.cases[0].message, "expected deny, and it is ask by default: everything else asks");
  EXPECT_EQ(report.cases[2].message, "expected by no-deletes, and rule 2 (line 16) decided");
  EXPECT_EQ(report.cases[3].message, "there is no NOWHERE");
  EXPECT_FALSE(report.cases[3].decision);
  ASSERT_EQ(report.uncovered.size(), 1U);
  EXPECT_EQ(report.uncovered[0].name, "no-deletes (line 4)");
}

TEST(Cases, BesideAPolicyOfAnotherFileThereAreNoRules) {
  auto const file = parse_cases("policy = \"p.toml\"\n[[case]]\ntool = \"A\"\nexpect = \"ask\"\n", "c.toml");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->policy, "p.toml");

  EXPECT_FALSE(parse_cases("policy = \"p.toml\"\n[[rule]]\ndecision = \"ask\"\n", "c.toml"));
  EXPECT_FALSE(parse_cases("[[case]]\ntool = \"A\"\n", "c.toml"));
  EXPECT_FALSE(parse_cases("[[case]]\nexpect = \"ask\"\n", "c.toml"));
}

}  // namespace
}  // namespace agenta::policy
