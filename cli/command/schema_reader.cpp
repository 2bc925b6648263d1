#include "cli/command/schema_reader.hpp"

#include <algorithm>
#include <ranges>
#include <set>

#include "shared/base/text.hpp"

namespace agenta::cli {
namespace {

using protocol::JsonMember;

/// Each level of a schema is read once more than the level above it, so this is enough for 5 MB of honest
/// schema; and half a second's work for a dishonest one.
constexpr std::size_t kBudget = 64 << 20;
/// Of references to references, and parts of parts.
constexpr int kDeepest = 32;
constexpr std::size_t kMostParts = 64;

std::optional<std::string_view> find_in(std::vector<JsonMember> const& members, std::string_view name) {
  for (JsonMember const& member : std::views::reverse(members)) {
    if (member.name == name) return member.value;
  }
  return std::nullopt;
}

bool is_null_type(std::string_view schema) {
  return protocol::read_string(protocol::find_member(schema, "type").value_or("null")) == "null";
}

}  // namespace

std::optional<std::string_view> SchemaNode::find(std::string_view keyword) const {
  for (auto const& part : parts) {
    if (auto const value = find_in(part, keyword)) return value;
  }
  return std::nullopt;
}

std::string SchemaNode::text(std::string_view keyword) const {
  auto const value = find(keyword);
  return value ? protocol::read_string(*value).value_or("") : std::string{};
}

SchemaReader::SchemaReader(std::string_view root) : root_(root), left_(kBudget) {}

bool SchemaReader::spend(std::size_t bytes) {
  left_ = bytes < left_ ? left_ - bytes : 0;
  return left_ > 0;
}

std::optional<std::string_view> SchemaReader::find_reference(std::string const& reference) {
  if (auto const known = references_.find(reference); known != references_.end()) return known->second;
  std::optional<std::string_view> found;
  if (reference.starts_with('#') && spend(root_.size())) {
    auto const pointer = percent_decode(std::string_view{reference}.substr(1));
    if (pointer) found = protocol::find_pointer(root_, *pointer);
  }
  references_.emplace(reference, found);
  return found;
}

void SchemaReader::gather_alternatives(std::string_view keyword_value, SchemaNode& node, int depth) {
  std::vector<std::string_view> others;
  for (std::string_view const each : elements_of(keyword_value)) {
    if (is_null_type(each)) {
      node.takes_null = true;
    } else {
      others.push_back(each);
    }
  }
  if (others.size() == 1) {
    gather(others.front(), node, depth + 1);
  } else {
    node.alternatives.insert(node.alternatives.end(), others.begin(), others.end());
  }
}

void SchemaReader::gather(std::string_view schema, SchemaNode& node, int depth) {
  if (depth > kDeepest || node.parts.size() >= kMostParts || !spend(schema.size())) return;
  auto members = protocol::members_of(schema);
  if (!members) return;
  auto const reference = find_in(*members, "$ref");
  auto const all = find_in(*members, "allOf");
  auto const any = find_in(*members, "anyOf");
  auto const one = find_in(*members, "oneOf");
  auto const type = find_in(*members, "type");
  if (find_in(*members, "nullable") == "true") node.takes_null = true;
  if (type && type->starts_with('[')) {
    auto const types = words_of(type);
    if (std::ranges::find(types, "null") != types.end()) node.takes_null = true;
  }
  node.parts.push_back(std::move(*members));

  if (reference) {
    std::string const name = protocol::read_string(*reference).value_or("");
    bool const is_known = std::ranges::find(node.references, name) != node.references.end();
    auto const target = is_known ? std::nullopt : find_reference(name);
    if (!is_known) node.references.push_back(name);
    if (target) gather(*target, node, depth + 1);
    if (!target && !is_known) node.unresolved = name;
  }
  for (std::string_view const part : elements_of(all)) gather(part, node, depth + 1);
  if (any) gather_alternatives(*any, node, depth);
  if (one) gather_alternatives(*one, node, depth);
}

SchemaNode SchemaReader::read(std::string_view schema) {
  SchemaNode node;
  gather(schema, node, 0);
  return node;
}

std::vector<std::string_view> SchemaReader::elements_of(std::optional<std::string_view> array) {
  if (!array || !array->starts_with('[') || !spend(array->size())) return {};
  return protocol::elements_of(*array).value_or(std::vector<std::string_view>{});
}

std::vector<std::string> SchemaReader::words_of(std::optional<std::string_view> array) {
  std::vector<std::string> words;
  for (std::string_view const element : elements_of(array)) {
    words.push_back(protocol::read_string(element).value_or(std::string{element}));
  }
  return words;
}

std::vector<SchemaProperty> SchemaReader::properties_of(SchemaNode const& node) {
  std::set<std::string> required;
  for (auto const& part : node.parts) {
    for (std::string& name : words_of(find_in(part, "required"))) required.insert(std::move(name));
  }
  std::vector<SchemaProperty> properties;
  std::set<std::string> seen;
  for (auto const& part : node.parts) {
    auto const object = find_in(part, "properties");
    if (!object || !spend(object->size())) continue;
    for (JsonMember& member : protocol::members_of(*object).value_or(std::vector<JsonMember>{})) {
      if (!seen.insert(member.name).second) continue;
      bool const is_required = required.contains(member.name);
      properties.push_back(
          {.name = std::move(member.name), .schema = member.value, .is_required = is_required});
    }
  }
  std::ranges::stable_partition(properties, &SchemaProperty::is_required);
  return properties;
}

}  // namespace agenta::cli
