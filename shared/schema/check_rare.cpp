#include <algorithm>

#include "shared/schema/checker.hpp"

namespace agenta::schema {

void Checker::check_rare(RareKeywords const& rare, Asked const& asked) {
  if (rare.contains != nullptr && asked.value.is_array()) check_contains(rare, asked);
  if (asked.value.is_object()) check_dependents(rare, asked);
  if (rare.condition != nullptr) {
    bool const holds = attempt(*rare.condition, asked).total == 0;
    Node const* const next = holds ? rare.consequence : rare.alternative;
    if (next != nullptr) check(*next, asked.further());
  }
  if (rare.dynamic_reference != nullptr) check(*find_dynamic(rare), asked.further());
}

void Checker::check_contains(RareKeywords const& rare, Asked const& asked) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < asked.value.size() && steps_ > 0; ++i) {
    Place const place = asked.place.element(i, rare.contains);
    if (attempt(*rare.contains, {asked.value[i], place}).total > 0) continue;
    ++found;
    if (asked.seen != nullptr && document_.rules.dialect != Dialect::draft7) asked.seen->elements.insert(i);
  }
  auto const complain_of = [&](char const* rule, char const* bound, std::size_t limit) {
    complain(asked, rule,
             std::string{"must have at "} + bound + " " + std::to_string(limit) + " of the items that " +
                 "the tool looks for, and has " + std::to_string(found),
             limit);
  };
  if (found < rare.min_contains)
    complain_of(rare.min_contains == 1 ? "contains" : "minContains", "least", rare.min_contains);
  if (rare.max_contains && found > *rare.max_contains) complain_of("maxContains", "most", *rare.max_contains);
}

void Checker::check_dependents(RareKeywords const& rare, Asked const& asked) {
  for (auto const& [name, others] : rare.dependent_required) {
    if (!asked.value.contains(name)) continue;
    for (std::string const& other : others) {
      if (asked.value.contains(other)) continue;
      Problem problem;
      Place const here = asked.place.member(other, nullptr);
      problem.path = here.pointer();
      problem.rule = "dependentRequired";
      problem.message =
          here.shown() + " is missing: it goes with " + asked.place.member(name, nullptr).shown();
      keep(std::move(problem));
    }
  }
  for (NamedNode const& each : rare.dependent_schemas) {
    if (asked.value.contains(each.name)) check(*each.node, asked.further());
  }
}

/// `node`, and then what none of its schemas has looked at.
void Checker::check_unevaluated(Node const& node, Asked const& asked) {
  Evaluated seen;
  Asked const watched{asked.value, asked.place, asked.chain, &seen};
  std::size_t const before = report_.total;
  if (asked.value.is_array()) check_array(node, watched);
  if (asked.value.is_object()) check_object(node, watched);
  check_rare(*node.rare, watched);
  check_combinations(node, watched);
  // Where a form does not fit, what it would have looked at is not known.
  bool const fits = report_.total == before;
  if (Node const* const rest = node.rare->unevaluated_members;
      rest != nullptr && asked.value.is_object() && fits) {
    for (auto const& [name, member] : asked.value.items()) {
      if (seen.all_members || seen.members.contains(name)) continue;
      if (rest->never) {
        complain_unknown(names_of_members(node), name, asked.value, asked.place);
      } else {
        check(*rest, {member, asked.place.member(name, rest)});
      }
    }
    seen.all_members = true;
  }
  if (Node const* const rest = node.rare->unevaluated_elements;
      rest != nullptr && asked.value.is_array() && fits) {
    for (std::size_t i = 0; i < asked.value.size(); ++i) {
      if (!seen.all_elements && !seen.elements.contains(i))
        check(*rest, {asked.value[i], asked.place.element(i, rest)});
    }
    seen.all_elements = true;
  }
  if (asked.seen != nullptr) asked.seen->add(seen);
}

/// What the outermost part on the way here means by the anchor.
Node const* Checker::find_dynamic(RareKeywords const& rare) const {
  if (rare.dynamic_anchor.empty()) return rare.dynamic_reference;
  for (int const part : parts_) {
    auto const& anchors = document_.dynamic_anchors[static_cast<std::size_t>(part)];
    auto const found = std::ranges::find(anchors, rare.dynamic_anchor, &NamedNode::name);
    if (found != anchors.end()) return found->node;
  }
  return rare.dynamic_reference;
}

}  // namespace agenta::schema
