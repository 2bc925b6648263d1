#include <algorithm>
#include <utility>

#include "shared/schema/definition_parts.hpp"

namespace agenta::schema {
namespace {

/// References are followed down to here: what they bring in must not nest deeper than JSON may.
constexpr int kDeepestCopy = 150;
/// Of what references bring in, together: shared definitions can multiply without end.
constexpr std::size_t kMostBroughtIn = 1'000'000;

class Dereferencer {
 public:
  Dereferencer(Value const& root, Notes& notes) : references_(root), notes_(notes) {}

  bool recursive() const { return recursive_; }

  Value copy(Value const& schema, SchemaPath const& path, int depth) {
    if (schema.object() == nullptr) return schema;
    std::string_view const reference = schema.text_of("$ref");
    if (reference.empty()) return copy_members(schema, path, depth);
    Value own = copy_members(schema, path, depth);
    Value const* const target = references_.find(reference);
    if (target == nullptr) return own;
    Value named = bring_in(*target, path, depth);
    if (annotates(own)) {
      add_missing(own, std::move(named));
    } else {
      merge_into(own, std::move(named));
    }
    return own;
  }

 private:
  /// Beside most references stands a description, or nothing; `nullable` there widens what is named.
  static bool annotates(Value const& own) {
    return std::ranges::all_of(*own.object(), [](Member const& each) {
      return each.name == "title" || each.name == "description" || each.name == "default" ||
             each.name == "examples" || each.name == "nullable";
    });
  }

  Value bring_in(Value const& target, SchemaPath const& path, int depth) {
    if (std::ranges::find(active_, &target) != active_.end()) {
      recursive_ = true;
      notes_.at("refers to itself, and takes anything from there on", path);
      return stub(target);
    }
    std::size_t const weight = left_ > 0 ? own_weight(target) : 0;
    if (left_ <= weight || depth > kDeepestCopy) {
      left_ = left_ <= weight ? 0 : left_;
      notes_.at("is too large with everything it refers to, and takes anything from there on", path);
      return stub(target);
    }
    left_ -= weight;
    active_.push_back(&target);
    ++brought_in_;
    Value named = copy(target, path, depth + 1);
    --brought_in_;
    active_.pop_back();
    return named;
  }

  Value copy_members(Value const& schema, SchemaPath const& path, int depth) {
    Value::Object out;
    out.reserve(schema.object()->size());
    for (auto const& [keyword, value] : *schema.object()) {
      if (keyword == "$ref" || keyword == "$defs" || keyword == "definitions") continue;
      Member member;
      member.name = keyword;
      member.value = copy_below(keyword, value, path, depth + 1);
      out.push_back(std::move(member));
    }
    return out;
  }

  Value copy_below(std::string_view keyword, Value const& value, SchemaPath const& path, int depth) {
    Holds const holds = holds_schemas(keyword);
    if (holds == Holds::nothing) return value;
    if (auto const* const elements = value.array(); elements != nullptr && may_be_list(keyword)) {
      Value::Array out;
      for (Value const& each : *elements) out.push_back(copy_nested(each, path.step(keyword, {}), depth));
      return out;
    }
    if (auto const* const named = value.object(); named != nullptr && holds == Holds::named) {
      Value::Object out;
      out.reserve(named->size());
      for (auto const& [name, each] : *named) {
        Member member;
        member.name = name;
        member.value = copy_nested(each, path.step(keyword, name), depth);
        out.push_back(std::move(member));
      }
      return out;
    }
    return holds == Holds::one ? copy_nested(value, path.step(keyword, {}), depth) : value;
  }

  Value copy_nested(Value const& value, SchemaPath const& path, int depth) {
    if (value.object() == nullptr) return value;
    if (brought_in_ == 0) return copy(value, path, depth);
    std::size_t const weight = left_ > 0 ? own_weight(value) : 0;
    if (left_ <= weight || depth > kDeepestCopy) {
      left_ = left_ <= weight ? 0 : left_;
      notes_.at("is too large with everything it refers to, and takes anything from there on", path);
      return stub(value);
    }
    left_ -= weight;
    return copy(value, path, depth);
  }

  /// Without the schemas below, which are weighed when their turn comes.
  std::size_t own_weight(Value const& schema) const {
    std::size_t weight = 0;
    if (schema.object() == nullptr) return 1;
    for (auto const& [keyword, value] : *schema.object()) {
      weight += keyword.size() + 1;
      if (weight > left_) break;
      if (holds_schemas(keyword) == Holds::nothing) weight += weight_of(value, left_ - weight);
    }
    return weight;
  }

  /// What can be said of a schema in a few words.
  static Value stub(Value const& schema) {
    Value::Object members;
    if (schema.object() != nullptr) {
      for (char const* const keyword : {"type", "description"}) {
        if (schema.text_of(keyword).empty()) continue;
        Member member;
        member.name = keyword;
        member.value = schema.text_of(keyword);
        members.push_back(std::move(member));
      }
    }
    return members;
  }

  References references_;
  Notes& notes_;
  std::vector<Value const*> active_{};
  std::size_t left_ = kMostBroughtIn;
  int brought_in_ = 0;
  bool recursive_ = false;
};

}  // namespace

Dereferenced dereference(Value const& root, Notes& notes) {
  Dereferencer dereferencer{root, notes};
  Dereferenced out;
  out.schema = dereferencer.copy(root, {}, 0);
  out.recursive = dereferencer.recursive();
  return out;
}

}  // namespace agenta::schema
