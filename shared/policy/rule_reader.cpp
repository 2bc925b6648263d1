#include "shared/policy/rule_reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "shared/base/text.hpp"
#include "shared/schema/text_pattern.hpp"

namespace agenta::policy {
namespace {

constexpr std::size_t kLongestName = 80;
constexpr std::size_t kMostConditions = 50;

bool has_control(std::string_view text) {
  return std::ranges::any_of(text,
                             [](char const c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_pointer(std::string_view text) {
  if (!text.empty() && text.front() != '/') return false;
  for (std::size_t at = text.find('~'); at != std::string_view::npos; at = text.find('~', at + 1)) {
    if (at + 1 == text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) return false;
  }
  return true;
}

std::optional<double> read_number(TableReader& in, std::string_view key) {
  auto const* const node = in.find(key);
  if (auto const* const whole = node->as_integer()) return static_cast<double>(whole->get());
  auto const* const number = node->as_floating_point();
  if (number != nullptr && std::isfinite(number->get())) return number->get();
  in.complain(key, "is a number");
  return std::nullopt;
}

std::optional<Matches> read_pattern(TableReader& in) {
  auto text = in.text("matches");
  if (!text) return std::nullopt;
  auto pattern = schema::TextPattern::parse(*text);
  if (!pattern) {
    in.complain("matches", pattern.error().message);
    return std::nullopt;
  }
  return Matches{*std::move(text), std::make_shared<schema::TextPattern const>(*std::move(pattern))};
}

std::optional<OneOf> read_choices(TableReader& in) {
  auto const* const list = in.find("one_of")->as_array();
  if (list == nullptr || list->empty()) {
    in.complain("one_of", "is a list of values: [\"a\", \"b\"]");
    return std::nullopt;
  }
  OneOf choices;
  for (toml::node const& each : *list) choices.values.push_back({custom::json_of(each, in.problems())});
  return choices;
}

constexpr std::array<std::string_view, 6> kTests{"equals",    "one_of",       "matches",
                                                 "less_than", "greater_than", "present"};

void read_test(TableReader& in, std::string_view test, Condition& into) {
  if (test == "equals") {
    into.test = Equals{{custom::json_of(*in.find(test), in.problems())}};
  } else if (test == "one_of") {
    if (auto choices = read_choices(in)) into.test = *std::move(choices);
  } else if (test == "matches") {
    if (auto pattern = read_pattern(in)) into.test = *std::move(pattern);
  } else if (test == "less_than") {
    if (auto const limit = read_number(in, test)) into.test = LessThan{*limit};
  } else if (test == "greater_than") {
    if (auto const limit = read_number(in, test)) into.test = GreaterThan{*limit};
  } else {
    into.test = Present{in.boolean(test, true)};
  }
}

Condition read_condition(toml::table const& table, std::string const& subject, Problems& problems) {
  TableReader in{table, subject, problems};
  in.refuse_others({"pointer", "equals", "one_of", "matches", "less_than", "greater_than", "present"});
  Condition condition;
  auto pointer = in.text("pointer");
  if (!pointer && in.find("pointer") == nullptr) {
    in.complain("pointer", "is missing: it names the argument, as /owner does");
  } else if (pointer && !is_pointer(*pointer)) {
    in.complain("pointer", "is a JSON pointer, such as /owner or /items/0/name, not " + *pointer);
  } else if (pointer) {
    condition.pointer = *std::move(pointer);
  }
  std::vector<std::string_view> given;
  std::ranges::copy_if(kTests, std::back_inserter(given),
                       [&](std::string_view test) { return in.find(test) != nullptr; });
  if (given.size() == 1) {
    read_test(in, given.front(), condition);
  } else {
    problems.add(given.empty() ? table.source() : in.where(given[1]),
                 subject +
                     ": a condition asks one thing: equals, one_of, matches, less_than, greater_than or "
                     "present" +
                     (given.empty() ? "" : "; for two, write two [[rule.when]]"));
  }
  return condition;
}

std::vector<std::string> read_globs(TableReader& in, std::string_view key) {
  auto globs = in.texts(key);
  bool const is_list = in.find(key) != nullptr && in.find(key)->is_array();
  // An empty list would be taken for "all", or for "none": whoever writes it means one of them.
  if (is_list && in.find(key)->as_array()->empty()) in.complain(key, "names nothing: leave it out for all");
  if (std::ranges::any_of(globs, [](std::string const& each) { return trim(each).empty(); }))
    in.complain(key, "has an empty name");
  return globs;
}

}  // namespace

std::vector<toml::table const*> tables_of(TableReader& in, std::string_view key) {
  std::vector<toml::table const*> tables;
  auto const* const node = in.find(key);
  if (node == nullptr) return tables;
  auto const* const list = node->as_array();
  std::string const how = "is a list of tables: [[" + std::string{key} + "]]";
  if (list == nullptr) {
    in.complain(key, how);
    return tables;
  }
  for (toml::node const& each : *list) {
    if (auto const* const table = each.as_table()) {
      tables.push_back(table);
    } else {
      in.problems().add(each.source(), in.subject() + ": " + std::string{key} + " " + how);
    }
  }
  return tables;
}

std::optional<Verdict> read_verdict(TableReader& in, std::string_view key) {
  auto const text = in.text(key);
  if (!text) return std::nullopt;
  static std::vector<std::string> const kWords{"allow", "ask", "deny"};
  if (std::ranges::find(kWords, *text) != kWords.end()) return parse_verdict(*text);
  std::string message = "is allow, ask or deny, not " + *text;
  if (auto const meant = nearest(*text, kWords)) message += "; did you mean " + *meant + "?";
  in.complain(key, message);
  return std::nullopt;
}

HintWishes read_hints(toml::table const& table, std::string const& subject, Problems& problems) {
  TableReader in{table, subject, problems};
  in.refuse_others({"read_only", "destructive", "idempotent", "open_world"}, {"readOnly", "openWorld"});
  auto const read = [&](std::string_view key, std::string_view other) -> std::optional<bool> {
    if (in.find(key) != nullptr && in.find(other) != nullptr && key != other)
      in.complain(other, "and " + std::string{key} + " are the same: keep one");
    std::string_view const used = in.find(key) != nullptr ? key : other;
    if (in.find(used) == nullptr) return std::nullopt;
    return in.boolean(used, false);
  };
  HintWishes wishes;
  wishes.read_only = read("read_only", "readOnly");
  wishes.destructive = read("destructive", "destructive");
  wishes.idempotent = read("idempotent", "idempotent");
  wishes.open_world = read("open_world", "openWorld");
  return wishes;
}

Rule read_rule(toml::table const& table, std::string const& subject, Problems& problems) {
  TableReader in{table, subject, problems};
  in.refuse_others({"name", "decision", "tools", "integrations", "connections", "hints", "reason", "when"});
  Rule rule;
  rule.line = table.source().begin.line;
  rule.name = in.text("name").value_or("");
  if (in.find("name") != nullptr && in.find("name")->is_string() &&
      (trim(rule.name).empty() || rule.name.size() > kLongestName || has_control(rule.name))) {
    in.complain("name", "is 1 to " + std::to_string(kLongestName) + " characters on one line");
  }
  if (in.find("decision") == nullptr) in.complain("decision", "is missing: allow, ask or deny");
  rule.verdict = read_verdict(in, "decision").value_or(Verdict::deny);
  rule.tools = read_globs(in, "tools");
  rule.integrations = read_globs(in, "integrations");
  rule.connections = read_globs(in, "connections");
  if (auto const* const hints = in.inner("hints"))
    rule.hints = read_hints(*hints, subject + ": hints", problems);
  rule.reason = in.text("reason").value_or("");
  auto const conditions = tables_of(in, "when");
  if (conditions.size() > kMostConditions)
    in.complain("when", "has over " + std::to_string(kMostConditions) + " conditions");
  for (toml::table const* each : conditions)
    rule.when.push_back(read_condition(*each, subject + ": when", problems));
  return rule;
}

}  // namespace agenta::policy
