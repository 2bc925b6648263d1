#include <algorithm>

#include "shared/base/text.hpp"
#include "shared/schema/checker.hpp"

namespace agenta::schema {

void Checker::keep(Problem problem) {
  ++report_.total;
  if (report_.problems.size() < kMostProblems) report_.problems.push_back(std::move(problem));
}

void Checker::complain(Asked const& asked, std::string rule, std::string const& message, Json expected,
                       std::string suggestion) {
  Json const& value = asked.value;
  Problem problem;
  problem.path = asked.place.pointer();
  problem.rule = std::move(rule);
  problem.message = asked.place.shown() + " " + message;
  problem.value = asked.place.is_secret() && !value.is_null() && !value.is_boolean() ? Json("[redacted]")
                                                                                     : shown_value(value);
  problem.expected = std::move(expected);
  problem.suggestion = std::move(suggestion);
  keep(std::move(problem));
}

void Checker::complain_choice(Asked const& asked, std::vector<Json> const& allowed) {
  std::vector<std::string> texts;
  for (Json const& each : allowed) {
    if (each.is_string()) texts.push_back(each.get<std::string>());
  }
  auto const suggestion =
      asked.value.is_string() ? nearest(asked.value.get_ref<std::string const&>(), texts) : std::nullopt;
  std::string message = "must be one of " + list_of(allowed);
  if (suggestion) message += "; did you mean \"" + *suggestion + "\"?";
  complain(asked, "enum", message, allowed, suggestion.value_or(""));
}

void Checker::complain_unknown(std::vector<std::string> const& known, std::string const& name,
                               Json const& object, Place const& place) {
  std::vector<std::string> free;  // a name that is there already is not what was meant
  std::ranges::copy_if(known, std::back_inserter(free),
                       [&](std::string const& each) { return !object.contains(each); });
  auto const suggestion = nearest(name, free);
  Problem problem;
  Place const here = place.member(name, nullptr);
  problem.path = here.pointer();
  problem.rule = "unknown_key";
  problem.message = cut(here.shown(), kLongestShown) +
                    (place.is_root() ? " is no argument of this tool" : " is no member of " + place.shown());
  if (suggestion) problem.message += "; did you mean " + *suggestion + "?";
  problem.suggestion = suggestion.value_or("");
  keep(std::move(problem));
}

void Checker::complain_missing(Node const& node, std::string const& name, Asked const& asked) {
  Problem problem;
  Place const here = asked.place.member(name, nullptr);
  problem.path = here.pointer();
  problem.rule = "required";
  problem.message = here.shown() + " is missing";
  if (Node const* const wanted = node.find_property(name)) {
    std::string const types = names_of(accepted_types(*wanted));
    problem.expected = Json{{"type", types}};
    problem.message += " (" + types;
    if (!wanted->description.empty()) {
      problem.expected["description"] = cut(wanted->description, kLongestShown);
      problem.message += ": " + cut(wanted->description, kLongestShown / 2);
    }
    problem.message += ")";
  }
  // Below the root a key that nobody knows is fine, unless it is what is missing, misspelt.
  bool const told_already = node.closed || (asked.place.is_root() && document_.known_keys);
  if (!told_already) {
    std::vector<std::string> const wanted{name};
    for (auto const& [other, value] : asked.value.items()) {
      if (node.find_property(other) != nullptr || !nearest(other, wanted)) continue;
      problem.message += "; is it what " + cut(other, kLongestShown) + " is meant to be?";
      problem.suggestion = name;
      break;
    }
  }
  keep(std::move(problem));
}

}  // namespace agenta::schema
