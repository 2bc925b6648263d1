#include <algorithm>
#include <map>
#include <unordered_set>

#include "shared/base/text.hpp"
#include "shared/schema/document.hpp"

namespace agenta::schema {
namespace {

/// Deeper schemas than this are taken as open from there on: nobody wrote them by hand.
constexpr int kDeepestSchema = 200;

Json const* find(Json const& object, char const* key) {
  auto const found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

std::string find_text(Json const& object, char const* key) {
  Json const* const value = find(object, key);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string{};
}

bool is_true(Json const& object, char const* key) {
  Json const* const value = find(object, key);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

std::optional<double> find_number(Json const& object, char const* key) {
  Json const* const value = find(object, key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->get<double>();
}

std::optional<std::size_t> find_count(Json const& object, char const* key) {
  auto const number = find_number(object, key);
  if (!number || !(*number >= 0) || *number > 9e15) return std::nullopt;
  return static_cast<std::size_t>(*number);
}

Types type_named(std::string_view name) {
  if (name == "null") return kNull;
  if (name == "boolean") return kBoolean;
  if (name == "integer") return kInteger;
  if (name == "number") return kInteger | kNumber;
  if (name == "string") return kString;
  if (name == "array") return kArray;
  if (name == "object") return kObject;
  return kAnyType;
}

Types read_types(Json const& schema) {
  Json const* const type = find(schema, "type");
  if (type == nullptr) return kAnyType;
  if (type->is_string()) return type_named(type->get_ref<std::string const&>());
  Types types = 0;
  if (type->is_array()) {
    for (Json const& each : *type) {
      types = static_cast<Types>(
          types | (each.is_string() ? type_named(each.get_ref<std::string const&>()) : kAnyType));
    }
  }
  return types == 0 ? kAnyType : types;
}

class Compiler {
 public:
  explicit Compiler(Json const& root) : root_(root) {}

  std::shared_ptr<Document const> run() {
    document_->root = node_of(root_, 0);
    find_known_keys();
    return document_;
  }

 private:
  /// One node a place in the schema, made before it is filled: a `$ref` may lead back to it.
  Node const* node_of(Json const& schema, int depth) {
    auto const [found, is_new] = made_.try_emplace(&schema, nullptr);
    if (!is_new) return found->second;
    Node& node = document_->nodes.emplace_back();
    found->second = &node;
    if (schema.is_boolean()) {
      node.never = !schema.get<bool>();
    } else if (schema.is_object() && depth < kDeepestSchema) {
      fill(node, schema, depth + 1);
    }
    return &node;
  }

  void fill(Node& node, Json const& schema, int depth) {
    node.types = read_types(schema);
    Json const* const fallback = find(schema, "default");
    node.nullable = is_true(schema, "nullable") || (fallback != nullptr && fallback->is_null());
    node.secret = is_true(schema, "writeOnly") || find_text(schema, "format") == "password";
    node.description = find_text(schema, "description");
    if (Json const* const allowed = find(schema, "enum"); allowed != nullptr && allowed->is_array()) {
      node.allowed.assign(allowed->begin(), allowed->end());
    }
    if (Json const* const constant = find(schema, "const")) node.constant = *constant;
    fill_ranges(node, schema);
    fill_object(node, schema, depth);
    fill_array(node, schema, depth);
    fill_combinations(node, schema, depth);
  }

  static void fill_ranges(Node& node, Json const& schema) {
    node.minimum = find_number(schema, "minimum");
    node.maximum = find_number(schema, "maximum");
    node.above = find_number(schema, "exclusiveMinimum");
    node.below = find_number(schema, "exclusiveMaximum");
    if (is_true(schema, "exclusiveMinimum")) node.above = std::exchange(node.minimum, std::nullopt);
    if (is_true(schema, "exclusiveMaximum")) node.below = std::exchange(node.maximum, std::nullopt);
    node.multiple_of = find_number(schema, "multipleOf");
    if (node.multiple_of && !(*node.multiple_of > 0)) node.multiple_of.reset();
    node.min_length = find_count(schema, "minLength");
    node.max_length = find_count(schema, "maxLength");
    node.pattern_text = find_text(schema, "pattern");
    if (!node.pattern_text.empty()) node.pattern = find_pattern(node.pattern_text);
    node.format_name = find_text(schema, "format");
    node.format = parse_format(node.format_name);
  }

  void fill_object(Node& node, Json const& schema, int depth) {
    if (Json const* const properties = find(schema, "properties");
        properties != nullptr && properties->is_object()) {
      for (auto const& [name, each] : properties->items())
        node.properties.push_back({name, node_of(each, depth)});
      std::ranges::sort(node.properties, {}, &NamedNode::name);
    }
    if (Json const* const patterns = find(schema, "patternProperties");
        patterns != nullptr && patterns->is_object()) {
      for (auto const& [text, each] : patterns->items()) {
        if (auto pattern = find_pattern(text))
          node.pattern_properties.push_back({pattern, node_of(each, depth)});
      }
    }
    if (Json const* const additional = find(schema, "additionalProperties")) {
      node.closed = additional->is_boolean() && !additional->get<bool>();
      if (additional->is_object()) node.additional = node_of(*additional, depth);
    }
    if (Json const* const names = find(schema, "propertyNames")) node.property_names = node_of(*names, depth);
    if (Json const* const required = find(schema, "required"); required != nullptr && required->is_array()) {
      std::unordered_set<std::string_view> seen;
      for (Json const& each : *required) {
        if (!each.is_string()) continue;
        auto const& name = each.get_ref<std::string const&>();
        if (seen.insert(name).second) node.required.push_back(name);
      }
    }
    node.min_properties = find_count(schema, "minProperties");
    node.max_properties = find_count(schema, "maxProperties");
  }

  void fill_array(Node& node, Json const& schema, int depth) {
    Json const* const items = find(schema, "items");
    Json const* tuple = find(schema, "prefixItems");
    Json const* rest = items;
    if (items != nullptr && items->is_array()) {  // draft 7's spelling of a tuple
      tuple = items;
      rest = find(schema, "additionalItems");
    }
    if (tuple != nullptr && tuple->is_array()) {
      for (Json const& each : *tuple) node.prefix_items.push_back(node_of(each, depth));
    }
    if (rest != nullptr) node.items = node_of(*rest, depth);
    node.min_items = find_count(schema, "minItems");
    node.max_items = find_count(schema, "maxItems");
    node.unique_items = is_true(schema, "uniqueItems");
  }

  void fill_combinations(Node& node, Json const& schema, int depth) {
    auto const read = [&](char const* key, std::vector<Node const*>& out) {
      Json const* const branches = find(schema, key);
      if (branches == nullptr || !branches->is_array()) return;
      for (Json const& each : *branches) out.push_back(node_of(each, depth));
    };
    read("allOf", node.all_of);
    read("anyOf", node.any_of);
    read("oneOf", node.one_of);
    if (Json const* const negated = find(schema, "not")) node.negated = node_of(*negated, depth);
    if (Json const* const target = find_target(find_text(schema, "$ref")))
      node.reference = node_of(*target, depth);
  }

  /// What a local reference (`#/$defs/page`) names.
  Json const* find_target(std::string_view reference) const {
    if (!reference.starts_with('#')) return nullptr;
    auto const pointer = percent_decode(reference.substr(1));
    if (!pointer) return nullptr;
    Json const* at = &root_;
    if (!pointer->empty() && pointer->front() != '/') return nullptr;
    std::vector<std::string> tokens = split(*pointer, '/');
    for (std::size_t i = 1; i < tokens.size() && at != nullptr; ++i) {
      std::string const token = replace_all(replace_all(tokens[i], "~1", "/"), "~0", "~");
      if (at->is_object()) {
        at = find(*at, token.c_str());
      } else if (at->is_array() && !token.empty() && token.size() < 7 &&
                 token.find_first_not_of("0123456789") == std::string::npos &&
                 std::stoul(token) < at->size()) {
        at = &(*at)[std::stoul(token)];
      } else {
        at = nullptr;
      }
    }
    return at;
  }

  int key_visits_ = 0;

  void find_known_keys() {
    std::vector<std::string> names;
    bool stated = false;
    if (!collect_keys(root_, names, stated, 0) || !stated) return;
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    document_->known_keys = std::move(names);
  }

  /// Gathers the names that `schema` gives its members; false where it takes any.
  bool collect_keys(Json const& schema, std::vector<std::string>& names, bool& stated, int depth) {
    // A schema that refers to itself in every branch has no end: then its keys are not known, and none is
    // refused.
    constexpr int kMostVisits = 2'000;
    if (++key_visits_ > kMostVisits) return false;
    if (!schema.is_object() || depth > kDeepestChain) return true;
    if (Json const* const additional = find(schema, "additionalProperties")) {
      if (additional->is_object() || (additional->is_boolean() && additional->get<bool>())) return false;
    }
    if (find(schema, "patternProperties") != nullptr) return false;
    if (Json const* const properties = find(schema, "properties");
        properties != nullptr && properties->is_object()) {
      stated = true;
      for (auto const& [name, each] : properties->items()) names.push_back(name);
    }
    for (char const* key : {"allOf", "anyOf", "oneOf"}) {
      Json const* const branches = find(schema, key);
      if (branches == nullptr || !branches->is_array()) continue;
      for (Json const& each : *branches) {
        if (!collect_keys(each, names, stated, depth + 1)) return false;
      }
    }
    for (char const* key : {"then", "else"}) {
      Json const* const branch = find(schema, key);
      if (branch != nullptr && !collect_keys(*branch, names, stated, depth + 1)) return false;
    }
    Json const* const target = find_target(find_text(schema, "$ref"));
    return target == nullptr || collect_keys(*target, names, stated, depth + 1);
  }

  Json const& root_;
  std::shared_ptr<Document> document_ = std::make_shared<Document>();
  std::map<Json const*, Node const*> made_{};
};

}  // namespace

std::shared_ptr<Document const> compile(Json const& schema) { return Compiler{schema}.run(); }

}  // namespace agenta::schema
