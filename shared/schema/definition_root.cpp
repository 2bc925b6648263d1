#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "shared/schema/definition_parts.hpp"

namespace agenta::schema {
namespace {

bool is_flat(Value const& schema) {
  return std::ranges::none_of(std::array{"$ref", "allOf", "anyOf", "oneOf", "not", "enum", "const", "if"},
                              [&](char const* keyword) { return schema.has(keyword); });
}

/// Whether what a schema asks is asked of every value, or only of those of its alternative.
enum class Applies : bool { perhaps, always };

/// Gathers the members of all alternatives into one object.
class Flattener {
 public:
  explicit Flattener(Value const& root) : references_(root) {}

  /// Adds the properties of `schema` and of all that is combined in it. The names that it requires whichever
  /// alternative is taken.
  std::unordered_set<std::string> gather(Value const& schema, Applies applies, int depth) {
    constexpr int kDeepest = 32;
    constexpr int kMostSchemas = 10'000;
    std::unordered_set<std::string> required;
    if (schema.object() == nullptr || depth > kDeepest || ++visited_ > kMostSchemas) return required;
    add_properties(schema, applies);
    if (Value const* const additional = schema.find("additionalProperties")) add_openness(*additional);
    for (std::string& name : names_in(schema.find("required"))) required.insert(std::move(name));
    if (Value const* const target = references_.find(schema.text_of("$ref"))) {
      required.merge(gather(*target, applies, depth + 1));
    }
    for (Value const* const each : branches(schema, "allOf")) {
      required.merge(gather(*each, applies, depth + 1));
    }
    for (char const* const keyword : {"anyOf", "oneOf"})
      required.merge(common(branches(schema, keyword), depth));
    for (char const* const keyword : {"then", "else"}) {
      if (Value const* const branch = schema.find(keyword)) gather(*branch, Applies::perhaps, depth + 1);
    }
    return required;
  }

  Value::Object take_properties() { return std::move(properties_); }
  bool is_closed() const { return closed_ && !open_; }
  bool is_open() const { return open_; }

 private:
  static std::vector<Value const*> branches(Value const& schema, char const* keyword) {
    std::vector<Value const*> found;
    Value const* const list = schema.find(keyword);
    if (list == nullptr || list->array() == nullptr) return found;
    for (Value const& each : *list->array()) {
      if (each.object() != nullptr) found.push_back(&each);
    }
    return found;
  }

  /// What all of the branches require.
  std::unordered_set<std::string> common(std::vector<Value const*> const& alternatives, int depth) {
    std::unordered_set<std::string> shared;
    for (std::size_t i = 0; i < alternatives.size(); ++i) {
      auto const names = gather(*alternatives[i], Applies::perhaps, depth + 1);
      if (i == 0) {
        shared = names;
      } else {
        std::erase_if(shared, [&](std::string const& name) { return !names.contains(name); });
      }
    }
    return shared;
  }

  void add_properties(Value const& schema, Applies applies) {
    Value const* const properties = schema.find("properties");
    if (properties == nullptr || properties->object() == nullptr) return;
    for (auto const& [name, value] : *properties->object()) {
      auto const [at, is_new] = places_.try_emplace(name, properties_.size());
      if (is_new) {
        Member member;
        member.name = name;
        member.value = value;
        properties_.push_back(std::move(member));
        continue;
      }
      Value& known = properties_[at->second].value;
      if (applies == Applies::perhaps) {
        add_alternative(known, value, name);
      } else {
        merge_into(known, value);
      }
    }
  }

  /// One property, described twice: it takes what either takes.
  void add_alternative(Value& known, Value const& other, std::string const& name) {
    constexpr std::size_t kMostAlternatives = 20;
    if (known == other) return;
    if (!alternatives_.contains(name)) {
      Value::Array both;
      both.push_back(std::move(known));
      Value united;
      united.set("anyOf", std::move(both));
      known = std::move(united);
      alternatives_.insert(name);
    }
    Value::Array& all = *known.find("anyOf")->array();
    bool const there = std::ranges::find(all, other) != all.end();
    if (!there && all.size() < kMostAlternatives) all.push_back(other);
  }

  void add_openness(Value const& additional) {
    if (additional.is(false)) {
      closed_ = true;
    } else {
      open_ = true;
    }
  }

  References references_;
  Value::Object properties_{};
  std::unordered_map<std::string, std::size_t> places_{};
  std::unordered_set<std::string> alternatives_{};
  bool closed_ = false;
  bool open_ = false;
  int visited_ = 0;
};

}  // namespace

void flatten_root(Value& schema, Notes& notes) {
  if (is_flat(schema)) return;
  Flattener flattener{schema};
  auto const required = flattener.gather(schema, Applies::always, 0);
  Value::Object properties = flattener.take_properties();
  Value::Array names;
  for (Member const& each : properties) {
    if (required.contains(each.name)) names.emplace_back(each.name);
  }
  for (char const* const keyword :
       {"$ref", "allOf", "anyOf", "oneOf", "not", "enum", "const", "if", "then", "else"}) {
    schema.erase(keyword);
  }
  schema.set("properties", std::move(properties));
  schema.set("required", std::move(names));
  if (flattener.is_open()) schema.set("additionalProperties", true);
  if (flattener.is_closed()) schema.set("additionalProperties", false);
  notes.say("the alternatives at the top level are offered as one object with the properties of all of them");
  mend(schema, notes);  // a reference may have led into what is gone
}

}  // namespace agenta::schema
