#include "shared/schema/known_keys.hpp"

#include <algorithm>

namespace agenta::schema {
namespace {

Json const* find(Json const& object, char const* key) {
  auto const found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

class Collector {
 public:
  explicit Collector(SchemaIndex const& index) : index_(index) {}

  std::optional<std::vector<std::string>> run(Json const& root) {
    if (!collect(root, 0, 0) || !stated_) return std::nullopt;
    std::ranges::sort(names_);
    names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
    return std::move(names_);
  }

 private:
  /// False where `schema` takes members of any name.
  bool collect(Json const& schema, int resource, int depth) {
    // A schema that refers to itself in every branch has no end: then its keys are not known, and none is
    // refused.
    constexpr int kMostVisits = 2'000;
    if (++visits_ > kMostVisits) return false;
    if (!schema.is_object() || depth > kDeepestChain) return true;
    resource = index_.resource_of(schema, resource);
    for (char const* key : {"additionalProperties", "unevaluatedProperties"}) {
      Json const* const others = find(schema, key);
      if (others != nullptr && (others->is_object() || (others->is_boolean() && others->get<bool>())))
        return false;
    }
    if (schema.contains("patternProperties")) return false;
    if (Json const* const properties = find(schema, "properties");
        properties != nullptr && properties->is_object()) {
      stated_ = true;
      for (auto const& [name, each] : properties->items()) names_.push_back(name);
    }
    return collect_branches(schema, resource, depth) && collect_reference(schema, resource, depth);
  }

  bool collect_branches(Json const& schema, int resource, int depth) {
    for (char const* key : {"allOf", "anyOf", "oneOf", "dependentSchemas", "dependencies"}) {
      Json const* const branches = find(schema, key);
      if (branches == nullptr || !branches->is_structured()) continue;
      for (Json const& each : *branches) {
        if (!collect(each, resource, depth + 1)) return false;
      }
    }
    for (char const* key : {"if", "then", "else"}) {
      Json const* const branch = find(schema, key);
      if (branch != nullptr && !collect(*branch, resource, depth + 1)) return false;
    }
    return true;
  }

  bool collect_reference(Json const& schema, int resource, int depth) {
    for (char const* key : {"$ref", "$dynamicRef"}) {
      Json const* const reference = find(schema, key);
      if (reference == nullptr || !reference->is_string()) continue;
      auto const target = index_.find(reference->get_ref<std::string const&>(), resource);
      if (target.schema != nullptr && !collect(*target.schema, target.resource, depth + 1)) return false;
    }
    return true;
  }

  SchemaIndex const& index_;
  std::vector<std::string> names_{};
  bool stated_ = false;
  int visits_ = 0;
};

}  // namespace

std::optional<std::vector<std::string>> find_known_keys(Json const& root, SchemaIndex const& index) {
  return Collector{index}.run(root);
}

}  // namespace agenta::schema
