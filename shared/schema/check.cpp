#include <algorithm>
#include <cmath>

#include "shared/base/text.hpp"
#include "shared/schema/document.hpp"
#include "shared/schema/place.hpp"

namespace agenta::schema {
namespace {

/// Circular and multiplying schemas are cut off here; a call of a hundred fields takes a few hundred steps.
constexpr long kMostSteps = 2'000'000;
/// C++ frames: JSON deeper than this is not looked into.
constexpr int kDeepestPlace = 600;

std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_multiple(double value, double of) {
  double const quotient = value / of;
  return std::abs(quotient - std::round(quotient)) <= 1e-9 * std::max(1.0, std::abs(quotient));
}

bool has_twins(Json const& array) {
  std::vector<Json const*> sorted;
  for (Json const& each : array) sorted.push_back(&each);
  std::ranges::sort(sorted, [](Json const* a, Json const* b) { return *a < *b; });
  return std::ranges::adjacent_find(sorted, [](Json const* a, Json const* b) { return *a == *b; }) !=
         sorted.end();
}

class Checker {
 public:
  explicit Checker(Document const& document) : document_(document) {}

  Report run(Json const& arguments) {
    Place const root;
    check_known_keys(arguments, root);
    check(*document_.root, arguments, root, 0);
    if (steps_ <= 0) report_ = {};
    return std::move(report_);
  }

 private:
  /// `chain`: how many schemas have been asked of this same value.
  void check(Node const& node, Json const& value, Place const& place, int chain) {
    if (--steps_ <= 0 || chain > kDeepestChain || place.depth > kDeepestPlace) return;
    if (node.never) return complain(place, "false", "is not allowed here", value);
    if (value.is_null() && node.nullable) return;
    if ((node.types & types_of(value)) == 0) {
      std::string const wanted = names_of(node.types);
      return complain(place, "type", "must be " + wanted + ", not " + describe(value), value, wanted);
    }
    check_values(node, value, place);
    if (value.is_number()) check_number(node, value, place);
    if (value.is_string()) check_text(node, value, place);
    if (value.is_array()) check_array(node, value, place);
    if (value.is_object()) check_object(node, value, place);
    check_combinations(node, value, place, chain);
  }

  void check_values(Node const& node, Json const& value, Place const& place) {
    if (node.constant && value != *node.constant) {
      complain(place, "const", "must be " + cut(node.constant->dump(), kLongestShown), value, *node.constant);
    }
    if (node.allowed.empty() || std::ranges::find(node.allowed, value) != node.allowed.end()) return;
    std::vector<std::string> texts;
    for (Json const& each : node.allowed) {
      if (each.is_string()) texts.push_back(each.get<std::string>());
    }
    auto suggestion = value.is_string() ? nearest(value.get_ref<std::string const&>(), texts) : std::nullopt;
    std::string message = "must be one of " + list_of(node.allowed);
    if (suggestion) message += "; did you mean \"" + *suggestion + "\"?";
    complain(place, "enum", message, value, node.allowed, suggestion.value_or(""));
  }

  void check_number(Node const& node, Json const& value, Place const& place) {
    auto const number = value.get<double>();
    auto const refuse = [&](char const* rule, std::string const& what, double limit) {
      Json const expected = std::floor(limit) == limit && std::abs(limit) < 9e15
                                ? Json(static_cast<long long>(limit))
                                : Json(limit);
      complain(place, rule, what + expected.dump(), value, expected);
    };
    if (node.minimum && number < *node.minimum) refuse("minimum", "must be at least ", *node.minimum);
    if (node.maximum && number > *node.maximum) refuse("maximum", "must be at most ", *node.maximum);
    if (node.above && number <= *node.above) refuse("exclusiveMinimum", "must be more than ", *node.above);
    if (node.below && number >= *node.below) refuse("exclusiveMaximum", "must be less than ", *node.below);
    if (node.multiple_of && !is_multiple(number, *node.multiple_of))
      refuse("multipleOf", "must be a multiple of ", *node.multiple_of);
  }

  void check_text(Node const& node, Json const& value, Place const& place) {
    auto const& text = value.get_ref<std::string const&>();
    if (node.min_length || node.max_length)
      check_count(node.min_length, node.max_length, length_of(text), place, "Length", "characters", value);
    if (node.pattern != nullptr && !matches(*node.pattern, text)) {
      complain(place, "pattern", "must match " + cut(node.pattern_text, kLongestShown), value,
               node.pattern_text);
    }
    if (!has_format(node.format, text))
      complain(place, "format", "must be a valid " + node.format_name, value, node.format_name);
  }

  void check_array(Node const& node, Json const& value, Place const& place) {
    check_count(node.min_items, node.max_items, value.size(), place, "Items", "items", value);
    if (node.unique_items && has_twins(value))
      complain(place, "uniqueItems", "must not hold the same value twice", value);
    for (std::size_t i = 0; i < value.size() && steps_ > 0; ++i) {
      Node const* const item = i < node.prefix_items.size() ? node.prefix_items[i] : node.items;
      if (item != nullptr) check(*item, value[i], place.element(i, item), 0);
    }
  }

  void check_object(Node const& node, Json const& value, Place const& place) {
    check_count(node.min_properties, node.max_properties, value.size(), place, "Properties", "members",
                value);
    for (std::string const& name : node.required) {
      if (!value.contains(name)) complain_missing(node, name, place);
    }
    for (auto const& [name, member] : value.items()) {
      if (steps_ <= 0) return;
      if (node.property_names != nullptr)
        check(*node.property_names, Json(name), place.member(name, nullptr), 0);
      Node const* const property = node.find_property(name);
      bool known = property != nullptr;
      if (property != nullptr) check(*property, member, place.member(name, property), 0);
      for (PatternNode const& each : node.pattern_properties) {
        if (!matches(*each.pattern, name)) continue;
        known = true;
        check(*each.node, member, place.member(name, each.node), 0);
      }
      if (known) continue;
      if (node.additional != nullptr) check(*node.additional, member, place.member(name, node.additional), 0);
      if (node.closed && !(place.is_root() && document_.known_keys))
        complain_unknown(names_in(node), name, value, place);
    }
  }

  void check_combinations(Node const& node, Json const& value, Place const& place, int chain) {
    if (node.reference != nullptr) check(*node.reference, value, place, chain + 1);
    for (Node const* each : node.all_of) check(*each, value, place, chain + 1);
    if (!node.any_of.empty()) check_branches("anyOf", node.any_of, value, place, chain);
    if (!node.one_of.empty()) check_branches("oneOf", node.one_of, value, place, chain);
    if (node.negated != nullptr && attempt(*node.negated, value, place, chain).total == 0) {
      complain(place, "not", "has a form that the tool excludes", value);
    }
  }

  void check_branches(char const* rule, std::vector<Node const*> const& branches, Json const& value,
                      Place const& place, int chain) {
    std::size_t fitting = 0;
    std::vector<Report> plausible;
    Types wanted = 0;
    bool const any = std::string_view{rule} == "anyOf";
    for (Node const* branch : branches) {
      Report report = attempt(*branch, value, place, chain);
      if (report.total == 0) ++fitting;
      if (fitting > 0 && any) return;
      Types const types = accepted_types(*branch);
      wanted = static_cast<Types>(wanted | types);
      if ((types & types_of(value)) != 0) plausible.push_back(std::move(report));
    }
    if (fitting == 1) return;
    if (fitting > 1)
      return complain(place, rule,
                      "fits " + std::to_string(fitting) + " of the forms it may have, and must fit one",
                      value);
    if (plausible.empty()) {
      return complain(place, "type", "must be " + names_of(wanted) + ", not " + describe(value), value,
                      names_of(wanted));
    }
    if (plausible.size() > 1)
      return complain(place, rule,
                      "fits none of the " + std::to_string(branches.size()) + " forms it may have", value,
                      names_of(wanted));
    report_.total += plausible.front().total;
    for (Problem& each : plausible.front().problems) keep(std::move(each));
  }

  Report attempt(Node const& node, Json const& value, Place const& place, int chain) {
    Report mine = std::exchange(report_, {});
    check(node, value, place, chain + 1);
    return std::exchange(report_, std::move(mine));
  }

  void check_count(std::optional<std::size_t> least, std::optional<std::size_t> most, std::size_t count,
                   Place const& place, std::string const& what, std::string const& unit, Json const& value) {
    if (least && count < *least)
      complain(place, "min" + what, "must have at least " + std::to_string(*least) + " " + unit, value,
               *least);
    if (most && count > *most)
      complain(place, "max" + what, "must have at most " + std::to_string(*most) + " " + unit, value, *most);
  }

  void check_known_keys(Json const& arguments, Place const& root) {
    if (!document_.known_keys || !arguments.is_object()) return;
    for (auto const& [name, value] : arguments.items()) {
      if (!std::ranges::binary_search(*document_.known_keys, name))
        complain_unknown(*document_.known_keys, name, arguments, root);
    }
  }

  static std::vector<std::string> names_in(Node const& node) {
    std::vector<std::string> names;
    for (NamedNode const& each : node.properties) names.push_back(each.name);
    return names;
  }

  void complain_unknown(std::vector<std::string> const& known, std::string const& name, Json const& object,
                        Place const& place) {
    std::vector<std::string> free;  // a name that is there already is not what was meant
    std::ranges::copy_if(known, std::back_inserter(free),
                         [&](std::string const& each) { return !object.contains(each); });
    auto const suggestion = nearest(name, free);
    Problem problem;
    Place const here = place.member(name, nullptr);
    problem.path = here.pointer();
    problem.rule = "unknown_key";
    problem.message =
        cut(here.shown(), kLongestShown) +
        (place.is_root() ? " is no argument of this tool" : " is no member of " + place.shown());
    if (suggestion) problem.message += "; did you mean " + *suggestion + "?";
    problem.suggestion = suggestion.value_or("");
    ++report_.total;
    keep(std::move(problem));
  }

  void complain_missing(Node const& node, std::string const& name, Place const& place) {
    Problem problem;
    Place const here = place.member(name, nullptr);
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
    ++report_.total;
    keep(std::move(problem));
  }

  void complain(Place const& place, std::string rule, std::string const& message, Json const& value,
                Json expected = {}, std::string suggestion = {}) {
    Problem problem;
    problem.path = place.pointer();
    problem.rule = std::move(rule);
    problem.message = place.shown() + " " + message;
    problem.value = place.is_secret() && !value.is_null() && !value.is_boolean() ? Json("[redacted]")
                                                                                 : shown_value(value);
    problem.expected = std::move(expected);
    problem.suggestion = std::move(suggestion);
    ++report_.total;
    keep(std::move(problem));
  }

  void keep(Problem problem) {
    if (report_.problems.size() < kMostProblems) report_.problems.push_back(std::move(problem));
  }

  Document const& document_;
  Report report_{};
  long steps_ = kMostSteps;
};

}  // namespace

Report check(Document const& document, Json const& arguments) { return Checker{document}.run(arguments); }

}  // namespace agenta::schema
