#include <algorithm>
#include <cmath>
#include <utility>

#include "shared/schema/checker.hpp"
#include "shared/schema/numbers.hpp"

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

bool has_twins(Json const& array) {
  std::vector<Json const*> sorted;
  for (Json const& each : array) sorted.push_back(&each);
  std::ranges::sort(sorted, [](Json const* a, Json const* b) { return *a < *b; });
  return std::ranges::adjacent_find(sorted, [](Json const* a, Json const* b) { return *a == *b; }) !=
         sorted.end();
}

}  // namespace

void Evaluated::add(Evaluated const& more) {
  all_members = all_members || more.all_members;
  all_elements = all_elements || more.all_elements;
  members.insert(more.members.begin(), more.members.end());
  elements.insert(more.elements.begin(), more.elements.end());
}

Report Checker::run(Json const& arguments) {
  steps_ = kMostSteps;
  Place const root;
  check_known_keys(arguments, root);
  check(*document_.root, {arguments, root});
  if (steps_ <= 0) report_ = {};
  report_.is_whole = is_whole_ && steps_ > 0;
  return std::move(report_);
}

void Checker::check(Node const& node, Asked const& asked) {
  if (--steps_ <= 0 || asked.chain > kDeepestChain || asked.place.depth > kDeepestPlace) return;
  bool const enters =
      !document_.dynamic_anchors.empty() && (parts_.empty() || parts_.back() != node.resource);
  if (enters) parts_.push_back(node.resource);
  if (node.never) {
    complain(asked, "false", "is not allowed here");
  } else if (!asked.value.is_null() || !node.nullable) {
    if ((node.types & types_of(asked.value)) == 0) {
      std::string const wanted = names_of(node.types);
      complain(asked, "type", "must be " + wanted + ", not " + describe(asked.value), wanted);
    } else {
      check_values(node, asked);
      check_known(node, asked);
    }
  }
  if (enters) parts_.pop_back();
}

/// What depends on what is in the value, and the schemas that apply to the same place.
void Checker::check_known(Node const& node, Asked const& asked) {
  if (node.rare == nullptr ||
      (node.rare->unevaluated_members == nullptr && node.rare->unevaluated_elements == nullptr)) {
    if (asked.value.is_array()) check_array(node, asked);
    if (asked.value.is_object()) check_object(node, asked);
    if (node.rare != nullptr) check_rare(*node.rare, asked);
    return check_combinations(node, asked);
  }
  check_unevaluated(node, asked);
}

void Checker::check_values(Node const& node, Asked const& asked) {
  if (node.constant && asked.value != *node.constant)
    complain(asked, "const", "must be " + cut(node.constant->dump(), kLongestShown), *node.constant);
  if (!node.allowed.empty() && std::ranges::find(node.allowed, asked.value) == node.allowed.end())
    complain_choice(asked, node.allowed);
  if (asked.value.is_number()) check_number(node, asked);
  if (asked.value.is_string()) check_text(node, asked);
}

void Checker::check_number(Node const& node, Asked const& asked) {
  auto const refuse = [&](char const* rule, std::string const& what, Json const& limit) {
    Json expected = limit;
    if (limit.is_number_float() && (types_of(limit) & kInteger) != 0 && std::abs(limit.get<double>()) < 9e15)
      expected = static_cast<long long>(limit.get<double>());
    complain(asked, rule, what + expected.dump(), expected);
  };
  if (!node.minimum && !node.maximum && !node.above && !node.below && !node.multiple_of) return;
  long double const number = exact(asked.value);
  if (node.minimum && number < exact(*node.minimum)) refuse("minimum", "must be at least ", *node.minimum);
  if (node.maximum && number > exact(*node.maximum)) refuse("maximum", "must be at most ", *node.maximum);
  if (node.above && number <= exact(*node.above))
    refuse("exclusiveMinimum", "must be more than ", *node.above);
  if (node.below && number >= exact(*node.below))
    refuse("exclusiveMaximum", "must be less than ", *node.below);
  if (node.multiple_of && !is_multiple(asked.value, *node.multiple_of))
    refuse("multipleOf", "must be a multiple of ", *node.multiple_of);
}

void Checker::check_text(Node const& node, Asked const& asked) {
  auto const& text = asked.value.get_ref<std::string const&>();
  if (node.min_length || node.max_length)
    check_count(node.min_length, node.max_length, length_of(text), asked, "Length", "characters");
  if (node.pattern != nullptr && !fits(*node.pattern, text))
    complain(asked, "pattern", "must match " + cut(node.pattern_text, kLongestShown), node.pattern_text);
  auto const reading =
      document_.rules.dialect == Dialect::tools ? FormatReading::lenient : FormatReading::strict;
  if (!has_format(node.format, text, reading))
    complain(asked, "format", "must be a valid " + node.format_name, node.format_name);
}

void Checker::check_array(Node const& node, Asked const& asked) {
  Json const& value = asked.value;
  check_count(node.min_items, node.max_items, value.size(), asked, "Items", "items");
  if (node.unique_items && has_twins(value))
    complain(asked, "uniqueItems", "must not hold the same value twice");
  for (std::size_t i = 0; i < value.size() && steps_ > 0; ++i) {
    Node const* const item = i < node.prefix_items.size() ? node.prefix_items[i] : node.items;
    if (item == nullptr) continue;
    check(*item, {value[i], asked.place.element(i, item)});
    if (asked.seen != nullptr) asked.seen->elements.insert(i);
  }
}

void Checker::check_object(Node const& node, Asked const& asked) {
  Json const& value = asked.value;
  check_count(node.min_properties, node.max_properties, value.size(), asked, "Properties", "members");
  for (std::string const& name : node.required) {
    if (!value.contains(name)) complain_missing(node, name, asked);
  }
  for (auto const& [name, member] : value.items()) {
    if (steps_ <= 0) return;
    check_member(node, name, member, asked);
  }
}

void Checker::check_member(Node const& node, std::string const& name, Json const& member,
                           Asked const& asked) {
  Place const& place = asked.place;
  if (node.property_names != nullptr) {
    Json const named(name);
    check(*node.property_names, {named, place.member(name, nullptr)});
  }
  Node const* const property = node.find_property(name);
  bool known = property != nullptr;
  if (property != nullptr) check(*property, {member, place.member(name, property)});
  for (PatternNode const& each : node.pattern_properties) {
    if (!fits(*each.pattern, name)) continue;
    known = true;
    check(*each.node, {member, place.member(name, each.node)});
  }
  if (asked.seen != nullptr && (known || node.open || node.closed || node.additional != nullptr))
    asked.seen->members.insert(name);
  if (known) return;
  if (node.additional != nullptr) check(*node.additional, {member, place.member(name, node.additional)});
  if (node.closed && !(place.is_root() && document_.known_keys)) {
    std::vector<std::string> names;
    for (NamedNode const& each : node.properties) names.push_back(each.name);
    complain_unknown(names, name, asked.value, place);
  }
}

void Checker::check_combinations(Node const& node, Asked const& asked) {
  if (node.reference != nullptr) check(*node.reference, asked.further());
  for (Node const* each : node.all_of) check(*each, asked.further());
  if (!node.any_of.empty()) check_branches("anyOf", node.any_of, asked);
  if (!node.one_of.empty()) check_branches("oneOf", node.one_of, asked);
  if (node.negated == nullptr) return;
  if (attempt(*node.negated, {asked.value, asked.place, asked.chain}).total == 0)
    complain(asked, "not", "has a form that the tool excludes");
}

void Checker::check_count(std::optional<std::size_t> least, std::optional<std::size_t> most,
                          std::size_t count, Asked const& asked, std::string const& what,
                          std::string const& unit) {
  if (least && count < *least)
    complain(asked, "min" + what, "must have at least " + std::to_string(*least) + " " + unit, *least);
  if (most && count > *most)
    complain(asked, "max" + what, "must have at most " + std::to_string(*most) + " " + unit, *most);
}

void Checker::check_known_keys(Json const& arguments, Place const& root) {
  if (!document_.known_keys || !arguments.is_object()) return;
  for (auto const& [name, value] : arguments.items()) {
    if (!std::ranges::binary_search(*document_.known_keys, name))
      complain_unknown(*document_.known_keys, name, arguments, root);
  }
}

bool Checker::fits(Pattern const& pattern, std::string const& text) {
  Matching const found = find_in(pattern, text);
  if (found == Matching::too_much) is_whole_ = false;
  return found != Matching::no;
}

Report Checker::attempt(Node const& node, Asked const& asked) {
  Report mine = std::exchange(report_, {});
  Evaluated looked_at;
  check(node, {asked.value, asked.place, asked.chain + 1, asked.seen == nullptr ? nullptr : &looked_at});
  std::swap(mine, report_);
  if (asked.seen != nullptr && mine.total == 0) asked.seen->add(looked_at);
  return mine;
}

Report check(Document const& document, Json const& arguments) { return Checker{document}.run(arguments); }

}  // namespace agenta::schema
