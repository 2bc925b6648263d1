#include <algorithm>

#include "shared/schema/checker.hpp"

namespace agenta::schema {
namespace {

/// The values of the member `name` by which a branch tells itself from its siblings; empty where it has none.
std::vector<Json> values_of_member(Node const& branch, std::string const& name) {
  for (Node const* each : find_members(branch, name)) {
    if (auto values = find_allowed(*each); !values.empty()) return values;
  }
  return {};
}

/// How likely the branch was meant, by the members alone: of its own a member speaks for it, and more so one
/// with a value that is the branch's mark.
int likeness_of(Node const& branch, Json const& value) {
  constexpr int kMark = 100;
  int likeness = 0;
  if (!value.is_object()) return likeness;
  std::vector<std::string> const names = names_of_members(branch);
  for (auto const& [name, member] : value.items()) {
    bool const known = std::ranges::binary_search(names, name);
    likeness += known ? 2 : -1;
    if (!known) continue;
    auto const values = values_of_member(branch, name);
    if (!values.empty()) likeness += std::ranges::find(values, member) != values.end() ? kMark : -kMark;
  }
  return likeness;
}

void add_all(std::vector<Json>& to, std::vector<Json> const& values) {
  for (Json const& each : values) {
    if (std::ranges::find(to, each) == to.end()) to.push_back(each);
  }
}

}  // namespace

void Checker::check_branches(char const* rule, std::vector<Node const*> const& branches, Asked const& asked) {
  std::size_t fitting = 0;
  std::vector<Branch> plausible;
  Types wanted = 0;
  bool const any = std::string_view{rule} == "anyOf";
  for (Node const* node : branches) {
    Branch branch;
    branch.node = node;
    branch.report = attempt(*node, asked);
    if (branch.report.total == 0) ++fitting;
    if (fitting > 0 && any && asked.seen == nullptr) return;
    Types const types = accepted_types(*node);
    wanted = static_cast<Types>(wanted | types);
    if ((types & types_of(asked.value)) != 0) plausible.push_back(std::move(branch));
  }
  if (fitting == 1 || (fitting > 1 && any)) return;
  if (fitting > 1)
    return complain(asked, rule,
                    "fits " + std::to_string(fitting) + " of the forms it may have, and must fit one");
  complain_of_branches(rule, std::move(plausible), branches.size(), wanted, asked);
}

/// Says what is wrong with the branch that was meant, where that can be told.
void Checker::complain_of_branches(char const* rule, std::vector<Branch> plausible, std::size_t branches,
                                   Types wanted, Asked const& asked) {
  if (plausible.empty())
    return complain(asked, "type", "must be " + names_of(wanted) + ", not " + describe(asked.value),
                    names_of(wanted));
  if (plausible.size() > 1 &&
      (complain_of_values(plausible, asked) || complain_of_discriminator(plausible, asked)))
    return;
  auto const better = [&](Branch const& a, Branch const& b) {
    int const left = likeness_of(*a.node, asked.value);
    int const right = likeness_of(*b.node, asked.value);
    return left != right ? left > right : a.report.total < b.report.total;
  };
  std::ranges::stable_sort(plausible, better);
  if (plausible.size() > 1 && !better(plausible[0], plausible[1]))
    return complain(asked, rule, "fits none of the " + std::to_string(branches) + " forms it may have",
                    names_of(wanted));
  Report& meant = plausible.front().report;
  report_.total += meant.total - meant.problems.size();
  for (Problem& each : meant.problems) keep(std::move(each));
}

/// Where every branch is a list of values they are one list.
bool Checker::complain_of_values(std::vector<Branch> const& plausible, Asked const& asked) {
  std::vector<Json> all;
  for (Branch const& each : plausible) {
    auto const values = find_allowed(*each.node);
    if (values.empty()) return false;
    add_all(all, values);
  }
  complain_choice(asked, all);
  return true;
}

/// Where the branches are told apart by one member, and its value is none of theirs, that is what is wrong.
bool Checker::complain_of_discriminator(std::vector<Branch> const& plausible, Asked const& asked) {
  if (!asked.value.is_object()) return false;
  for (auto const& [name, member] : asked.value.items()) {
    std::vector<Json> all;
    bool const told_apart = std::ranges::all_of(plausible, [&](Branch const& each) {
      auto const values = values_of_member(*each.node, name);
      add_all(all, values);
      return !values.empty();
    });
    if (!told_apart || std::ranges::find(all, member) != all.end()) continue;
    complain_choice({member, asked.place.member(name, nullptr)}, all);
    return true;
  }
  return false;
}

}  // namespace agenta::schema
