#include "shared/schema/document.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace agenta::schema {
namespace {

/// Calls `use(node)` for `node` and, once each, for every schema that the same value must, or may, meet.
template <class Use>
void each_alternative(Node const& node, Use const& use) {
  std::vector<Node const*> seen{&node};
  for (std::size_t i = 0; i < seen.size(); ++i) {
    Node const& at = *seen[i];
    use(at);
    auto const add = [&](Node const* next) {
      if (next != nullptr && std::ranges::find(seen, next) == seen.end()) seen.push_back(next);
    };
    add(at.reference);
    for (auto const* branches : {&at.all_of, &at.any_of, &at.one_of}) std::ranges::for_each(*branches, add);
    if (at.rare == nullptr) continue;
    add(at.rare->dynamic_reference);
    add(at.rare->consequence);
    add(at.rare->alternative);
    for (NamedNode const& each : at.rare->dependent_schemas) add(each.node);
  }
}

/// Less deep than the validator's chain: branches multiply, and nothing remembers them here. A schema that
/// refers to itself in every branch is cut off by the number of visits; what is not looked at constrains
/// nothing.
constexpr int kDeepestTypes = 8;
constexpr int kMostVisits = 2'000;

Types types_within(Node const& node, int depth, int& visits);

Types union_of(std::vector<Node const*> const& branches, int depth, int& visits) {
  Types types = 0;
  for (Node const* branch : branches)
    types = static_cast<Types>(types | types_within(*branch, depth + 1, visits));
  return types;
}

}  // namespace

std::string names_of(Types types) {
  constexpr std::array<std::pair<Types, std::string_view>, 6> kNames{{{kString, "string"},
                                                                      {kNumber, "number"},
                                                                      {kBoolean, "boolean"},
                                                                      {kArray, "array"},
                                                                      {kObject, "object"},
                                                                      {kNull, "null"}}};
  std::string out;
  auto const add = [&](std::string_view name) {
    if (!out.empty()) out += " or ";
    out += name;
  };
  if ((types & kInteger) != 0 && (types & kNumber) == 0) add("integer");
  for (auto const& [type, name] : kNames) {
    if ((types & type) != 0) add(name);
  }
  return out;
}

Types types_of(Json const& value) {
  switch (value.type()) {
    case Json::value_t::null: return kNull;
    case Json::value_t::boolean: return kBoolean;
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned: return kInteger | kNumber;
    case Json::value_t::number_float: {
      auto const number = value.get<double>();
      return std::isfinite(number) && std::floor(number) == number ? kInteger | kNumber : kNumber;
    }
    case Json::value_t::string: return kString;
    case Json::value_t::array: return kArray;
    case Json::value_t::object: return kObject;
    case Json::value_t::binary:
    case Json::value_t::discarded: return 0;
  }
  return 0;
}

Node const* Node::find_property(std::string_view name) const {
  auto const found = std::ranges::lower_bound(
      properties, name, {}, [](NamedNode const& each) -> std::string_view { return each.name; });
  return found != properties.end() && found->name == name ? found->node : nullptr;
}

namespace {

Types types_within(Node const& node, int depth, int& visits) {
  if (depth > kDeepestTypes || ++visits > kMostVisits) return kAnyType;
  Types types = node.types;
  auto const narrow = [&](Types by) { types = static_cast<Types>(types & by); };
  if (!node.allowed.empty()) {
    Types all = 0;
    for (Json const& each : node.allowed) all = static_cast<Types>(all | types_of(each));
    narrow(all);
  }
  if (node.constant) narrow(types_of(*node.constant));
  if (node.reference != nullptr) narrow(types_within(*node.reference, depth + 1, visits));
  for (Node const* each : node.all_of) narrow(types_within(*each, depth + 1, visits));
  if (!node.any_of.empty()) narrow(union_of(node.any_of, depth, visits));
  if (!node.one_of.empty()) narrow(union_of(node.one_of, depth, visits));
  return node.nullable ? static_cast<Types>(types | kNull) : types;
}

}  // namespace

Types accepted_types(Node const& node) {
  int visits = 0;
  return types_within(node, 0, visits);
}

bool is_marked_secret(Node const& node) {
  bool secret = false;
  each_alternative(node, [&](Node const& each) { secret = secret || each.secret; });
  return secret;
}

std::vector<Node const*> find_members(Node const& node, std::string_view name) {
  std::vector<Node const*> found;
  each_alternative(node, [&](Node const& each) {
    if (Node const* const property = each.find_property(name)) {
      found.push_back(property);
    } else if (each.additional != nullptr) {
      found.push_back(each.additional);
    }
  });
  return found;
}

std::vector<std::string> names_of_members(Node const& node) {
  std::vector<std::string> names;
  each_alternative(node, [&](Node const& each) {
    for (NamedNode const& property : each.properties) names.push_back(property.name);
  });
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<Json> find_allowed(Node const& node) {
  Node const* at = &node;
  for (int i = 0; i < kDeepestTypes && at != nullptr; ++i) {
    if (at->constant) return {*at->constant};
    if (!at->allowed.empty()) return at->allowed;
    bool const narrows_on = at->reference == nullptr && at->all_of.size() == 1;
    at = narrows_on ? at->all_of.front() : at->reference;
  }
  return {};
}

std::vector<Node const*> find_elements(Node const& node, std::size_t index) {
  std::vector<Node const*> found;
  each_alternative(node, [&](Node const& each) {
    if (index < each.prefix_items.size()) {
      found.push_back(each.prefix_items[index]);
    } else if (each.items != nullptr) {
      found.push_back(each.items);
    }
  });
  return found;
}

}  // namespace agenta::schema
