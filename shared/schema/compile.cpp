#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

#include "shared/schema/document.hpp"
#include "shared/schema/known_keys.hpp"
#include "shared/schema/schema_index.hpp"

namespace agenta::schema {
namespace {

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

std::optional<Json> find_number(Json const& object, char const* key) {
  Json const* const value = find(object, key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return *value;
}

std::optional<std::size_t> find_count(Json const& object, char const* key) {
  Json const* const value = find(object, key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  auto const number = value->get<double>();
  if (!(number >= 0) || number > 9e15) return std::nullopt;
  return static_cast<std::size_t>(number);
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

/// The names of a list of names, once each.
std::vector<std::string> read_names(Json const* list) {
  std::vector<std::string> names;
  if (list == nullptr || !list->is_array()) return names;
  std::unordered_set<std::string_view> seen;
  for (Json const& each : *list) {
    if (each.is_string() && seen.insert(each.get_ref<std::string const&>()).second)
      names.push_back(each.get<std::string>());
  }
  return names;
}

class Compiler {
 public:
  Compiler(Json const& root, Rules const& rules) : root_(root), index_(root, rules.dialect) {
    document_->rules = rules;
  }

  std::shared_ptr<Document const> run() {
    document_->root = node_of(root_, {0, 0});
    if (asks_dynamically_) compile_dynamic_anchors();
    if (dialect() == Dialect::tools) document_->known_keys = find_known_keys(root_, index_);
    return document_;
  }

 private:
  /// Where in the document a schema is.
  struct Spot {
    int depth = 0;
    int resource = 0;
  };
  Dialect dialect() const { return document_->rules.dialect; }
  bool knows_2020() const { return dialect() != Dialect::draft7; }
  bool knows_draft7() const { return dialect() != Dialect::draft2020_12; }

  /// One node a place in the schema, made before it is filled: a `$ref` may lead back to it.
  Node const* node_of(Json const& schema, Spot const& around) {
    auto const [found, is_new] = made_.try_emplace(&schema, nullptr);
    if (!is_new) return found->second;
    Node& node = document_->nodes.emplace_back();
    found->second = &node;
    if (schema.is_boolean()) {
      node.never = !schema.get<bool>();
      node.resource = around.resource;
    } else if (schema.is_object() && around.depth < kDeepestSchema) {
      node.resource = index_.resource_of(schema, around.resource);
      fill(node, schema, {around.depth + 1, node.resource});
    }
    return &node;
  }
  Node const* find_node(Json const& schema, char const* key, Spot const& spot) {
    Json const* const found = find(schema, key);
    return found == nullptr ? nullptr : node_of(*found, spot);
  }

  void fill(Node& node, Json const& schema, Spot const& spot) {
    if (dialect() == Dialect::draft7 && find(schema, "$ref") != nullptr) {
      node.reference = refer(schema, "$ref", spot);  // its siblings say nothing
      return;
    }
    node.types = read_types(schema);
    if (dialect() == Dialect::tools) {
      Json const* const fallback = find(schema, "default");
      node.nullable = is_true(schema, "nullable") || (fallback != nullptr && fallback->is_null());
    }
    node.secret = is_true(schema, "writeOnly") || find_text(schema, "format") == "password";
    node.description = find_text(schema, "description");
    if (Json const* const allowed = find(schema, "enum"); allowed != nullptr && allowed->is_array()) {
      node.allowed.assign(allowed->begin(), allowed->end());
    }
    if (Json const* const constant = find(schema, "const")) node.constant = *constant;
    fill_ranges(node, schema);
    fill_object(node, schema, spot);
    fill_array(node, schema, spot);
    fill_combinations(node, schema, spot);
    fill_rare(node, schema, spot);
  }

  void fill_ranges(Node& node, Json const& schema) const {
    node.minimum = find_number(schema, "minimum");
    node.maximum = find_number(schema, "maximum");
    node.above = find_number(schema, "exclusiveMinimum");
    node.below = find_number(schema, "exclusiveMaximum");
    if (is_true(schema, "exclusiveMinimum")) node.above = std::exchange(node.minimum, std::nullopt);
    if (is_true(schema, "exclusiveMaximum")) node.below = std::exchange(node.maximum, std::nullopt);
    node.multiple_of = find_number(schema, "multipleOf");
    if (node.multiple_of && !(node.multiple_of->get<double>() > 0)) node.multiple_of.reset();
    node.min_length = find_count(schema, "minLength");
    node.max_length = find_count(schema, "maxLength");
    node.pattern_text = find_text(schema, "pattern");
    if (!node.pattern_text.empty()) node.pattern = find_pattern(node.pattern_text);
    node.format_name = find_text(schema, "format");
    if (document_->rules.assert_formats) node.format = parse_format(node.format_name);
  }

  void fill_object(Node& node, Json const& schema, Spot const& spot) {
    if (Json const* const properties = find(schema, "properties");
        properties != nullptr && properties->is_object()) {
      for (auto const& [name, each] : properties->items())
        node.properties.push_back({name, node_of(each, spot)});
      std::ranges::sort(node.properties, {}, &NamedNode::name);
    }
    if (Json const* const additional = find(schema, "additionalProperties")) {
      node.closed = additional->is_boolean() && !additional->get<bool>();
      node.open = additional->is_boolean() && additional->get<bool>();
      if (additional->is_object()) node.additional = node_of(*additional, spot);
    }
    fill_pattern_properties(node, find(schema, "patternProperties"), spot);
    node.property_names = find_node(schema, "propertyNames", spot);
    node.required = read_names(find(schema, "required"));
    node.min_properties = find_count(schema, "minProperties");
    node.max_properties = find_count(schema, "maxProperties");
  }

  void fill_pattern_properties(Node& node, Json const* patterns, Spot const& spot) {
    if (patterns == nullptr || !patterns->is_object()) return;
    for (auto const& [text, each] : patterns->items()) {
      if (auto pattern = find_pattern(text)) {
        node.pattern_properties.push_back({pattern, node_of(each, spot)});
      } else {  // any name may be one that it means
        node.closed = false;
        node.additional = nullptr;
        node.open = true;
      }
    }
  }

  void fill_array(Node& node, Json const& schema, Spot const& spot) {
    Json const* const items = find(schema, "items");
    Json const* tuple = knows_2020() ? find(schema, "prefixItems") : nullptr;
    Json const* rest = items;
    if (items != nullptr && items->is_array()) {  // draft 7's spelling of a tuple
      if (knows_draft7()) tuple = items;
      rest = knows_draft7() ? find(schema, "additionalItems") : nullptr;
    }
    if (tuple != nullptr && tuple->is_array()) {
      for (Json const& each : *tuple) node.prefix_items.push_back(node_of(each, spot));
    }
    if (rest != nullptr) node.items = node_of(*rest, spot);
    node.min_items = find_count(schema, "minItems");
    node.max_items = find_count(schema, "maxItems");
    node.unique_items = is_true(schema, "uniqueItems");
  }

  void fill_combinations(Node& node, Json const& schema, Spot const& spot) {
    auto const read = [&](char const* key, std::vector<Node const*>& out) {
      Json const* const branches = find(schema, key);
      if (branches == nullptr || !branches->is_array()) return;
      for (Json const& each : *branches) out.push_back(node_of(each, spot));
    };
    read("allOf", node.all_of);
    read("anyOf", node.any_of);
    read("oneOf", node.one_of);
    node.negated = find_node(schema, "not", spot);
    node.reference = refer(schema, "$ref", spot);
  }

  Node const* refer(Json const& schema, char const* keyword, Spot const& spot) {
    std::string const reference = find_text(schema, keyword);
    if (reference.empty()) return nullptr;
    auto const target = index_.find(reference, spot.resource);
    return target.schema == nullptr ? nullptr : node_of(*target.schema, {spot.depth, target.resource});
  }

  void fill_rare(Node& node, Json const& schema, Spot const& spot) {
    constexpr std::array kKeywords{"contains",         "dependencies", "dependentRequired",
                                   "dependentSchemas", "if",           "unevaluatedProperties",
                                   "unevaluatedItems", "$dynamicRef"};
    if (std::ranges::none_of(kKeywords, [&](char const* each) { return find(schema, each) != nullptr; }))
      return;
    auto rare = std::make_unique<RareKeywords>();
    rare->contains = find_node(schema, "contains", spot);
    if (knows_2020()) {
      rare->min_contains = find_count(schema, "minContains").value_or(1);
      rare->max_contains = find_count(schema, "maxContains");
      rare->unevaluated_members = find_node(schema, "unevaluatedProperties", spot);
      rare->unevaluated_elements = find_node(schema, "unevaluatedItems", spot);
      fill_dependents(*rare, find(schema, "dependentRequired"), spot);
      fill_dependents(*rare, find(schema, "dependentSchemas"), spot);
      fill_dynamic(*rare, schema, spot);
    }
    fill_dependents(*rare, find(schema, "dependencies"), spot);
    rare->condition = find_node(schema, "if", spot);
    if (rare->condition != nullptr) {
      rare->consequence = find_node(schema, "then", spot);
      rare->alternative = find_node(schema, "else", spot);
    }
    node.rare = std::move(rare);
  }

  /// The two kinds: names that must be there too, and a schema to be met too.
  void fill_dependents(RareKeywords& rare, Json const* dependents, Spot const& spot) {
    if (dependents == nullptr || !dependents->is_object()) return;
    for (auto const& [name, each] : dependents->items()) {
      if (each.is_array()) {
        rare.dependent_required.emplace_back(name, read_names(&each));
      } else {
        rare.dependent_schemas.push_back({name, node_of(each, spot)});
      }
    }
  }

  void fill_dynamic(RareKeywords& rare, Json const& schema, Spot const& spot) {
    std::string const reference = find_text(schema, "$dynamicRef");
    if (reference.empty()) return;
    rare.dynamic_reference = refer(schema, "$dynamicRef", spot);
    auto const target = index_.find(reference, spot.resource);
    std::string const anchor = reference.substr(std::min(reference.find('#'), reference.size() - 1) + 1);
    if (target.schema == nullptr || anchor.empty() || !target.schema->is_object()) return;
    if (find_text(*target.schema, "$dynamicAnchor") != anchor) return;
    rare.dynamic_anchor = anchor;
    asks_dynamically_ = true;
  }

  void compile_dynamic_anchors() {
    for (std::size_t i = 0; i < index_.resources().size(); ++i) {
      auto& named = document_->dynamic_anchors.emplace_back();
      for (auto const& [name, schema] : index_.resources()[i].dynamic_anchors)
        named.push_back({name, node_of(*schema, {0, static_cast<int>(i)})});
    }
  }

  Json const& root_;
  SchemaIndex index_;
  std::shared_ptr<Document> document_ = std::make_shared<Document>();
  std::unordered_map<Json const*, Node const*> made_{};
  bool asks_dynamically_ = false;
};

}  // namespace

std::shared_ptr<Document const> compile(Json const& schema, Rules const& rules) {
  return Compiler{schema, rules}.run();
}

}  // namespace agenta::schema
